package probe

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// crowd is for how many questions hosts are introduced to each other.
const crowd = 4000

// maxLinks is how many interfaces a host in a crowd has at most.
const maxLinks = 16

// A host is a namespace in the crowd.
type host struct {
	name  string
	links []link
	fd    int // a packet socket inside, -1: none
}

// A link is an Ethernet interface of a host.
type link struct {
	host     *host
	index    int
	mac      net.HardwareAddr
	prefixes []netip.Prefix
}

// introduce makes the hosts known to each other that are about to ask each
// other on the same link.
//
// A host that does not know its neighbour asks everybody on the link who that
// is. Where three hundred hosts ask for each other that is 45,000 broadcasts of
// 300 packets each, 13 million packets, which keep two processors busy for ten
// seconds and overflow queues. But a host also learns from being asked. So each
// sends those that are about to ask it the same request that it would
// broadcast, straight to them. It goes through the link as any other, and is
// learned from and answered by the neighbour's kernel; if it does not get
// there, nothing is learned and the kernel looks for the neighbour as always.
//
// The function it returns waits until all sockets are closed, which takes the
// kernel longer than all the rest.
func introduce(ctx context.Context, answers []Answer, opts Options) (wait func()) {
	if len(answers) < crowd {
		return func() {}
	}
	hosts := meet(answers, opts)
	greetings := greetingsOf(answers, hosts)
	n := runtime.GOMAXPROCS(0)
	backlogs := make([]*backlog, n)
	for i := range backlogs {
		backlogs[i] = openBacklog()
		defer backlogs[i].close()
	}
	inParallel(n, len(greetings), func(i int) {
		if i < len(hosts) { // a switch does not know anybody yet
			backlogs[i%n].clear(ctx)
		}
		if ctx.Err() == nil {
			greetings[i].send()
		}
	})()
	return inParallel(closers, len(hosts), func(i int) { unix.Close(hosts[i].fd) })
}

// closers is how many packet sockets are closed at a time. Each takes some
// milliseconds, until all processors have seen it (RCU).
const closers = 16

// inParallel calls fn for 0 … n-1 on some goroutines, each of which takes every
// so manieth. The function it returns waits for them.
func inParallel(goroutines, n int, fn func(i int)) (wait func()) {
	var all sync.WaitGroup
	for first := range goroutines {
		all.Go(func() {
			for i := first; i < n; i += goroutines {
				fn(i)
			}
		})
	}
	return all.Wait
}

// meet opens a socket in each namespace and sees its interfaces. The machine's
// own is left alone.
func meet(answers []Answer, opts Options) []*host {
	var hosts []*host
	known := map[string]bool{}
	add := func(name string) {
		if name != netns.Host && !known[name] && len(hosts) < maxSockets() {
			known[name] = true
			hosts = append(hosts, &host{name: name, fd: -1})
		}
	}
	for i := range answers {
		add(answers[i].From)
	}
	for _, name := range opts.Namespaces {
		add(name)
	}
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.name
	}
	inside(names, func(i int) error { return hosts[i].look() }) // whoever fails stays a stranger
	return slices.DeleteFunc(hosts, func(h *host) bool { return h.fd < 0 })
}

// look sees the interfaces of the calling thread's namespace.
func (h *host) look() error {
	links, err := net.Interfaces()
	if err != nil || len(links) > maxLinks {
		return err
	}
	for _, l := range links {
		if len(l.HardwareAddr) != 6 || l.Flags&net.FlagUp == 0 || l.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := l.Addrs()
		if err != nil {
			return err
		}
		h.links = append(h.links, link{h, l.Index, l.HardwareAddr, prefixesOf(addrs)})
	}
	// Protocol 0: it only sends.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		h.fd = fd
	}
	return err
}

func prefixesOf(addrs []net.Addr) []netip.Prefix {
	var prefixes []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

// A greeting is a request for a neighbour that is sent to it alone.
type greeting struct {
	link     *link
	from, to netip.Addr
	mac      net.HardwareAddr // of to
}

// greetingsOf returns what makes those who ask know whom they ask, and the other
// way round. Each host's first one comes before all second ones, so that switches
// soon know them all.
func greetingsOf(answers []Answer, hosts []*host) []greeting {
	owners := map[netip.Addr]*link{}
	byName := map[string]*host{}
	for _, h := range hosts {
		byName[h.name] = h
		for i := range h.links {
			for _, p := range h.links[i].prefixes {
				owners[p.Addr()] = &h.links[i]
			}
		}
	}
	var order greetingOrder
	for i := range answers {
		to := answers[i].addr()
		whom, asker := owners[to], byName[answers[i].From]
		if whom == nil || asker == nil || whom.host == asker {
			continue
		}
		if l, prefix := asker.linkTo(to); l != nil {
			order.add(greeting{whom, to, prefix.Addr(), l.mac})
			order.add(greeting{l, prefix.Addr(), to, whom.mac})
		}
	}
	return slices.Concat(order.rounds...)
}

// A greetingOrder is the greetings by how many their host sends before.
type greetingOrder struct {
	rounds [][]greeting
	next   map[*host]int
	known  map[[2]netip.Addr]bool // from and to
}

func (o *greetingOrder) add(g greeting) {
	if o.known == nil {
		o.next, o.known = map[*host]int{}, map[[2]netip.Addr]bool{}
	}
	ends := [2]netip.Addr{g.from, g.to}
	if o.known[ends] {
		return
	}
	o.known[ends] = true
	round := o.next[g.link.host]
	o.next[g.link.host]++
	if round == len(o.rounds) {
		o.rounds = append(o.rounds, nil)
	}
	o.rounds[round] = append(o.rounds[round], g)
}

// linkTo returns the link that an address is on.
func (h *host) linkTo(to netip.Addr) (*link, netip.Prefix) {
	for i := range h.links {
		for _, p := range h.links[i].prefixes {
			if p.Contains(to) {
				return &h.links[i], p
			}
		}
	}
	return nil, netip.Prefix{}
}

// send sends a greeting. If that fails the neighbour is looked for as always.
func (g *greeting) send() {
	m, protocol := make([]byte, 0, 80), uint16(unix.ETH_P_ARP)
	if g.to.Is4() {
		m = appendARPRequest(m, g.link.mac, g.from, g.to)
	} else {
		m, protocol = appendSolicitation(m, g.link.mac, g.from, g.to), unix.ETH_P_IPV6
	}
	sa := &unix.SockaddrLinklayer{Ifindex: g.link.index, Protocol: hton(protocol), Halen: 6}
	copy(sa.Addr[:], g.mac)
	_ = unix.Sendto(g.link.host.fd, m, 0, sa)
}

// hton returns a number as it is stored in network order.
func hton(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}
