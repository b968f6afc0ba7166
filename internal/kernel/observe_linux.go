package kernel

import (
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Observe reads a lab from the kernel: all namespaces that carry its mark, and
// the links of the host namespace that do. It reads the sysctls that want and last
// name, which may be nil. Last is the State that was wanted before: sysctls that are
// still set and not wanted any more are in the result with their defaults, so that a
// plan can restore these.
func Observe(lab string, want, last *state.State) (*Snapshot, error) {
	return observeLab(lab, want, last, noExtras)
}

// ObserveWithRules does what Observe does and reads those Extras that take little time: rules,
// their tables, legacy iptables, and settings of links.
func ObserveWithRules(lab string, want, last *state.State) (*Snapshot, error) {
	return observeLab(lab, want, last, fastExtras)
}

// ObserveWithExtras does what Observe does and reads Extras too. It takes a few times as
// long: each setting of a namespace is a file, which takes some 0.1 ms to read.
func ObserveWithExtras(lab string, want, last *state.State) (*Snapshot, error) {
	return observeLab(lab, want, last, allExtras)
}

func observeLab(lab string, want, last *state.State, extras extras) (*Snapshot, error) {
	sysctls, err := newSysctlScope(want, last)
	if err != nil {
		return nil, err
	}
	sc := scope{
		namespace: func(m state.Mark) bool { return m.Lab == lab },
		link:      managed,
		hostLink: func(l *seenLink) bool {
			m, _ := state.ParseMark(l.Alias)
			return m.Lab == lab && managed(l)
		},
		sysctls:    func(string) *sysctlScope { return sysctls },
		neighbours: neighbourScope(want, last),
		extras:     extras,
		lab:        newHostScope(want, last),
		pairs:      newHostPairs(want, last),
		want:       want,
	}
	return sc.read()
}

// ObserveAll reads all named namespaces and the host namespace, whoever created what is
// in them; physical devices are links of the kind "". It reads the sysctls of
// forwarding, and those of keys that exist.
func ObserveAll(keys ...string) (*Snapshot, error) {
	wanted := map[string]string{}
	for _, key := range keys {
		wanted[key] = ""
	}
	usual := sync.OnceValue(readUsual)
	sc := scope{
		namespace: func(state.Mark) bool { return true },
		link:      intended,
		hostLink:  intended,
		host:      true,
		sysctls: func(name string) *sysctlScope {
			return &sysctlScope{want: map[string]map[string]string{name: wanted}, usual: usual}
		},
		neighbours: func(string) bool { return true },
		extras:     allExtras,
	}
	return sc.read()
}

// extras say which of the Extras are read.
type extras int

const (
	noExtras extras = iota
	fastExtras
	allExtras
)

// A scope selects what is observed.
type scope struct {
	namespace func(state.Mark) bool // named namespaces, by their mark
	link      func(*seenLink) bool  // links in them
	hostLink  func(*seenLink) bool  // links of the host namespace
	host      bool                  // the whole host namespace, also without links
	sysctls   func(name string) *sysctlScope

	// neighbours are the namespaces of which permanent neighbour entries are read.
	neighbours func(name string) bool

	extras extras     // of named namespaces
	lab    *hostScope // see [reading]
	pairs  hostPairs  // further links of the host namespace

	want *state.State // where links probably lead; nil: unknown
}

// read reads what is in scope.
func (sc scope) read() (*Snapshot, error) {
	names, err := netns.Mounted()
	if err != nil {
		return nil, err
	}
	names = append(names, state.Host)
	seen := make([]*seenNamespace, len(names))
	err = insideEach(names, func(c *conn, i int) error {
		var err error
		seen[i], err = sc.observe(c, names[i])
		return err
	})
	if err := ignoreDeleted(err); err != nil {
		return nil, err
	}
	return assemble(slices.DeleteFunc(seen, func(ns *seenNamespace) bool { return ns == nil }))
}

// Labs returns the marks of the namespaces of all labs, by namespace name.
func Labs() (map[string]state.Mark, error) {
	names, err := netns.Mounted()
	if err != nil {
		return nil, err
	}
	marks := make([]state.Mark, len(names))
	err = insideEach(names, func(c *conn, i int) error {
		marks[i] = c.mark(names[i])
		return nil
	})
	byName := map[string]state.Mark{}
	for i, m := range marks {
		if !m.IsZero() {
			byName[names[i]] = m
		}
	}
	return byName, ignoreDeleted(err)
}

// insideEach calls fn(c, i) with a socket in each names[i], as [netns.Each] does. The sockets
// share receive buffers.
func insideEach(names []string, fn func(c *conn, i int) error) error {
	buffers := sync.Pool{New: func() any { return new([inSize]byte) }}
	return netns.Each(names, func(i int) error {
		return inside(func(c *conn) error {
			buffer := buffers.Get().(*[inSize]byte)
			defer buffers.Put(buffer)
			c.in = buffer[:]
			return fn(c, i)
		})
	})
}

// inside calls fn with a socket of the calling thread's namespace.
func inside(fn func(*conn) error) error {
	c, err := dial()
	if err != nil {
		return err
	}
	defer c.close()
	c.inside = true
	return fn(c)
}

// ignoreDeleted drops from joined errors those of namespaces that were deleted
// meanwhile.
func ignoreDeleted(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	deleted := func(err error) bool { return errors.Is(err, fs.ErrNotExist) }
	return errors.Join(slices.DeleteFunc(joined.Unwrap(), deleted)...)
}

// mark returns the mark on the lo of the conn's namespace, which has that name. It does
// not count if the name does not end with the node: whoever has rights in a namespace
// can write any alias there, but not give it another name.
func (c *conn) mark(name string) state.Mark {
	lo, err := c.linkBody(loIndex)
	if err != nil || len(lo) < unix.SizeofIfInfomsg {
		return state.Mark{}
	}
	alias, _ := within(lo[unix.SizeofIfInfomsg:], unix.IFLA_IFALIAS)
	return markIn(alias.text(), name)
}

// markIn returns the mark in the alias of a lo as [conn.mark] does.
func markIn(alias, name string) state.Mark {
	if m, ok := state.ParseNamespaceMark(alias); ok && strings.HasSuffix(name, m.Node) {
		return m
	}
	return state.Mark{}
}

// mark returns the mark of a namespace whose links were read. It asks for that of a lo that
// is not among them, with a conn in the namespace.
func (ns *seenNamespace) mark(c *conn) state.Mark {
	for _, l := range ns.links {
		if l.Index == loIndex {
			return markIn(l.Alias, ns.name)
		}
	}
	return c.mark(ns.name)
}

// rtextFilterSkipStats is RTEXT_FILTER_SKIP_STATS: an answer without statistics.
const rtextFilterSkipStats = 1 << 3

// linkFilter returns the IFLA_EXT_MASK for links that readLink reads. With
// RTEXT_FILTER_SKIP_STATS, kernels such as 5.10 leave out IFLA_INET6_ADDR_GEN_MODE
// too (net/ipv6/addrconf.c, inet6_fill_ifla6_attrs): then it is not set.
func (c *conn) linkFilter() uint32 {
	if c.withStats {
		return 0
	}
	return rtextFilterSkipStats
}

// askAgain reports whether the kernel has left out of a link what readLink reads,
// because of linkFilter, which is another from now on.
func (c *conn) askAgain(l *seenLink) bool {
	if c.withStats || !l.genModeLeftOut {
		return false
	}
	c.withStats = true
	return true
}

// linkBody returns the body of the RTM_NEWLINK of the link with an index.
func (c *conn) linkBody(index int) ([]byte, error) {
	var b batch
	b.message(unix.RTM_GETLINK, 0, func() {
		b.ifinfo(index, 0, 0)
		b.u32(unix.IFLA_EXT_MASK, c.linkFilter())
	})
	return c.get(&b)
}

// link returns the link with an index. Before it answers, the kernel handles the link's
// pending carrier events; a dump leaves them to a work queue of the whole machine,
// which handles 100 a second (net/core/link_watch.c; since Linux 6.8).
func (c *conn) link(index int) (*seenLink, error) {
	answer, err := c.linkBody(index)
	if err != nil {
		return nil, err
	}
	l := readLink(answer)
	if l == nil {
		return nil, errMalformed
	}
	if c.askAgain(l) {
		return c.link(index)
	}
	return l, nil
}

// seenLink is a link as the kernel shows it, with its master and peer by index.
type seenLink struct {
	state.Link
	carrier   bool
	noARP     bool
	operState string
	state     string     // as [dump.Link.State]
	bridging  *dump.Link // of links with ports and of ports
	master    int
	link      int    // index of the peer or lower device; 0: none
	netnsid   *int32 // nsid of that one's namespace; nil: this one

	// linkNetns is the name of the namespace with that nsid; nil: not found yet.
	linkNetns *string

	ipv6Disabled   bool // by its sysctl disable_ipv6
	promotes       bool // its sysctl promote_secondaries is set
	blocking       [len(linkBlocking)]uint32
	genModeLeftOut bool // the link has IPv6, and the answer no IFLA_INET6_ADDR_GEN_MODE
}

// seenNamespace is what the dumps of one namespace say.
type seenNamespace struct {
	name  string
	links []*seenLink
	puts  []put // the rest

	learned state.Neighbours // those that are not permanent
	locals  []netip.Prefix   // see [Snapshot.Locals]
	extra   *Extra           // nil: not asked for
	others  Others
}

// observe reads a namespace with a socket in it; nil if it is out of scope.
func (sc scope) observe(c *conn, name string) (*seenNamespace, error) {
	whole := name != state.Host || sc.host
	ns := &seenNamespace{name: name}
	err := sc.links(c, ns)
	if name != state.Host && !sc.namespace(ns.mark(c)) {
		return nil, nil
	}
	if err != nil || !whole && len(ns.links) == 0 {
		return nil, err
	}
	sc.locate(c, ns)
	r := reading{conn: c, name: name, links: ns.links, sysctls: sc.sysctls(name), neighbours: sc.neighbours(name), lab: sc.lab, seen: ns}
	ns.puts, err = r.readThings(whole)
	if err == nil && sc.extras != noExtras && name != state.Host {
		var x Extra
		x, err = r.extra(sc.extras)
		ns.extra = &x
	}
	return ns, err
}

// links dumps the links of a namespace that are in scope.
func (sc scope) links(c *conn, ns *seenNamespace) error {
	if ns.name == state.Host {
		return sc.hostLinks(c, ns)
	}
	return c.links(ns, sc.link)
}

// links dumps the links for which keep is true.
func (c *conn) links(ns *seenNamespace, keep func(*seenLink) bool) error {
	again := false
	err := c.dump(unix.RTM_GETLINK,
		func(b *batch) {
			b.ifinfo(0, 0, 0)
			b.u32(unix.IFLA_EXT_MASK, c.linkFilter())
		},
		func() { ns.links = nil },
		func(body []byte) {
			l := readLink(body)
			if l == nil {
				return
			}
			again = c.askAgain(l) || again
			if keep(l) {
				ns.links = append(ns.links, l)
			}
		})
	if again && err == nil {
		return c.links(ns, keep)
	}
	return err
}

// managed reports whether a link was created, or is lo.
func managed(l *seenLink) bool { return intended(l) && (l.Kind.Traits().Made || l.loopback()) }

func (l *seenLink) loopback() bool { return l.Name == state.Lo }

// intended reports whether a link is not one of the fallback devices that tunnel
// modules create in every namespace.
func intended(l *seenLink) bool {
	switch l.Name {
	case "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0", "ip6erspan0":
		return false
	}
	return true
}

func (c *conn) addresses() (list []seenAddress, err error) {
	err = c.dump(unix.RTM_GETADDR,
		func(b *batch) { b.zeros(unix.SizeofIfAddrmsg) },
		func() { list = nil },
		func(body []byte) {
			if a, ok := readAddress(body); ok {
				list = append(list, a)
			}
		})
	return list, err
}

// A routeDump is what the routes of a namespace show.
type routeDump struct {
	added  []seenRoute    // by somebody
	made   madeRoutes     // by the kernel
	locals []netip.Prefix // destinations of routes of type local that somebody added
}

func (c *conn) routes() (all routeDump, err error) {
	err = c.dump(unix.RTM_GETROUTE,
		func(b *batch) { b.zeros(unix.SizeofRtMsg) },
		func() { all = routeDump{made: madeRoutes{}} },
		func(body []byte) {
			d, ok := decodeRoute(body)
			if !ok {
				return
			}
			all.made.add(d)
			if d.Type == unix.RTN_LOCAL && d.Protocol != unix.RTPROT_KERNEL && (d.Table == unix.RT_TABLE_LOCAL || d.Table == unix.RT_TABLE_MAIN) {
				all.locals = append(all.locals, d.To)
			}
			if r, ok := readRoute(d, body); ok {
				all.added = append(all.added, r)
			}
		})
	return all, err
}
