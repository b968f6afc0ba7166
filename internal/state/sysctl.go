package state

import (
	"strconv"
	"strings"
)

// The sysctls that make a router.
const (
	ForwardIPv4 = "net.ipv4.ip_forward"
	ForwardIPv6 = "net.ipv6.conf.all.forwarding"
)

// SysctlDefault returns the value that a sysctl has in a new namespace, where
// this is the same on every machine.
func SysctlDefault(key string) (value string, ok bool) {
	switch key {
	case ForwardIPv4, ForwardIPv6:
		return "0", true
	}
	return "", false
}

// CanonicalSysctl returns a setting as the kernel shows it, as far as that is the same
// everywhere: by its first name if it has two, with single spaces, and 1 for all values that
// make a router.
func CanonicalSysctl(key, value string) (string, string) {
	if key == "net.ipv4.conf.all.forwarding" {
		key = ForwardIPv4
	}
	value = strings.Join(strings.Fields(value), " ")
	if n, err := strconv.ParseInt(value, 0, 32); err == nil && n != 0 && (key == ForwardIPv4 || key == ForwardIPv6) {
		value = "1"
	}
	return key, value
}

// SysctlLink returns the link of a per-link sysctl: eth0 of
// net.ipv4.conf.eth0.rp_filter. It returns "" for others. As in sysctl(8), a slash
// represents a dot in a link's name.
func SysctlLink(key string) string {
	rest, ok := strings.CutPrefix(key, "net.")
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, ".") // the family
	table, rest, _ := strings.Cut(rest, ".")
	link, _, ok := strings.Cut(rest, ".")
	if !ok || table != "conf" && table != "neigh" || link == "all" || link == "default" || link == Lo {
		return ""
	}
	return strings.ReplaceAll(link, "/", ".")
}

// SysctlSource returns the keys whose values are the default of a setting: the one
// that new links of the namespace take it from, "" if there is none, and the one that
// shows it in a new namespace. net.ipv4.conf.eth0.rp_filter is taken from
// net.ipv4.conf.default.rp_filter. See [SysctlAtLo] for those that are not taken from a key.
// The IPv6 MTU is that of the link: both are "".
func SysctlSource(key string) (inherited, fresh string) {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || SysctlLink(key) == "" {
		return "", key
	}
	if IPv6MTULink(key) != "" {
		return "", ""
	}
	if SysctlAtLo(key) {
		parts[3] = Lo
		return "", strings.Join(parts, ".")
	}
	parts[3] = "default"
	inherited = strings.Join(parts, ".")
	return inherited, inherited
}

// SysctlAtLo reports whether a setting of links is not taken from a key of the namespace, so
// that only lo shows what new links get: those of neighbour tables, and of MPLS
// (net.mpls.conf.<link>.input, since the module is loaded).
func SysctlAtLo(key string) bool {
	parts := strings.Split(key, ".")
	return len(parts) == 5 && (parts[2] == "neigh" || parts[1] == "mpls")
}

// IPv6MTULink returns the link whose IPv6 MTU a setting is, net.ipv6.conf.<link>.mtu; ""
// for other settings. A new link has its own MTU there, not that of default, and gets it
// again with each carrier (ipv6_add_dev and addrconf_notify in net/ipv6/addrconf.c).
func IPv6MTULink(key string) string {
	if strings.HasPrefix(key, "net.ipv6.conf.") && strings.HasSuffix(key, ".mtu") {
		return SysctlLink(key)
	}
	return ""
}

// HasIPv6MTU reports whether a setting is the IPv6 MTU of a link.
func (s *State) HasIPv6MTU() bool {
	for _, ns := range s.Namespaces {
		for key := range ns.Sysctls {
			if IPv6MTULink(key) != "" {
				return true
			}
		}
	}
	return false
}

// ExactSysctl returns the key of the setting that key is a rounded view of, or key:
// unres_qlen counts packets, and the kernel keeps unres_qlen_bytes (proc_unres_qlen in
// net/core/neighbour.c).
func ExactSysctl(key string) string {
	if strings.HasSuffix(key, ".unres_qlen") {
		return key + "_bytes"
	}
	return key
}

// SysctlOfLink returns the key of a link's own setting, of a key for new links; ""
// for other keys.
func SysctlOfLink(key, link string) string {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || parts[2] != "conf" || parts[3] != "default" || link == Lo || key == "net.ipv6.conf.default.mtu" {
		return ""
	}
	parts[3] = strings.ReplaceAll(link, ".", "/")
	return strings.Join(parts, ".")
}

// SysctlKey returns a key with dots between its parts. As in sysctl(8) the key may
// have slashes between them: the first separator decides, and the other character then
// belongs to a part.
func SysctlKey(key string) string {
	if i := strings.IndexAny(key, "./"); i < 0 || key[i] == '.' {
		return key
	}
	return swapSeparators(key)
}

// SysctlPath returns the file of a dotted key, below /proc/sys.
func SysctlPath(key string) string { return swapSeparators(key) }

func swapSeparators(s string) string { return strings.NewReplacer(".", "/", "/", ".").Replace(s) }

// SysctlDefault returns the value that a sysctl of the namespace has if it is not set.
// It reports false if the value is unknown.
func (ns *Namespace) SysctlDefault(key string) (value string, ok bool) {
	if value, ok = SysctlDefault(key); !ok {
		value, ok = ns.Defaults[key]
	}
	return value, ok
}
