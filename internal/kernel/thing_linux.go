package kernel

import (
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A thingRow reads one sort of what a namespace has beside links.
type thingRow struct {
	read func(reading) (put, error)

	// whole says that it is about a namespace as a whole. It is not read in the
	// host namespace, of which a lab has only links and what is on them.
	whole bool
}

// A put stores what was read in a namespace that has its links. Names are those of
// the links by index.
type put func(ns *state.Namespace, names map[int]string)

// thingRows has one row per sort of what a namespace has beside links.
var thingRows = []thingRow{
	{read: readAddresses},
	{read: readRoutes},
	{read: readNeighbours},
	{read: readSysctls, whole: true},
	{read: readFilter, whole: true},
}

// A reading is of the namespace that the calling thread is in.
type reading struct {
	*conn
	name     string
	links    []*seenLink
	assigned []seenAddress // read before the routes
	sysctls  *sysctlScope

	forwards map[string]bool // by [state.ForwardIPv4] and 6; of whole namespaces only

	neighbours bool // whether to read the neighbour entries

	// lab is nil unless only a lab's things are read, which in the host namespace is what
	// has a mark.
	lab  *hostScope
	seen *seenNamespace // for what has no place in a State
}

// A hostScope is what a lab wants and wanted in the host namespace. What has no mark, but
// equals that, was made by a version of vethlab that did not mark it.
type hostScope struct {
	want       state.Routes
	neighbours state.Neighbours

	// addresses are by link. Nil: what was wanted before is unknown, and all are the lab's.
	addresses map[string]state.Addresses
}

// owns reports whether an address of a link is the lab's. An address does not become a
// stranger's with another prefix length.
func (h *hostScope) owns(link string, a netip.Prefix) bool {
	return h == nil || h.addresses == nil || slices.ContainsFunc(h.addresses[link], func(own netip.Prefix) bool {
		return own.Addr() == a.Addr()
	})
}

// newHostScope returns the scope of a lab by States that may be nil.
func newHostScope(want, last *state.State) *hostScope {
	h := &hostScope{}
	if last != nil && last.Namespaces[state.Host] != nil && len(last.Namespaces[state.Host].Links) > 0 {
		h.addresses = map[string]state.Addresses{}
	}
	for _, s := range []*state.State{want, last} {
		if s == nil || s.Namespaces[state.Host] == nil {
			continue
		}
		h.want = append(h.want, s.Namespaces[state.Host].Routes...)
		h.neighbours = append(h.neighbours, s.Namespaces[state.Host].Neighbours...)
		for name, l := range s.Namespaces[state.Host].Links {
			if h.addresses != nil {
				h.addresses[name] = append(h.addresses[name], l.Addresses...)
			}
		}
	}
	return h
}

// readThings reads all sorts of things. The error is the first one.
func (r *reading) readThings(whole bool) (puts []put, err error) {
	if r.assigned, err = r.addresses(); err != nil {
		return nil, err
	}
	if whole {
		r.forwards = map[string]bool{state.ForwardIPv4: r.forwarding(unix.AF_INET), state.ForwardIPv6: r.forwarding(unix.AF_INET6)}
	}
	for _, t := range thingRows {
		if t.whole && !whole {
			continue
		}
		put, err := t.read(*r)
		if err != nil {
			return nil, err
		}
		puts = append(puts, put)
	}
	return puts, nil
}

// readAddresses keeps the addresses except those that the kernel made automatically.
func readAddresses(r reading) (put, error) {
	reported := slices.ContainsFunc(r.assigned, func(a seenAddress) bool { return a.automatic })
	return func(ns *state.Namespace, names map[int]string) {
		for _, a := range r.assigned {
			switch l := ns.Links[names[a.index]]; {
			case l == nil || automatic(l, a, reported):
			case ns.Name == state.Host && !r.lab.owns(l.Name, a.prefix):
				r.seen.others.Addresses = append(r.seen.others.Addresses, OtherAddress{l.Name, a.prefix})
			default:
				l.Addresses = append(l.Addresses, a.prefix)
			}
		}
	}, nil
}

// readRoutes reads the routes that the kernel did not add itself, and finds the addresses of
// which one that it did is missing. Of the host
// namespace only those through links that count do, and of a lab's only marked ones.
func readRoutes(from reading) (put, error) {
	all, lost, err := from.routesAndLost()
	return func(ns *state.Namespace, names map[int]string) {
		for _, r := range all.added {
			r.Dev = names[r.index]
			if ns.Name != state.Host || r.Dev != "" {
				r.put(ns, from)
			}
		}
		slices.SortFunc(ns.Routes, state.Route.Compare)
		slices.SortFunc(ns.Unmarked, state.Route.Compare)
		for _, l := range ns.Links {
			if l.Up {
				l.Unrouted = slices.DeleteFunc(slices.Clone(l.Addresses), func(a netip.Prefix) bool {
					return all.made.complete(l, a) && !lost.hasAddress(l, a)
				})
				l.LostRoutes = lost.hasLink(l)
			}
		}
		from.seen.locals = foreignLocals(ns, all.locals)
	}, err
}

// foreignLocals returns the destinations of routes of type local, whose packets the namespace
// takes itself, that are not addresses of its own.
func foreignLocals(ns *state.Namespace, locals []netip.Prefix) []netip.Prefix {
	return slices.DeleteFunc(locals, func(to netip.Prefix) bool {
		for _, l := range ns.Links {
			own := func(a netip.Prefix) bool { return a.Addr() == to.Addr() }
			if to.IsSingleIP() && slices.ContainsFunc(l.Addresses, own) {
				return true
			}
		}
		return to.Addr().IsLoopback()
	})
}

// put adds a route to a namespace, or to what others have there.
func (r seenRoute) put(ns *state.Namespace, from reading) {
	switch {
	case ns.Name != state.Host || from.lab == nil || r.protocol == state.Protocol:
		ns.Routes = append(ns.Routes, r.Route)
	case r.protocol == plan.BootProtocol && slices.Contains(from.lab.want, r.Route):
		ns.Unmarked = append(ns.Unmarked, r.Route)
	default:
		from.seen.others.Routes = append(from.seen.others.Routes, r.Route)
	}
}

// readFilter reads the packet filter.
func readFilter(r reading) (put, error) {
	rs, err := readNftables(r.in)
	return func(ns *state.Namespace, _ map[int]string) { ns.Nftables = rs.Normal() }, err
}
