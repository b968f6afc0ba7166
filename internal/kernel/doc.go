// Package kernel applies plans to the kernel and observes its state: Ops become netlink
// messages, netlink messages become a State. It is the only package that uses netlink.
//
// # Batches
//
// Many messages go in one sendmsg, and only the last requests an acknowledgement; the
// kernel reports an error in any case. An address takes 2 µs this way, against 12 µs with
// one request and acknowledgement each.
//
// # Order
//
// A plan is a list. It is cut into runs of Ops, in which only the order within each
// namespace matters; a few threads apply a run in parallel. See [Apply].
package kernel
