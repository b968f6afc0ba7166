// Package kernel applies plans to the kernel and observes States: it encodes Ops as
// netlink messages, and decodes netlink messages into a State. No other package uses
// netlink.
//
// # Batches
//
// Many messages go in one sendmsg, and only the last has NLM_F_ACK: the kernel reports
// a failure in any case. An address takes 2 µs so, and 12 µs with an answer for each.
//
// # Order
//
// A plan is a list. It is cut into runs of Ops whose order does not matter as
// long as each namespace sees its own in order; a run is done by a few threads
// at once. See [Apply].
package kernel
