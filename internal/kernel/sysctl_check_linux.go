package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	spelling "github.com/vethlab/vethlab/internal/words"
)

// A SysctlFault says why a sysctl can't be set in a network namespace.
type SysctlFault struct{ Reason, Hint string }

// CheckSysctls returns those of the settings that can't be made in a network namespace, found
// in a new one. Settings of one namespace are checked in their order.
func CheckSysctls(settings []plan.SetSysctl) (map[plan.SetSysctl]SysctlFault, error) {
	faults, refused := map[plan.SetSysctl]SysctlFault{}, map[string]bool{}
	err := netns.InTemp(func() error {
		for _, s := range settings {
			if fault := checkKey(s.Key); fault != nil {
				faults[s] = *fault
			} else if tryValue(s) != nil {
				refused[s.Namespace] = true
			}
		}
		return nil
	})
	for _, namespace := range slices.Sorted(maps.Keys(refused)) {
		err = errors.Join(err, checkTogether(settings, namespace, faults))
	}
	return faults, err
}

// checkTogether adds the faults of the values of one namespace, written to a new one: the
// kernel may allow a value only together with another, such as those of
// net.ipv4.ip_local_port_range and net.ipv4.ip_unprivileged_port_start.
func checkTogether(settings []plan.SetSysctl, namespace string, faults map[plan.SetSysctl]SysctlFault) error {
	return netns.InTemp(func() error {
		for _, s := range settings {
			if _, known := faults[s]; s.Namespace != namespace || known {
				continue
			}
			if fault := writeValue(s); fault != nil {
				faults[s] = *fault
			}
		}
		return nil
	})
}

// tryValue is writeValue, and restores the value that the calling thread's namespace has.
func tryValue(s plan.SetSysctl) *SysctlFault {
	_, fresh := state.SysctlSource(s.Key)
	old, ok := readSysctl(fresh)
	fault := writeValue(s)
	if ok {
		_, _ = writeSysctl(fresh, old)
	}
	return fault
}

// writeValue writes a setting in the calling thread's namespace, which is new: links have the
// settings of default or lo. An error that does not concern the value is reported when it is
// set.
func writeValue(s plan.SetSysctl) *SysctlFault {
	_, fresh := state.SysctlSource(s.Key)
	byDefault, _ := readSysctl(fresh)
	now, err := writeSysctl(fresh, s.Value)
	for _, errno := range []unix.Errno{unix.EINVAL, unix.ERANGE, unix.ENOENT} {
		if errors.Is(err, errno) {
			return &SysctlFault{fmt.Sprintf("the kernel refuses %q: %v", s.Value, errno), fmt.Sprintf("in a new namespace it is %q", byDefault)}
		}
	}
	if want := strings.Join(strings.Fields(s.Value), " "); err == nil && now != want {
		return &SysctlFault{fmt.Sprintf("the kernel changes %q to %q", s.Value, now), "write that"}
	}
	return nil
}

// checkKey checks the key of a sysctl in the calling thread's namespace, see writeValue.
func checkKey(key string) *SysctlFault {
	_, fresh := state.SysctlSource(key)
	f, err := os.OpenFile(sysctlPath(fresh), os.O_WRONLY, 0)
	switch {
	case err == nil:
		f.Close()
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return missing(key, fresh)
	case errors.Is(err, fs.ErrPermission) && ofMachine(fresh):
		return &SysctlFault{"it is one setting of the whole machine, which can only be read in a network namespace", setOnMachine}
	case errors.Is(err, fs.ErrPermission):
		return &SysctlFault{"it can only be read", ""}
	}
	return nil // the write reports it
}

const setOnMachine = "set it on the machine, with sysctl -w, and leave it out here"

// missing returns why a new namespace does not have a sysctl.
func missing(key, fresh string) *SysctlFault {
	if ofMachine(fresh) {
		return &SysctlFault{"it is one setting of the whole machine, which network namespaces do not have", setOnMachine}
	}
	parts := strings.SplitN(fresh, ".", 3) // net, ipv4, …
	if _, err := os.Stat(sysctlPath(strings.Join(parts[:min(2, len(parts))], "."))); err != nil {
		fault := &SysctlFault{"this kernel has no sysctls of " + strings.Join(parts[:min(2, len(parts))], "."), "load the kernel module that has them"}
		if strings.HasPrefix(key, "net.ipv6.") {
			fault.Hint = "IPv6 is disabled in the kernel"
		}
		return fault
	}
	fault := &SysctlFault{Reason: "this kernel has no such sysctl"}
	if near := spelling.Closest(fresh, sysctlKeys()); len(near) > 0 && len(near) <= 3 {
		if fresh != key { // of a link
			link := state.SysctlLink(key)
			for i := range near {
				near[i] = ofLink(near[i], link)
			}
		}
		fault.Hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return fault
}

// ofLink returns the key of a link's setting, of the key for default or lo.
func ofLink(key, link string) string {
	parts := strings.Split(key, ".")
	if len(parts) == 5 && (parts[3] == "default" || parts[3] == state.Lo) {
		parts[3] = strings.ReplaceAll(link, ".", "/")
	}
	return strings.Join(parts, ".")
}

// sysctlKeys returns the keys that the calling thread's namespace has.
func sysctlKeys() []string {
	const root = "/proc/sys/"
	var keys []string
	_ = filepath.WalkDir(root+"net", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			keys = append(keys, state.SysctlKey(path[len(root):]))
		}
		return nil
	})
	return keys
}

// ofMachine reports whether a sysctl is one of the whole machine: only the initial network
// namespace has it, or can write it (Linux 6.18; documented in admin-guide/sysctl/net.rst
// and networking/ip-sysctl.rst).
func ofMachine(key string) bool {
	for _, prefix := range []string{
		"net.ipv4.neigh.default.", "net.ipv6.neigh.default.", "net.ipv4.route.", "net.core.bpf_jit_", "net.core.dev_weight", "net.core.netdev_",
		"net.core.flow_limit_", "net.core.message_", "net.ipv4.inet_peer_", "net.ipv4.cipso_", "net.ipv6.calipso_",
	} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	switch key {
	case "net.core.rmem_max", "net.core.rmem_default", "net.core.wmem_max", "net.core.wmem_default", "net.core.busy_poll",
		"net.core.busy_read", "net.core.default_qdisc", "net.core.devconf_inherit_init_net",
		"net.core.fb_tunnels_only_for_init_net", "net.core.gro_normal_batch", "net.core.high_order_alloc_disable",
		"net.core.max_skb_frags", "net.core.mem_pcpu_rsv", "net.core.rps_sock_flow_entries", "net.core.skb_defer_max",
		"net.core.warnings", "net.ipv4.fib_sync_mem", "net.ipv4.tcp_low_latency", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_mem",
		"net.ipv4.udp_mem", "net.ipv6.mld_max_msf", "net.ipv6.mld_qrv", "net.netfilter.nf_conntrack_buckets",
		"net.netfilter.nf_conntrack_expect_max", "net.netfilter.nf_conntrack_max", "net.netfilter.nf_log_all_netns",
		"net.nf_conntrack_max", "net.ipv4.tcp_allowed_congestion_control":
		return true
	}
	return false
}
