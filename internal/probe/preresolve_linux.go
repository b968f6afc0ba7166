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

// preResolveMin is the number of questions from which neighbours are resolved
// before.
const preResolveMin = 4000

// maxLinks is how many interfaces a host may have to be pre-resolved.
const maxLinks = 16

// A host is a namespace that sends or answers probes.
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

// preResolve fills the neighbour tables of on-link hosts that are about to ask each
// other.
//
// To resolve a neighbour a host broadcasts an ARP request (multicasts a neighbour
// solicitation) on the link. Among 300 hosts that is 45,000 broadcasts of 300
// packets each, 13 million packets, which keep two CPUs busy for ten seconds and
// overflow queues. But a host also learns the sender of a request. So each host
// sends its request as unicast to the hosts that are about to ask it. The
// neighbour's kernel learns from it and answers it as any other; if it is lost, the
// kernel resolves the neighbour as usual.
//
// The returned function waits until all sockets are closed, which takes longer than
// all the rest.
func preResolve(ctx context.Context, answers []Answer, opts Options) (wait func()) {
	if len(answers) < preResolveMin {
		return func() {}
	}
	hosts := openHosts(answers, opts)
	requests := neighRequestsOf(answers, hosts)
	n := min(runtime.GOMAXPROCS(0), maxAskers)
	backlogs := make([]*backlog, n)
	for i := range backlogs {
		backlogs[i] = openBacklog()
		defer backlogs[i].close()
	}
	inParallel(n, len(requests), func(i int) {
		if i < len(hosts) { // each host's first: bridges have not learned it and flood
			backlogs[i%n].waitShort(ctx)
		}
		if ctx.Err() == nil {
			requests[i].send()
		}
	})()
	return inParallel(closers, len(hosts), func(i int) { unix.Close(hosts[i].fd) })
}

// closers is how many packet sockets are closed at a time. Each takes some
// milliseconds, for an RCU grace period.
const closers = 16

// inParallel calls fn for 0 … n-1 on some goroutines, of which the k-th calls it
// for k, k+goroutines and so on. The returned function waits for them.
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

// openHosts opens a packet socket in each namespace but the host namespace, and
// reads its interfaces.
func openHosts(answers []Answer, opts Options) []*host {
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
	inside(names, func(i int) error { return hosts[i].prepare() }) // hosts that fail are left out
	return slices.DeleteFunc(hosts, func(h *host) bool { return h.fd < 0 })
}

// look reads the interfaces of the calling thread's namespace and opens a packet
// socket.
func (h *host) prepare() error {
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
	// Protocol 0: send only.
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

// A neighRequest is an ARP request or neighbour solicitation, sent as unicast.
type neighRequest struct {
	link     *link
	from, to netip.Addr
	mac      net.HardwareAddr // of to
}

// neighRequestsOf returns the requests that make asking and asked hosts learn each
// other. The first request of every host comes before all second ones, so that
// bridges learn all hosts early.
func neighRequestsOf(answers []Answer, hosts []*host) []neighRequest {
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
	var order requestOrder
	for i := range answers {
		to := answers[i].addr()
		target, asker := owners[to], byName[answers[i].From]
		if target == nil || asker == nil || target.host == asker {
			continue
		}
		if l, prefix := asker.linkTo(to); l != nil {
			order.add(neighRequest{target, to, prefix.Addr(), l.mac})
			order.add(neighRequest{l, prefix.Addr(), to, target.mac})
		}
	}
	return slices.Concat(order.rounds...)
}

// A requestOrder orders requests by how many their host sends before.
type requestOrder struct {
	rounds [][]neighRequest
	next   map[*host]int
	added  map[[2]netip.Addr]bool // from and to
}

func (o *requestOrder) add(r neighRequest) {
	if o.added == nil {
		o.next, o.added = map[*host]int{}, map[[2]netip.Addr]bool{}
	}
	pair := [2]netip.Addr{r.from, r.to}
	if o.added[pair] {
		return
	}
	o.added[pair] = true
	round := o.next[r.link.host]
	o.next[r.link.host]++
	if round == len(o.rounds) {
		o.rounds = append(o.rounds, nil)
	}
	o.rounds[round] = append(o.rounds[round], r)
}

// linkTo returns the link on which an address is on-link, and the host's prefix.
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

// send sends a request. If that fails the kernel resolves the neighbour as usual.
func (r *neighRequest) send() {
	m, protocol := make([]byte, 0, 80), uint16(unix.ETH_P_ARP)
	if r.to.Is4() {
		m = appendARPRequest(m, r.link.mac, r.from, r.to)
	} else {
		m, protocol = appendSolicitation(m, r.link.mac, r.from, r.to), unix.ETH_P_IPV6
	}
	sa := &unix.SockaddrLinklayer{Ifindex: r.link.index, Protocol: hton(protocol), Halen: 6}
	copy(sa.Addr[:], r.mac)
	_ = unix.Sendto(r.link.host.fd, m, 0, sa)
}

// hton returns a number in network byte order.
func hton(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}
