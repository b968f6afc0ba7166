// Package kernel makes plans true and sees what is true: Ops become netlink
// messages, netlink messages become a State. It is the only place that speaks
// netlink.
//
// # Batches
//
// Most of what a lab costs is spent in the kernel, and what can be saved is
// the way there: many messages go in one sendmsg and only the last asks for an
// answer, for the kernel reports a failure in any case. An address costs 2 µs
// so, against 12 µs with a question and an answer each.
//
// # Order
//
// A plan is a list. It is cut into runs of Ops whose order does not matter as
// long as each namespace sees its own in order; a run is done by a few threads
// at once. See [Apply].
package kernel
