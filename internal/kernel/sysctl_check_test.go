//go:build linux

package kernel_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// What a network namespace does not have is known before anything is set.
func TestCheckSysctls(t *testing.T) {
	netnstest.Need(t)
	const machine = "one setting of the whole machine"
	for key, want := range map[string]kernel.SysctlFault{
		"net.ipv4.ip_forward":                           {},
		"net.ipv4.conf.all.rp_filter":                   {},
		"net.ipv4.conf.eth0/5.rp_filter":                {}, // of a link to come
		"net.ipv4.neigh.eth0.base_reachable_time_ms":    {},
		"net.ipv4.ip_forwrd":                            {Reason: "no such sysctl", Hint: "did you mean net.ipv4.ip_forward?"},
		"net.ipv4.conf.eth0/5.rp_fliter":                {Reason: "no such sysctl", Hint: "did you mean net.ipv4.conf.eth0/5.rp_filter?"},
		"net.ipv4.neigh.eth0.base_reachable_time_mss":   {Reason: "no such sysctl", Hint: "did you mean net.ipv4.neigh.eth0.base_reachable_time_ms?"},
		"net.ipv4.quite_another_thing_than_all_of_them": {Reason: "no such sysctl"},
		"net.nosuch.thing":                              {Reason: "no sysctls of net.nosuch", Hint: "kernel module"},
		"net.core.netdev_max_backlog":                   {Reason: machine, Hint: "on the machine"},
		"net.ipv4.neigh.default.gc_thresh3":             {Reason: machine, Hint: "on the machine"},
		"net.ipv4.tcp_available_congestion_control":     {Reason: "only be read"},
	} {
		got, err := kernel.CheckSysctls([]string{key})
		if err != nil {
			t.Fatal(err)
		}
		fault, found := got[key]
		if found != (want.Reason != "") || !strings.Contains(fault.Reason, want.Reason) || !strings.Contains(fault.Hint, want.Hint) || want.Hint == "" && fault.Hint != "" {
			t.Errorf("%s: got %+v, want %+v", key, fault, want)
		}
	}
}
