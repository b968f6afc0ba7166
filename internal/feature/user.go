package feature

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

// A capability is one of capabilities(7).
type capability struct {
	bit  int
	name string
}

// capabilities are those that labs, or commands in nodes, use.
var capabilities = []capability{
	{12, "CAP_NET_ADMIN"},
	{13, "CAP_NET_RAW"},
	{16, "CAP_SYS_MODULE"},
	{19, "CAP_SYS_PTRACE"},
	{21, "CAP_SYS_ADMIN"},
	{24, "CAP_SYS_RESOURCE"},
	{38, "CAP_PERFMON"},
	{39, "CAP_BPF"},
}

// needed are the capabilities that making a lab takes.
var needed = []string{"CAP_NET_ADMIN", "CAP_SYS_ADMIN"}

const ownStatus = "/proc/self/status"

// uid returns the effective user id of this process.
func (m *machine) uid() int {
	if ids := strings.Fields(m.field(ownStatus, "Uid")); len(ids) > 1 {
		if uid, err := strconv.Atoi(ids[1]); err == nil {
			return uid
		}
	}
	return os.Geteuid()
}

// userName returns "root (uid 0)".
func (m *machine) userName() string {
	uid := m.uid()
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return fmt.Sprintf("uid %d", uid)
	}
	return fmt.Sprintf("%s (uid %d)", u.Username, uid)
}

// lackingCaps returns which of the capabilities above are missing in a set of this
// process: CapEff (effective) or CapBnd (bounding).
func (m *machine) lackingCaps(set string) []string {
	bits, err := strconv.ParseUint(m.field(ownStatus, set), 16, 64)
	if err != nil {
		return nil // unknown without /proc
	}
	last := m.number("/proc/sys/kernel/cap_last_cap")
	var list []string
	for _, c := range capabilities {
		if bits&(1<<c.bit) == 0 && (last < 0 || c.bit <= last) {
			list = append(list, c.name)
		}
	}
	return list
}

// lackingNeeded returns which capabilities that making a lab needs are missing in a
// set.
func (m *machine) lackingNeeded(set string) []string {
	return slices.DeleteFunc(m.lackingCaps(set), func(name string) bool { return !slices.Contains(needed, name) })
}

// capsFound returns the effective capabilities as text.
func (m *machine) capsFound() string {
	missing := m.lackingCaps("CapEff")
	var present []string
	for _, c := range capabilities {
		if !slices.Contains(missing, c.name) {
			present = append(present, c.name)
		}
	}
	switch {
	case len(missing) == 0:
		return "all that labs can use"
	case len(present) == 0:
		return "none that labs can use"
	case len(present) < len(missing):
		return strings.Join(present, " ")
	}
	return "all that labs can use but " + strings.Join(missing, " ")
}

// filtered reports whether this process has a seccomp filter, as in containers.
func (m *machine) filtered() bool { return m.field(ownStatus, "Seccomp") == "2" }

// mapped returns the UID outside to which root of this user namespace is mapped, or ""
// in the initial one.
func (m *machine) mapped() string {
	text := m.text("/proc/self/uid_map")
	words := strings.Fields(text)
	const all = "4294967295"
	switch {
	case !m.exists("/proc/self/uid_map"), slices.Equal(words, []string{"0", "0", all}):
		return ""
	case len(words) == 0:
		return "nobody"
	}
	return "uid " + words[1]
}

// trueRoot reports whether this is root of the initial user namespace.
func (m *machine) trueRoot() bool { return m.uid() == 0 && m.mapped() == "" }
