package ipshow

import "testing"

func TestCommand(t *testing.T) {
	for _, tt := range []struct {
		want, namespace, program string
		args                     []string
	}{
		{"ip -n ns1 addr show dev eth0", "ns1", "ip", []string{"addr", "show", "dev", "eth0"}},
		{"ip -n ns1 -6 route", "ns1", "ip", []string{"-6", "route"}},
		{"ip netns list", "", "ip", []string{"netns", "list"}},
		{"ip netns exec ns1 sysctl net.ipv4.ip_forward", "ns1", "sysctl", []string{"net.ipv4.ip_forward"}},
		{"nft list ruleset", "", "nft", []string{"list", "ruleset"}},
	} {
		if got := Command(tt.namespace, tt.program, tt.args...); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
