package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// sysctlPath returns the file of a sysctl. Below /proc/sys/net a file is that
// of the calling thread's namespace.
func sysctlPath(key string) string {
	return "/proc/sys/" + state.SysctlPath(key)
}

// setSysctl writes at once, after the messages before it. It returns an error if the kernel
// keeps another value than was written: it rounds times, for example. Each plan would set
// such a value again.
func (e *encoder) setSysctl(op plan.SetSysctl) error {
	if err := e.flush(); err != nil {
		return err
	}
	want := strings.Join(strings.Fields(op.Value), " ")
	now, err := writeSysctl(op.Key, op.Value)
	if err == nil && now != want && state.IPv6MTULink(op.Key) != "" {
		// The link's carrier came between write and read, which it does once.
		now, err = writeSysctl(op.Key, op.Value)
	}
	if err == nil && now != want {
		err = fmt.Errorf("cannot set %s to %q: the kernel changes it to %q (write that)", op.Key, op.Value, now)
	}
	return err
}

// writeSysctl writes a sysctl of the calling thread's namespace and returns what it is then.
func writeSysctl(key, value string) (now string, err error) {
	f, err := os.OpenFile(sysctlPath(key), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("this kernel has no sysctl %s (is a module missing?)", key)
	}
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(value)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("cannot set %s to %q: %w", key, value, err)
	}
	now, ok := readSysctl(key)
	if !ok {
		return "", fmt.Errorf("%s can only be written, so a lab cannot have it", key)
	}
	return now, nil
}

// A sysctlScope says which settings of namespaces count, and what they were before
// anybody set them.
type sysctlScope struct {
	want map[string]map[string]string // by namespace
	last map[string]map[string]string // what was wanted before
	ipv6 map[string]map[string]bool   // the links with wanted IPv6 addresses, routes or sysctls

	addresses6 map[string]map[string]bool // the links with wanted IPv6 addresses

	// fresh are the values in a new namespace of what is not wanted any more.
	fresh map[string]string

	usual func() map[string]string // see [readUsual]
}

// newSysctlScope returns the scope of what is wanted and what was wanted before;
// either may be nil. It makes a namespace for a moment if there is something that is
// not wanted any more.
func newSysctlScope(want, last *state.State) (*sysctlScope, error) {
	sc := &sysctlScope{want: sysctlsOf(want), last: exact(sysctlsOf(last)), ipv6: ipv6LinksOf(want), addresses6: addressed6(want), usual: sync.OnceValue(readUsual)}
	keys := map[string]bool{}
	for name, old := range sc.last {
		for key := range old {
			if _, wanted := sc.want[name][key]; !wanted {
				_, fresh := state.SysctlSource(key)
				keys[fresh] = true
			}
		}
	}
	if len(keys) == 0 {
		return sc, nil
	}
	sc.fresh = map[string]string{}
	err := netns.InTemp(func() error {
		for key := range keys {
			if value, ok := readSysctl(key); ok && !unmapped(key, value) {
				sc.fresh[key] = value
			}
		}
		return nil
	})
	return sc, err
}

// exact returns settings by the keys of [state.ExactSysctl].
func exact(settings map[string]map[string]string) map[string]map[string]string {
	all := map[string]map[string]string{}
	for name, set := range settings {
		all[name] = map[string]string{}
		for key, value := range set {
			all[name][state.ExactSysctl(key)] = value
		}
	}
	return all
}

// unmapped reports whether a value names groups that this user namespace does not
// have, and so can't be written back: net.ipv4.ping_group_range then stays as it is.
func unmapped(key, value string) bool {
	return key == "net.ipv4.ping_group_range" && value == "65534 65534" // overflowgid, twice
}

func sysctlsOf(s *state.State) map[string]map[string]string {
	all := map[string]map[string]string{}
	if s != nil {
		for name, ns := range s.Namespaces {
			all[name] = ns.Sysctls
		}
	}
	return all
}

// readSysctl reads a setting of the calling thread's namespace. A missing file is a
// missing value: the plan will try to set it, and that says what is wrong.
func readSysctl(key string) (string, bool) {
	text, err := os.ReadFile(sysctlPath(key))
	return strings.Join(strings.Fields(string(text)), " "), err == nil
}

// readSysctls reads the wanted sysctls of a namespace. It uses netlink if possible: a
// lookup below /proc/sys/net is slower the more namespaces exist.
func readSysctls(r reading) (put, error) {
	values, defaults := map[string]string{}, map[string]string{}
	for key, on := range r.forwards {
		if on {
			values[key] = "1"
		}
	}
	for key := range r.sysctls.want[r.name] {
		if _, known := state.SysctlDefault(key); !known {
			if value, ok := readSysctl(key); ok {
				values[key] = value
			}
		}
	}
	for key, usual := range r.unwanted() {
		if value, ok := readSysctl(key); ok && value != usual {
			values[key], defaults[key] = value, usual
		}
	}
	for _, key := range r.ipv6Disabled() {
		values[key], defaults[key] = "1", "0"
	}
	for _, key := range r.promoting() {
		defaults[key] = "0"
	}
	return func(ns *state.Namespace, _ map[int]string) { ns.Sysctls, ns.Defaults = values, defaults }, nil
}

// promoting returns the keys of promote_secondaries of all links that have it off by
// default. A plan switches it on before it deletes an address that the kernel
// would not delete alone, and must switch it off again. The default is off if lo has it off.
func (r reading) promoting() []string {
	const table = "net.ipv4.conf."
	const leaf = ".promote_secondaries"
	named := func(key string) bool {
		_, want := r.sysctls.want[r.name][key]
		_, last := r.sysctls.last[r.name][key]
		return want || last
	}
	if r.name == state.Host || named(table+"default"+leaf) {
		return nil
	}
	lo := slices.IndexFunc(r.links, (*seenLink).loopback)
	if lo < 0 || r.links[lo].promotes {
		if value, ok := readSysctl(table + "default" + leaf); !ok || value != "0" {
			return nil
		}
	}
	var keys []string
	for _, l := range r.links {
		if key := table + strings.ReplaceAll(l.Name, ".", "/") + leaf; !named(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// ipv6Disabled returns the settings that keep what is wanted of IPv6 from links and that
// nobody wants: of the links that have such, and where some are missing of new ones.
func (r reading) ipv6Disabled() []string {
	const table = "net.ipv6.conf."
	const leaf = ".disable_ipv6"
	want := r.sysctls.want[r.name]
	if want[table+"all"+leaf] == "1" || want[table+"default"+leaf] == "1" {
		return nil
	}
	var keys []string
	missing := maps.Clone(r.sysctls.ipv6[r.name])
	for _, l := range r.links {
		key := table + strings.ReplaceAll(l.Name, ".", "/") + leaf
		if _, wanted := want[key]; l.ipv6Disabled && missing[l.Name] && !wanted {
			keys = append(keys, key)
		}
		if l.MTU >= state.MinIPv6MTU {
			delete(missing, l.Name) // below it the link has no IPv6, and gets it back like a new one
		}
	}
	if len(missing) > 0 {
		if value, ok := readSysctl(table + "default" + leaf); ok && value == "1" {
			keys = append(keys, table+"default"+leaf)
		}
	}
	return keys
}

// ipv6LinksOf returns the links of each namespace that have IPv6 addresses, neighbours or
// routes.
func ipv6LinksOf(s *state.State) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	if s == nil {
		return all
	}
	for name, ns := range s.Namespaces {
		links := map[string]bool{}
		for link, l := range ns.Links {
			if l.HasIPv6() {
				links[link] = true
			}
		}
		for _, n := range ns.Neighbours {
			if n.Address.Is6() {
				links[n.Dev] = true
			}
		}
		for _, r := range ns.Routes {
			if r.To.Addr().Is6() {
				links[r.Dev] = true
			}
		}
		all[name] = links
	}
	return all
}

// addressed6 returns the links of each namespace that have IPv6 addresses.
func addressed6(s *state.State) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	if s == nil {
		return all
	}
	for name, ns := range s.Namespaces {
		all[name] = map[string]bool{}
		for link, l := range ns.Links {
			all[name][link] = l.HasIPv6()
		}
	}
	return all
}

// unwanted returns sysctls that may have changed and are not wanted, with their default
// values: those that were wanted before, and those of links that were created while the
// default of new links was changed.
func (r reading) unwanted() map[string]string {
	usual := map[string]string{}
	want := r.sysctls.want[r.name]
	wanted := map[string]bool{}
	for key := range want {
		wanted[key], wanted[state.ExactSysctl(key)] = true, true
	}
	consider := func(key string) {
		if wanted[key] || key == "" {
			return
		}
		if _, known := state.SysctlDefault(key); known {
			return
		}
		if mtu, ok := r.ipv6MTU(key); ok {
			usual[key] = mtu
			return
		}
		inherited, fresh := state.SysctlSource(key)
		if value, ok := want[inherited]; ok {
			usual[key] = value
		} else if value, ok := r.sysctls.fresh[fresh]; ok {
			usual[key] = value
		}
	}
	for _, known := range []map[string]string{want, r.sysctls.last[r.name]} {
		for key := range known {
			consider(key)
			for _, l := range r.links {
				consider(state.SysctlOfLink(key, l.Name))
			}
		}
	}
	return usual
}

// ipv6MTU returns the MTU of the link whose IPv6 MTU key is; false: it is none's.
func (r reading) ipv6MTU(key string) (string, bool) {
	if name := state.IPv6MTULink(key); name != "" {
		for _, l := range r.links {
			if l.Name == name {
				return strconv.Itoa(l.MTU), true
			}
		}
	}
	return "", false
}

// Attributes of RTM_GETNETCONF (linux/netconf.h).
const (
	netconfaIfindex    = 1
	netconfaForwarding = 2
	netconfAll         = 0xffffffff // NETCONFA_IFINDEX_ALL
)

// forwarding returns conf.all.forwarding of a family.
func (c *conn) forwarding(family uint8) bool {
	var b batch
	b.message(unix.RTM_GETNETCONF, 0, func() {
		b.zeros(4)[0] = family // struct netconfmsg, aligned
		b.u32(netconfaIfindex, netconfAll)
	})
	answer, err := c.get(&b)
	if err != nil || len(answer) < 4 {
		return false
	}
	a, _ := within(answer[4:], netconfaForwarding)
	return a.u32() != 0
}
