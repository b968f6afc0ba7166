package hostmap

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// Options are the options of [Take].
type Options struct {
	// Engines queries the engines' daemons too, through their sockets. A query may
	// start a daemon (socket activation).
	Engines bool

	// AsOwner returns a map made with the rights of the owner of a process's user
	// namespace, or nil. It is called once for each other user namespace.
	AsOwner func(pid int) *Map
}

// A reading is the links and routes of all namespaces that could be opened.
type reading struct {
	wiring *dump.Wiring
	inodes map[int32]uint64 // by the observer's nsids
	routes map[int32][]dump.Route
	failed map[uint64]error  // namespaces, by inode, that could not be opened
	owners map[uint64]string // other users, by inode, see Namespace.owner
}

// build makes the map. Namespaces are named "net:[INODE]" until [Map.name].
func build(c *census, s *reading, containers []Container, networks map[string]string) *Map {
	m := &Map{}
	b := builder{c: c, s: s, m: m, byInode: map[uint64]*Namespace{}, networks: networks}
	for _, inode := range slices.Sorted(maps.Keys(c.held)) {
		b.add(inode)
	}
	b.hidden()
	for id, ns := range b.numbered() {
		b.interfaces(ns, id)
	}
	b.addProcesses()
	b.addContainers(containers)
	b.taps()
	return m
}

type builder struct {
	c        *census
	s        *reading
	m        *Map
	byInode  map[uint64]*Namespace
	byID     map[int32]*Namespace
	networks map[string]string // network names by bridge
}

// add adds the entry of a held namespace.
func (b *builder) add(inode uint64) {
	ns := &Namespace{Inode: inode, Host: inode == b.c.host, Interfaces: []Interface{}}
	ns.Name = ns.kernelName()
	ns.Holders, ns.owner = b.c.held[inode].holders, b.s.owners[inode]
	for _, f := range b.c.files {
		if file := (File{f.path, f.pid, f.by}); f.inode == inode && !slices.Contains(ns.Files, file) {
			ns.Files = append(ns.Files, file)
		}
	}
	if err := b.s.failed[inode]; err != nil {
		ns.Unseen = reason(err)
	}
	b.byInode[inode] = ns
	b.m.Namespaces = append(b.m.Namespaces, ns)
}

// hidden adds the namespaces known only by nsid, as the far end of a veth.
func (b *builder) hidden() {
	b.byID = map[int32]*Namespace{}
	for id, inode := range b.s.inodes {
		b.byID[id] = b.byInode[inode]
	}
	for n, id := range b.s.wiring.Hidden {
		ns := &Namespace{Name: fmt.Sprintf("hidden-%d", n+1), Interfaces: []Interface{}}
		ns.Why = []string{"known only as the far end of a veth; no holder is visible"}
		b.byID[id] = ns
		b.m.Namespaces = append(b.m.Namespaces, ns)
	}
	for id, err := range b.s.wiring.Unreadable {
		if ns := b.byID[id]; ns != nil {
			ns.Unseen = reason(err)
		}
	}
}

// numbered returns the readable namespaces, by the observer's nsids.
func (b *builder) numbered() map[int32]*Namespace {
	read := map[int32]*Namespace{}
	for id := range b.s.wiring.Namespaces {
		if ns := b.byID[id]; ns != nil {
			read[id] = ns
		}
	}
	return read
}

// interfaces adds the links of a namespace.
func (b *builder) interfaces(ns *Namespace, id int32) {
	seen := b.s.wiring.Namespaces[id]
	ns.cuts, ns.foreign = seen.Cuts, seen.Owner
	ports := map[string][]string{}
	for i := range seen.Links {
		l := &seen.Links[i]
		if l.Flags.Has(dump.Loopback) {
			b.mark(ns, l)
		}
		iface := describe(l)
		iface.Master = escape.Name(seen.LinkName(l.Master))
		if iface.Master != "" {
			ports[iface.Master] = append(ports[iface.Master], iface.Name)
		}
		for _, a := range seen.AddressesOf(l.Index) {
			iface.Addresses = append(iface.Addresses, a.Prefix)
		}
		iface.Default = defaults(b.s.routes[id], l.Index)
		iface.Peer, iface.Lower = b.ends(id, l)
		ns.Interfaces = append(ns.Interfaces, iface)
	}
	for i := range ns.Interfaces {
		ns.Interfaces[i].Ports = ports[ns.Interfaces[i].Name]
	}
}

// mark sets the lab and node of a namespace from the alias of its lo.
func (b *builder) mark(ns *Namespace, lo *dump.Link) {
	if m, ok := state.ParseNamespaceMark(lo.Alias); ok && !ns.Host {
		ns.Engine, ns.Lab, ns.Node, ns.Why, ns.ClaimedBy = "vethlab", escape.Name(m.Lab), escape.Name(m.Node), []string{byMark}, ns.owner
	}
}

// ends returns the peer or the lower device of a link.
func (b *builder) ends(id int32, l *dump.Link) (peer, lower *End) {
	to, ok := l.Target(id)
	if !ok {
		return nil, nil
	}
	end := &End{Index: to.Index}
	if ns := b.byID[to.Netns]; ns != nil {
		end.Namespace = ns.Name
	}
	if other := b.s.wiring.Link(to); other != nil {
		end.Interface = escape.Name(other.Name)
	}
	if l.Paired() {
		if _, sure := b.s.wiring.Peer(dump.LinkRef{Netns: id, Index: l.Index}); end.Interface != "" && !sure {
			return nil, nil // the peer was moved between the two reads
		}
		return end, nil
	}
	return nil, end
}

// describe returns the interface with the link's own attributes.
func describe(l *dump.Link) Interface {
	i := Interface{
		Name: escape.Name(l.Name), Index: l.Index, Kind: escape.Name(l.Kind), State: l.State(), MAC: l.Address.String(), MTU: l.MTU,
		Addresses: []netip.Prefix{}, Alias: escape.Name(l.Alias),
	}
	if l.Flags.Has(dump.Loopback) {
		i.MAC = ""
	}
	if add := kinds[l.Kind].describe; add != nil {
		add(l.Info, &i)
	}
	return i
}

// mainTable is RT_TABLE_MAIN (linux/rtnetlink.h).
const mainTable = 254

// defaults returns the gateways of the default routes through a link.
func defaults(routes []dump.Route, index int) []netip.Addr {
	var via []netip.Addr
	for _, r := range routes {
		if r.Table != mainTable || r.To.Bits() != 0 || r.Type > 1 {
			continue
		}
		hops := r.Hops
		if len(hops) == 0 {
			hops = []dump.Hop{{Via: r.Via, Index: r.Index}}
		}
		for _, h := range hops {
			if h.Index != index {
				continue
			}
			gateway := h.Via
			if !gateway.IsValid() {
				gateway = unspecified(r.To.Addr())
			}
			if !slices.Contains(via, gateway) {
				via = append(via, gateway)
			}
		}
	}
	return via
}

func unspecified(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// addProcesses adds processes to their namespaces, except to the host namespace, which
// has too many.
func (b *builder) addProcesses() {
	for _, p := range b.c.processes {
		ns := b.byInode[p.Net]
		if ns == nil || ns.Host {
			continue
		}
		ns.Processes = append(ns.Processes, p)
		// The title of a sandbox's holder process has the lab's name.
		if lab, ok := strings.CutPrefix(strings.Join(p.Args, " "), "vethlab: lab "); ok && ns.Lab == "" {
			ns.Engine, ns.Lab, ns.Node, ns.Why, ns.ClaimedBy = "vethlab", escape.Name(lab), HostName, []string{byProcess}, p.Untrusted
		}
	}
}

// taps sets the processes that have tun and tap interfaces open.
func (b *builder) taps() {
	for _, t := range b.c.taps {
		ns := b.byInode[t.inode]
		if ns == nil {
			continue
		}
		if i := ns.Interface(t.name); i != nil {
			i.HeldBy = append(i.HeldBy, t.by)
		}
	}
}

// noteUnseen adds to Unseen the processes and namespaces that this user can't read.
func (m *Map) noteUnseen(c *census) {
	switch n := c.denied; n {
	case 0:
	case 1:
		m.Unseen = append(m.Unseen, "the namespace of 1 process")
	default:
		m.Unseen = append(m.Unseen, fmt.Sprintf("the namespaces of %d processes", n))
	}
	n := 0
	for _, ns := range m.Namespaces {
		if ns.Unseen != "" {
			n++
		}
	}
	if n > 0 {
		m.Unseen = append(m.Unseen, "the contents of "+words.Plural(n, "namespace"))
	}
}

// noteSkipped adds to Unseen the users whose files took too long to read.
func (m *Map) noteSkipped(users []string) {
	if len(users) > 0 {
		m.Unseen = append(m.Unseen, "the engines of "+words.List(users, maxNames)+", whose files take too long to read")
	}
}

// noteCuts sets LeftOut.
func (m *Map) noteCuts() {
	for _, ns := range m.Namespaces {
		if len(ns.cuts) > 0 {
			what := make([]string, len(ns.cuts))
			for i, c := range ns.cuts {
				what[i] = c.String()
			}
			m.LeftOut = append(m.LeftOut, fmt.Sprintf("namespace %s of %s: %s", ns.Name, ns.foreign, strings.Join(what, ", ")))
		}
	}
}

// reason returns in a few words why a namespace can't be read.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "needs root"
	case errors.Is(err, fs.ErrNotExist):
		return "its files are not visible in this mount namespace"
	}
	return fmt.Sprint(err)
}
