// Package probe asks from inside network namespaces whether an address
// answers, by which way, how fast, and how much gets through. It opens its own
// sockets there and needs no program of the machine's.
//
//   - [Ask] asks many questions of several protocols side by side. All that stay
//     silent share one bounded wait.
//   - [Serve] listens for the length of a test, so that there is somebody to ask.
//   - [Trace] finds the hops of a way, [LastHop] how far a way is good.
//   - [PathMTU] and [Fits] find how large a packet may be.
//   - [Throughput] measures how much goes through, by TCP or UDP.
//   - [Ping] sends a series of echo requests and tells of each answer.
//
// Sockets keep the namespace they were opened in: they are opened inside, on a
// thread of [netns.Each], and used from outside.
package probe

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"
)

// A Target is an address to be asked from a namespace.
type Target struct {
	From string // name of the namespace, "" for the machine's own
	To   netip.Addr

	// Source is the address to ask from, and Interface the one to leave by.
	// Without them the routing table says. A zone in To is an Interface.
	Source    netip.Addr
	Interface string
}

// ipv6 reports whether the target is asked over IPv6.
func (t Target) ipv6() bool { return t.To.Is6() && !t.To.Is4In6() }

// link returns the interface to leave by, or "".
func (t Target) link() string { return cmp.Or(t.Interface, t.To.Zone()) }

// addr returns the address as it stands in packets.
func (t Target) addr() netip.Addr { return t.To.WithZone("").Unmap() }

// A Protocol is what a question is asked over.
type Protocol uint8

// The protocols.
const (
	ICMP Protocol = iota // an echo request: reachable is what replies
	TCP                  // a connection: reachable is what accepts it
	UDP                  // a datagram: reachable is what sends one back
	HTTP                 // a GET: reachable is what responds, with any status
	DNS                  // a query for A and AAAA: reachable is what responds, with any code
)

// String returns "icmp" and so on.
func (p Protocol) String() string {
	if names := [...]string{"icmp", "tcp", "udp", "http", "dns"}; int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("protocol %d", uint8(p))
}

// port returns a port, or the one that the protocol has by itself.
func (p Protocol) port(port uint16) uint16 {
	switch {
	case port == 0 && p == HTTP:
		return 80
	case port == 0 && p == DNS:
		return 53
	}
	return port
}

// A Question asks a target one thing.
type Question struct {
	Target
	Via  Protocol
	Port uint16 // 0: the protocol's own, 80 or 53; TCP and UDP have none

	Host string // HTTP: of the request; "": the address and the port
	Path string // HTTP: with its query; "": /
	Name string // DNS: what to look up

	// Count is how often to ask, to measure loss and round trips: each request
	// is sent once, Interval after the one before, and all are counted. A request
	// that is not counted goes before them, so that nobody has to look for
	// neighbours any more; without an answer to it there is nothing to measure.
	//
	// 0: find out only whether there is an answer. A request that may be lost is
	// sent again within the timeout.
	Count    int
	Interval time.Duration // 0: 10 ms

	// Size is how many bytes the IP packet has, for ICMP and UDP; less than the
	// least: the least.
	Size int

	Timeout time.Duration // 0: that of the options
}

// Options are the options of [Ask].
type Options struct {
	// Timeout is how long to wait after the last answer. 0: 1.4 seconds, and a
	// second more where packets seem to be lost.
	Timeout time.Duration

	// Namespaces are those of the lab, besides those that are asked from. Where
	// thousands of questions are asked, hosts in all these that are neighbours
	// are made known to each other first.
	Namespaces []string
}

func (o Options) timeout() time.Duration { return cmp.Or(o.Timeout, defaultTimeout) }

const (
	// defaultTimeout is long enough for a host whose first request for a
	// neighbour was lost: it sends the next one after a second.
	defaultTimeout = 1400 * time.Millisecond

	// lossyTimeout is long enough for one more.
	lossyTimeout = defaultTimeout + time.Second
)
