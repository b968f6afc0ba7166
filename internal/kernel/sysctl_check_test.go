//go:build linux

package kernel_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
)

// What a network namespace does not have is known before anything is set.
func TestCheckSysctls(t *testing.T) {
	netnstest.Need(t)
	const machine = "one setting of the whole machine"
	for key, want := range map[string]kernel.SysctlFault{
		"net.ipv4.ip_forward":                           {},
		"net.ipv4.conf.all.rp_filter":                   {},
		"net.ipv4.conf.eth0/5.rp_filter":                {}, // of a link to come
		"net.ipv4.neigh.eth0.ucast_solicit":             {},
		"net.ipv4.ip_forwrd":                            {Reason: "no such sysctl", Hint: "did you mean net.ipv4.ip_forward?"},
		"net.ipv4.conf.eth0/5.rp_fliter":                {Reason: "no such sysctl", Hint: "did you mean net.ipv4.conf.eth0/5.rp_filter?"},
		"net.ipv4.neigh.eth0.ucast_solicits":            {Reason: "no such sysctl", Hint: "did you mean net.ipv4.neigh.eth0.ucast_solicit?"},
		"net.ipv4.quite_another_thing_than_all_of_them": {Reason: "no such sysctl"},
		"net.nosuch.thing":                              {Reason: "no sysctls of net.nosuch", Hint: "kernel module"},
		"net.core.netdev_max_backlog":                   {Reason: machine, Hint: "on the machine"},
		"net.ipv4.neigh.default.gc_thresh3":             {Reason: machine, Hint: "on the machine"},
		"net.ipv4.tcp_available_congestion_control":     {Reason: "only be read"},
	} {
		set := plan.SetSysctl{Namespace: "a", Key: key, Value: "1"}
		got, err := kernel.CheckSysctls([]plan.SetSysctl{set})
		if err != nil {
			t.Fatal(err)
		}
		fault, found := got[set]
		if found != (want.Reason != "") || !strings.Contains(fault.Reason, want.Reason) || !strings.Contains(fault.Hint, want.Hint) || want.Hint == "" && fault.Hint != "" {
			t.Errorf("%s: got %+v, want %+v", key, fault, want)
		}
	}
}

// Values that the kernel refuses or changes are known before anything is set. Values that it
// allows together are no fault, in whatever order other namespaces have theirs.
func TestCheckSysctlValues(t *testing.T) {
	netnstest.Need(t)
	const ttl, ports, unprivileged = "net.ipv4.ip_default_ttl", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"
	set := func(namespace, key, value string) plan.SetSysctl {
		return plan.SetSysctl{Namespace: namespace, Key: key, Value: value}
	}
	for name, test := range map[string]struct {
		settings []plan.SetSysctl
		want     []string // of each setting: a part of the reason; "": no fault
	}{
		"valid":        {[]plan.SetSysctl{set("a", ttl, "7"), set("b", ttl, "255"), set("a", "net.ipv4.conf.eth0.rp_filter", "2")}, []string{"", "", ""}},
		"out of range": {[]plan.SetSysctl{set("a", ttl, "7"), set("b", ttl, "256")}, []string{"", `refuses "256": invalid argument`}},
		"no number":    {[]plan.SetSysctl{set("a", "net.ipv4.conf.eth0.rp_filter", "abc")}, []string{`refuses "abc"`}},
		"blanks":       {[]plan.SetSysctl{set("a", ports, "1024 \t 2000")}, []string{""}},
		"together":     {[]plan.SetSysctl{set("a", ports, "50000 60000"), set("a", unprivileged, "40000")}, []string{"", ""}},
		"not alone":    {[]plan.SetSysctl{set("a", ports, "50000 60000"), set("b", unprivileged, "40000")}, []string{"", "refuses"}},
		"no such name": {[]plan.SetSysctl{set("a", "net.ipv4.tcp_congestion_control", "nosuch")}, []string{"refuses"}},
	} {
		got, err := kernel.CheckSysctls(test.settings)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range test.settings {
			if fault, found := got[s]; found != (test.want[i] != "") || !strings.Contains(fault.Reason, test.want[i]) {
				t.Errorf("%s: %v: got %+v, want %q", name, s, fault, test.want[i])
			}
		}
	}
}
