package kernel

import (
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// assemble makes a State of the dumps of all namespaces: it replaces indexes by names
// and finds peers and lower links.
func assemble(seen []*seenNamespace) (*Snapshot, error) {
	snapshot := &Snapshot{State: state.New(), Runtime: map[state.Endpoint]Runtime{}, Learned: map[string]state.Neighbours{}, Locals: map[string][]netip.Prefix{}, Extras: map[string]Extra{}}
	for _, ns := range seen {
		snapshot.add(ns)
	}
	return snapshot, ignoreDeleted(snapshot.pair(seen)) // one may be deleted or created meanwhile
}

func (s *Snapshot) add(seen *seenNamespace) {
	ns := s.State.Add(seen.name)
	clear(ns.Links) // lo is among what was seen
	names, bridging := map[int]string{}, map[int]*dump.Link{}
	for _, l := range seen.links {
		names[l.Index] = l.Name
		ns.Links[l.Name] = &l.Link
		if l.bridging != nil {
			bridging[l.Index] = l.bridging
		}
	}
	for _, l := range seen.links {
		l.Master = names[l.master]
		r := Runtime{Carrier: l.carrier, State: l.state, NoARP: l.noARP}
		if l.bridging != nil {
			r.Port, r.UsualPort = l.bridging.Port, l.bridging.UsualPort(bridging[l.master])
		}
		s.Runtime[state.Endpoint{Namespace: ns.Name, Link: l.Name}] = r
	}
	for _, put := range seen.puts {
		put(ns, names)
	}
	if len(seen.learned) > 0 {
		s.Learned[ns.Name] = seen.learned
	}
	if len(seen.locals) > 0 {
		s.Locals[ns.Name] = seen.locals
	}
	if seen.extra != nil {
		s.Extras[ns.Name] = *seen.extra
	}
	if seen.name == state.Host {
		s.Others = seen.others
	}
}

// automatic reports whether the kernel gave a link this address automatically.
// Kernels before 5.18 report it of no address: there an fe80:: address of any MAC is the
// kernel's. A bridge has that of its first MAC, and takes the lowest of its ports' later.
func automatic(l *state.Link, a seenAddress, reported bool) bool {
	switch {
	case l.Name == state.Lo:
		return a.prefix.Addr().IsLoopback()
	case a.automatic && (l.AutoLinkLocal || !a.prefix.Addr().IsLinkLocalUnicast()):
		return true
	}
	return l.AutoLinkLocal && !a.noDAD && (a.prefix == state.LinkLocal(l.MAC) || !reported && state.LinkLocalOfMAC(a.prefix))
}

// operStates are the kernel's words for IFLA_OPERSTATE by number (RFC 2863,
// linux/if.h), as in /sys/class/net/*/operstate.
var operStates = [...]string{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", operUp}

const operUp = "up"

// An end is a link as its own namespace sees it.
type end struct {
	namespace string
	*seenLink
}

// unresolved returns the Endpoint that the Kind of a link, just decoded, has for what
// IFLA_LINK refers to: its peer, or else its first lower link. ok is false if it refers to
// none.
func (l *seenLink) unresolved() (e state.Endpoint, ok bool) {
	if peer, paired := l.Peer(); paired {
		return peer, true
	}
	if lower := l.Kind.Lower(); len(lower) > 0 {
		return lower[0], true
	}
	return state.Endpoint{}, false
}

// pair finds the peers and lower links. The kernel reports an index and the nsid of a
// namespace. A candidate has that index, and as a peer refers back; its namespace is
// compared by nsid.
func (s *Snapshot) pair(seen []*seenNamespace) error {
	byIndex := map[int][]end{}
	for _, ns := range seen {
		for _, l := range ns.links {
			byIndex[l.Index] = append(byIndex[l.Index], end{ns.name, l})
		}
	}
	kinds := make([][]state.Kind, len(seen)) // set at the end: others read the links meanwhile
	resolve := func(c *conn, i int) {
		for _, l := range seen[i].links {
			kind := l.Kind
			if unresolved, ok := l.unresolved(); ok {
				kind = kind.Renamed(unresolved, c.target(end{seen[i].name, l}, byIndex[l.link]))
			}
			kinds[i] = append(kinds[i], kind)
		}
	}
	var names []string
	var indexes []int
	for i, ns := range seen {
		if ns.located() {
			resolve(nil, i)
			continue
		}
		names, indexes = append(names, ns.name), append(indexes, i)
	}
	err := insideEach(names, func(c *conn, i int) error { resolve(c, indexes[i]); return nil })
	for i, list := range kinds {
		for j, kind := range list {
			seen[i].links[j].Kind = kind
		}
	}
	return err
}

// locate finds the namespaces that the links of a namespace refer to where these are the
// wanted ones. To ask for those later takes another socket in the namespace.
func (sc scope) locate(c *conn, ns *seenNamespace) {
	if sc.want == nil {
		return
	}
	for _, l := range ns.links {
		wanted := sc.want.Link(state.Endpoint{Namespace: ns.name, Link: l.Name})
		if l.netnsid == nil || wanted == nil {
			continue
		}
		for _, to := range wanted.Related() {
			if c.netnsid(to.Namespace) == *l.netnsid {
				l.linkNetns = &to.Namespace
			}
		}
	}
}

// located reports whether all namespaces are known that the links refer to.
func (ns *seenNamespace) located() bool {
	return !slices.ContainsFunc(ns.links, func(l *seenLink) bool { return l.netnsid != nil && l.linkNetns == nil })
}

// target finds what e refers to among candidates, with a conn in e's namespace, which may be
// nil if that is located. The zero Endpoint: it is outside the lab.
func (c *conn) target(e end, candidates []end) state.Endpoint {
	_, paired := e.Peer()
	i := slices.IndexFunc(candidates, func(p end) bool {
		if _, other := p.Peer(); p.seenLink == e.seenLink || paired && (!other || p.link != e.Index) {
			return false
		}
		switch {
		case e.netnsid == nil:
			return p.namespace == e.namespace
		case e.linkNetns != nil:
			return p.namespace == *e.linkNetns
		}
		return c.netnsid(p.namespace) == *e.netnsid
	})
	if i < 0 {
		return state.Endpoint{}
	}
	return state.Endpoint{Namespace: candidates[i].namespace, Link: candidates[i].Name}
}

// Attributes of RTM_GETNSID (linux/net_namespace.h).
const (
	netnsaNsid = 1
	netnsaFd   = 3
)

// netnsid returns the nsid that the conn's namespace has for another; -1: none.
func (c *conn) netnsid(name string) int32 {
	fd, err := netns.OpenFd(name)
	if err != nil {
		return -1
	}
	defer unix.Close(fd)
	id, err := c.nsidOf(fd)
	if err != nil {
		return -1
	}
	return id
}

// nsidOf returns the nsid that the conn's namespace has for that of an open
// descriptor; -1: none.
func (c *conn) nsidOf(fd int) (int32, error) {
	var b batch
	b.message(unix.RTM_GETNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaFd, uint32(fd))
	})
	answer, err := c.get(&b)
	if err != nil {
		return -1, err
	}
	if id, ok := within(answer[min(4, len(answer)):], netnsaNsid); ok {
		return int32(id.u32()), nil
	}
	return -1, errMalformed
}
