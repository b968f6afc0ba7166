package kernel

import (
	"errors"
	"io/fs"
	"maps"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// Observe reads a lab from the kernel: all namespaces that carry its mark, and
// of the machine's own namespace the links that do. If want is not nil, the
// sysctls it names are read too; others can't be told from the kernel's own.
func Observe(lab string, want *state.State) (*View, error) {
	return look(scope{
		namespace: func(m state.Mark) bool { return m.Lab == lab },
		link:      managed,
		hostLink: func(l *seenLink) bool {
			m, _ := state.ParseMark(l.Alias)
			return m.Lab == lab && managed(l)
		},
		sysctls: func(name string) []string { return sysctlKeys(want, name) },
	})
}

// Everything reads all named namespaces and the machine's own, whoever made what
// is in them; devices of the machine are links of the kind "". Of sysctls it reads
// whether packets are forwarded, and those of the keys as far as there are such.
func Everything(keys ...string) (*View, error) {
	return look(scope{
		namespace: func(state.Mark) bool { return true },
		link:      wished,
		hostLink:  wished,
		host:      true,
		sysctls:   func(string) []string { return keys },
	})
}

// A scope says what of the machine counts.
type scope struct {
	namespace func(state.Mark) bool // named namespaces, by their mark
	link      func(*seenLink) bool  // links in them
	hostLink  func(*seenLink) bool  // links of the machine's own namespace
	host      bool                  // that namespace itself, also without links
	sysctls   func(name string) []string
}

// look reads what is in scope.
func look(sc scope) (*View, error) {
	names, err := netns.List()
	if err != nil {
		return nil, err
	}
	names = append(names, state.Host)
	seen := make([]*seenNamespace, len(names))
	err = netns.Each(names, func(i int) error {
		var err error
		seen[i], err = sc.observe(names[i])
		return err
	})
	if err := ignoreGone(err); err != nil {
		return nil, err
	}
	return assemble(slices.DeleteFunc(seen, func(ns *seenNamespace) bool { return ns == nil }))
}

// Labs returns the marks of all living labs' namespaces, by the namespaces'
// names.
func Labs() (map[string]state.Mark, error) {
	names, err := netns.List()
	if err != nil {
		return nil, err
	}
	marks := make([]state.Mark, len(names))
	err = netns.Each(names, func(i int) error {
		return inside(func(c *conn) error {
			marks[i] = c.mark()
			return nil
		})
	})
	byName := map[string]state.Mark{}
	for i, m := range marks {
		if !m.IsZero() {
			byName[names[i]] = m
		}
	}
	return byName, ignoreGone(err)
}

// inside calls fn with a socket of the calling thread's namespace.
func inside(fn func(*conn) error) error {
	c, err := dial()
	if err != nil {
		return err
	}
	defer c.close()
	return fn(c)
}

// ignoreGone drops from joined errors those of namespaces that went while we
// looked.
func ignoreGone(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	gone := func(err error) bool { return errors.Is(err, fs.ErrNotExist) }
	return errors.Join(slices.DeleteFunc(joined.Unwrap(), gone)...)
}

func sysctlKeys(want *state.State, name string) []string {
	if want == nil || want.Namespace(name) == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(want.Namespaces[name].Sysctls))
}

// mark returns the mark on the lo of the conn's namespace.
func (c *conn) mark() state.Mark {
	lo, err := c.link(loIndex)
	if err != nil {
		return state.Mark{}
	}
	m, _ := state.ParseMark(lo.Alias)
	return m
}

// rtextFilterSkipStats is RTEXT_FILTER_SKIP_STATS: a shorter answer.
const rtextFilterSkipStats = 1 << 3

// link returns the link of a number. To answer, the kernel handles what waits
// of the link's changes of carrier; a dump leaves that to a worker of the whole
// machine, who does 100 a second (net/core/link_watch.c; so since Linux 6.8).
func (c *conn) link(index int) (*seenLink, error) {
	var b batch
	b.message(unix.RTM_GETLINK, 0, func() {
		b.ifinfo(index, 0, 0)
		b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
	})
	answer, err := c.get(&b)
	if err != nil {
		return nil, err
	}
	if l := readLink(answer); l != nil {
		return l, nil
	}
	return nil, errMalformed
}

// seenLink is a link as the kernel shows it, with its neighbours by number.
type seenLink struct {
	state.Link
	carrier   bool
	operState string
	master    int
	link      int    // of a veth: the number of its peer
	netnsid   *int32 // in whose namespace that is; nil: this one
}

// seenNamespace is what the dumps of one namespace say.
type seenNamespace struct {
	name      string
	links     []*seenLink
	addresses []seenAddress
	routes    []seenRoute
	sysctls   map[string]string
	nftables  nft.Ruleset
}

// observe reads the namespace that the calling thread is in. Nil: it is out of
// scope, or gone.
func (sc scope) observe(name string) (*seenNamespace, error) {
	var ns *seenNamespace
	err := inside(func(c *conn) (err error) {
		if name == state.Host {
			ns, err = sc.observeHost(c)
		} else if sc.namespace(c.mark()) {
			ns = &seenNamespace{name: name, sysctls: c.sysctls(sc.sysctls(name))}
			err = c.links(ns, sc.link)
		}
		if ns == nil {
			return err
		}
		var filtered error
		if name != state.Host || sc.host {
			ns.nftables, filtered = readNftables()
		}
		return errors.Join(err, filtered, c.addresses(ns), c.routes(ns))
	})
	return ns, err
}

// observeHost reads the links of the machine's own namespace, and its sysctls if
// the namespace itself counts. Nil: there is nothing in scope.
func (sc scope) observeHost(c *conn) (*seenNamespace, error) {
	ns := &seenNamespace{name: state.Host}
	err := c.links(ns, sc.hostLink)
	if sc.host {
		ns.sysctls = c.sysctls(sc.sysctls(state.Host))
	} else if len(ns.links) == 0 {
		ns = nil
	}
	return ns, err
}

// links dumps the links for which keep is true.
func (c *conn) links(ns *seenNamespace, keep func(*seenLink) bool) error {
	return c.dump(unix.RTM_GETLINK,
		func(b *batch) {
			b.ifinfo(0, 0, 0)
			b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
		},
		func() { ns.links = nil },
		func(body []byte) {
			if l := readLink(body); l != nil && keep(l) {
				ns.links = append(ns.links, l)
			}
		})
}

// managed reports whether somebody made a link, or it is lo.
func managed(l *seenLink) bool { return wished(l) && (l.Kind.Traits().Made || l.loopback()) }

func (l *seenLink) loopback() bool { return l.Name == state.Lo }

// wished reports whether a link is there for a reason. The devices that a tunnel
// module puts into every namespace are nobody's wish.
func wished(l *seenLink) bool {
	switch l.Name {
	case "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0", "ip6erspan0":
		return false
	}
	return true
}

func (c *conn) addresses(ns *seenNamespace) error {
	return c.dump(unix.RTM_GETADDR,
		func(b *batch) { b.zeros(unix.SizeofIfAddrmsg) },
		func() { ns.addresses = nil },
		func(body []byte) {
			if a, ok := readAddress(body); ok {
				ns.addresses = append(ns.addresses, a)
			}
		})
}

func (c *conn) routes(ns *seenNamespace) error {
	return c.dump(unix.RTM_GETROUTE,
		func(b *batch) { b.zeros(unix.SizeofRtMsg) },
		func() { ns.routes = nil },
		func(body []byte) {
			if r, ok := readRoute(body); ok {
				ns.routes = append(ns.routes, r)
			}
		})
}

// HostNetworks returns the subnets of the machine's own links and routes, each
// with the name of the link. Links that carry a mark of ours, lo, and default
// routes are left out.
func HostNetworks() (map[netip.Prefix]string, error) {
	ns := &seenNamespace{name: state.Host}
	err := netns.Do(state.Host, func() error {
		return inside(func(c *conn) error {
			all := func(*seenLink) bool { return true }
			return errors.Join(c.links(ns, all), c.addresses(ns), c.routes(ns))
		})
	})
	names := map[int]string{}
	for _, l := range ns.links {
		if _, ours := state.ParseMark(l.Alias); !ours && !l.loopback() {
			names[l.Index] = l.Name
		}
	}
	networks := map[netip.Prefix]string{}
	for _, a := range ns.addresses {
		if name := names[a.index]; name != "" && !a.prefix.Addr().IsLinkLocalUnicast() {
			networks[a.prefix.Masked()] = name
		}
	}
	for _, r := range ns.routes {
		if name := names[r.index]; name != "" && r.To.Bits() > 0 {
			networks[r.To] = name
		}
	}
	return networks, err
}
