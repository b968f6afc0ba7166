package lesson_test

import (
	"net/netip"
	"strings"
	"testing"
	"unicode"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
)

// network has a host with the bridge br0 and its port v0, whose peer is a:eth0. Only
// 10.0.0.1 answers, but not on port 81.
func network() lesson.Network {
	s := state.New()
	host, a := s.Add(state.Host), s.Add("a")
	host.Links["br0"] = &state.Link{Name: "br0", Kind: state.Bridge{}, MTU: 1500, Up: true}
	host.Links["v0"] = &state.Link{
		Name: "v0", Kind: state.Veth{Peer: state.Endpoint{Namespace: "a", Link: "eth0"}}, MTU: 1500, Master: "br0",
	}
	a.Links["eth0"] = &state.Link{
		Name: "eth0", Kind: state.Veth{Peer: state.Endpoint{Namespace: state.Host, Link: "v0"}}, MTU: 1400, Up: true,
		Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.2/24")},
	}
	gateway := netip.MustParseAddr("10.0.0.1")
	a.Routes = state.Routes{
		{To: netip.MustParsePrefix("0.0.0.0/0"), Via: gateway, Dev: "eth0"},
		{To: netip.MustParsePrefix("10.9.0.0/16"), Dev: "eth0"},
	}
	a.Sysctls[state.ForwardIPv4] = "1"
	return lesson.Network{State: s, Reaches: func(r lesson.Probe) bool { return r.To == gateway && r.Port != 81 }}
}

func TestChecks(t *testing.T) {
	w := network()
	for line, want := range map[string]bool{
		"a exists": true, "b exists": false, "host exists": true, "b does not exist": true, "a does not exist": false, "not a exists": false,
		"a:eth0 exists": true, "a:eth1 exists": false, "host:v0 exists": true, "b:eth0 does not exist": true, "a:eth0 does not exist": false,
		"a:eth0 is up": true, "host:v0 is up": false, "b:eth0 is up": false,
		"host:v0 is down": true, "a:eth0 is down": false, "b:eth0 is down": false, "not host:v0 is down": false,
		"host:br0 is a bridge": true, "host:v0 is a bridge": false, "host:br1 is a bridge": false,
		"host:v0 is a port of br0": true, "host:v0 is a port of br1": false, "a:eth0 is a port of br0": false, "not a:eth0 is a port of br0": true,
		"a:eth0 peers with host:v0": true, "a:eth0 peers with host:v1": false, "host:br0 peers with a:eth0": false, "x:y peers with a:eth0": false,
		"a:eth0 has address 10.0.0.2/24": true, "a:eth0 has address 10.0.0.2/25": false, "x:y has address 10.0.0.2/24": false,
		"a:eth0 has mtu 1400": true, "a:eth0 has mtu 1500": false, "x:y has mtu 1500": false,
		"a has default route via 10.0.0.1": true, "a has default route via 10.0.0.9": false, "x has default route via 10.0.0.1": false,
		"a has route to 10.9.0.0/16": true, "a has route to 10.9.0.1/16": true, "a has route to 10.8.0.0/16": false,
		"a has route to 0.0.0.0/0": true, "a has route to 10.9.0.0/16 via 10.0.0.1": false, "a has default route via ::1": false,
		"a has sysctl net.ipv4.ip_forward = 1": true, "a has sysctl net.ipv4.ip_forward = 0": false,
		"host has sysctl net.ipv4.ip_forward = 0": true, "host has sysctl net.ipv4.unknown = 0": false, "x has sysctl net.ipv4.ip_forward = 0": false,
		"a reaches 10.0.0.1": true, "a reaches 10.0.0.9": false, "a does not reach 10.0.0.9": true, "a does not reach 10.0.0.1": false,
		"host reaches 10.0.0.1 tcp 80": true, "host reaches 10.0.0.1 http 81": false, "x reaches 10.0.0.1": false,
	} {
		c := checkOf(t, line)
		if got := c.Holds(w); got != want {
			t.Errorf("%s: %v", line, got)
		}
		m := c.Missing()
		if m.En == "" || !strings.ContainsFunc(m.ZhTW, func(r rune) bool { return unicode.Is(unicode.Han, r) }) ||
			strings.Contains(m.En+m.ZhTW, "%!") {
			t.Errorf("%s: missing is %+v", line, m)
		}
	}
}

func checkOf(t *testing.T, line string) lesson.Check {
	t.Helper()
	l, err := lesson.Parse("f.md", []byte(with("```run\ntrue\n```\n```check\n"+line+"\n```\n")))
	if err != nil {
		t.Fatal(err)
	}
	return l.Tasks()[0].Checks[0]
}

func TestSysctl(t *testing.T) {
	if key := checkOf(t, "a has sysctl net.ipv4.ip_forward = 1").Sysctl(); key != state.ForwardIPv4 {
		t.Error(key)
	}
	if key := checkOf(t, "a exists").Sysctl(); key != "" {
		t.Error(key)
	}
}

func TestMissing(t *testing.T) {
	for line, want := range map[string]string{
		"a exists":                 "The namespace a does not exist.",
		"not a exists":             "The namespace a still exists.",
		"host:v0 is up":            "v0 in the host is not up.",
		"a does not reach ::1":     "a reaches ::1, and should not.",
		"a reaches 10.0.0.1 tcp 8": "a does not reach 10.0.0.1:8 (tcp).",
	} {
		if got := checkOf(t, line).Missing().En; got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
