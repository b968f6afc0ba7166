package plan

import (
	"cmp"
	"maps"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// sysctlKey returns the key of a link's setting, such as net.ipv4.conf.eth0.forwarding.
func sysctlKey(table, link, leaf string) string {
	return table + "." + strings.ReplaceAll(link, ".", "/") + "." + leaf
}

// ipv6MTUKey returns the key of a link's IPv6 MTU. The kernel sets it to the MTU of the link
// whenever that changes or the link is set up (net/ipv6/addrconf.c).
func ipv6MTUKey(l *state.Link) string { return sysctlKey("net.ipv6.conf", l.Name, "mtu") }

// An effect is what the kernel sets beside a sysctl that is written: the same leaf of all
// links, and of those to come, of one table.
type effect struct {
	table, leaf string // "net.ipv6.conf", "forwarding"; no table: nothing
	link        string // the only link that it is about; "": all of them
}

// overwritten returns the effect of writing a sysctl (inet_forward_change in
// net/ipv4/devinet.c; addrconf_fixup_forwarding, addrconf_fixup_linkdown,
// addrconf_disable_ipv6 and addrconf_sysctl_addr_gen_mode in net/ipv6/addrconf.c).
func overwritten(key string) effect {
	if key == state.ForwardIPv4 {
		return effect{table: "net.ipv4.conf", leaf: "forwarding"}
	}
	rest, ipv6 := strings.CutPrefix(key, "net.ipv6.conf.")
	name, leaf, _ := strings.Cut(rest, ".")
	switch {
	case !ipv6, name == "default": // that is only about links to come
		return effect{}
	case name == "all":
		switch leaf {
		case "forwarding", "disable_ipv6", "addr_gen_mode", "ignore_routes_with_linkdown":
			return effect{table: "net.ipv6.conf", leaf: leaf}
		}
	case leaf == "disable_ipv6", leaf == "addr_gen_mode":
		return effect{table: "net.ipv6.conf", leaf: leaf, link: strings.ReplaceAll(name, "/", ".")}
	}
	return effect{}
}

// compareSysctls orders keys in the order in which they are written: those that set others
// come first.
func compareSysctls(a, b string) int {
	return cmp.Or(cmp.Compare(writtenFirst(a), writtenFirst(b)), cmp.Compare(a, b))
}

func writtenFirst(key string) int {
	if e := overwritten(key); e.table != "" && e.link == "" {
		return 0
	}
	return 1
}

// apply forgets the values that the kernel has overwritten, and does to links what the
// setting does.
func (e effect) apply(ns *state.Namespace, value string) {
	if e.table == "" {
		return
	}
	if e.link == "" {
		maps.DeleteFunc(ns.Sysctls, func(key, _ string) bool { return e.overwrites(key) })
	}
	for _, l := range ns.Links {
		switch {
		case e.link != "" && e.link != l.Name, l.Name == state.Lo, !ipv6Fits(l):
		case e.leaf == "addr_gen_mode":
			l.AutoLinkLocal = value != "1"
		case e.leaf == "disable_ipv6" && value != "0":
			dropDisabled(ns, l)
		}
	}
}

// overwrites reports whether writing for all links has set a key.
func (e effect) overwrites(key string) bool {
	rest, ok := strings.CutPrefix(key, e.table+".")
	name, leaf, _ := strings.Cut(rest, ".")
	if !ok || name == "all" {
		return key == "net.ipv4.conf.all.accept_redirects" && e.table == "net.ipv4.conf"
	}
	return leaf == e.leaf
}

// dropDisabled drops what a link loses that has IPv6 disabled: all but its settings.
func dropDisabled(ns *state.Namespace, l *state.Link) {
	settings := maps.Clone(ns.Sysctls)
	dropIPv6(ns, l)
	ns.Sysctls = settings
}
