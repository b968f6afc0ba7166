// Package probe measures from inside network namespaces whether an address answers,
// over which path, how fast, and with what throughput. It uses sockets of its own
// and no external programs.
//
//   - [Ask] asks many questions over several protocols in parallel. All that get no
//     answer share one timeout.
//   - [Serve] runs listeners for the duration of a test.
//   - [Trace] finds the hops of a path, [LastHop] the last that answers.
//   - [PathMTU] measures the path MTU.
//   - [Throughput] measures throughput, over TCP or UDP.
//   - [Ping] sends a series of echo requests and reports each answer.
//
// A socket keeps the namespace it was opened in: it is opened inside, on a thread
// of [netns.Each], and used from any thread.
package probe

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"
)

// A Target is an address, and the namespace to send from.
type Target struct {
	From string // name of the namespace, "" for the host namespace
	To   netip.Addr

	// Source is the source address, Interface the outgoing interface. By default
	// the routing table chooses them. A zone in To sets Interface.
	Source    netip.Addr
	Interface string
}

// ipv6 reports whether the target's packets are IPv6.
func (t Target) ipv6() bool { return t.To.Is6() && !t.To.Is4In6() }

// link returns the outgoing interface, or "".
func (t Target) link() string { return cmp.Or(t.Interface, t.To.Zone()) }

// addr returns the address as in packets, without zone and not 4-in-6.
func (t Target) addr() netip.Addr { return t.To.WithZone("").Unmap() }

// A Protocol is the protocol of a question.
type Protocol uint8

// The protocols.
const (
	ICMP Protocol = iota // echo request; reachable if the target replies
	TCP                  // connection; reachable if the target accepts it
	UDP                  // datagram; reachable if the target sends one back
	HTTP                 // GET; reachable if the server responds, with any status
	DNS                  // query for A and AAAA; reachable if the server responds, with any code
)

// String returns "icmp" and so on.
func (p Protocol) String() string {
	if names := [...]string{"icmp", "tcp", "udp", "http", "dns"}; int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// port returns a port, or the protocol's default if it is 0.
func (p Protocol) port(port uint16) uint16 {
	switch {
	case port == 0 && p == HTTP:
		return 80
	case port == 0 && p == DNS:
		return 53
	}
	return port
}

// A Question is one check of a target.
type Question struct {
	Target
	Via  Protocol
	Port uint16 // 0: the default, 80 for HTTP or 53 for DNS; TCP and UDP have none

	Host string // HTTP: Host header; "": the address and the port
	Path string // HTTP: path and query; "": /
	Name string // DNS: name to look up

	// Count is the number of requests with which to measure loss and round trips:
	// each is sent once, Interval after the previous one. An uncounted request
	// precedes them and resolves the neighbours on the path; if it gets no answer
	// nothing is measured.
	//
	// 0: only find out whether the target answers. Requests are retried until the
	// timeout.
	Count    int
	Interval time.Duration // 0: 10 ms

	// Size is the size of the IP packet in bytes, for ICMP and UDP. It is raised to
	// the minimum.
	Size int

	Timeout time.Duration // 0: Options.Timeout
}

// Options are the options of [Ask].
type Options struct {
	// Timeout is how long to wait after the last answer. 0: 1.4 seconds, or 2.4
	// seconds if packets seem to be lost.
	Timeout time.Duration

	// Namespaces are the lab's other namespaces, besides those in From. From 4000
	// questions on, the neighbour tables of on-link hosts in all of them are filled
	// first.
	Namespaces []string
}

func (o Options) timeout() time.Duration { return cmp.Or(o.Timeout, defaultTimeout) }

const (
	// defaultTimeout permits one lost ARP request or neighbour solicitation: the
	// kernel sends the next after a second.
	defaultTimeout = 1400 * time.Millisecond

	// lossyTimeout permits two.
	lossyTimeout = defaultTimeout + time.Second
)
