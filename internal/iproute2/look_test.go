package iproute2

import "testing"

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		want, namespace, object string
		args                    []string
	}{
		{"ip -n ns1 addr show dev eth0", "ns1", "addr", []string{"dev", "eth0"}},
		{"ip link show dev eth0", "", "link", []string{"dev", "eth0"}},
		{"ip -n ns1 route show", "ns1", "route", nil},
		{"ip netns list", "ns1", "netns", nil},
		{"ip netns exec ns1 sysctl net.ipv4.ip_forward", "ns1", "sysctl", []string{"net.ipv4.ip_forward"}},
		{"nft list ruleset", "", "nft", nil},
	} {
		if got := Look(tt.namespace, tt.object, tt.args...); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
