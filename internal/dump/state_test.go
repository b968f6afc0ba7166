package dump_test

import (
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
)

func TestState(t *testing.T) {
	const up, lowerUp = dump.Up, dump.LowerUp
	for _, test := range []struct {
		what string
		link dump.Link
		want string
	}{
		{"a veth that was never up", dump.Link{Kind: "veth", Parent: 2, OperState: "down"}, "down"},
		{"a veth whose peer is down", dump.Link{Kind: "veth", Parent: 2, Flags: up, OperState: "lowerlayerdown"}, "no carrier"},
		{"the same, before the kernel has looked", dump.Link{Kind: "veth", Parent: 2, Flags: up, OperState: "unknown"}, "no carrier"},
		{"its peer, whose carrier is off too", dump.Link{Kind: "veth", Parent: 3, OperState: "down"}, "down"},
		{"a veth", dump.Link{Kind: "veth", Parent: 2, Flags: up | lowerUp, OperState: "up"}, "up"},
		{"lo, whose driver reports no carrier", dump.Link{Flags: up | lowerUp | dump.Loopback, OperState: "unknown"}, "up"},
		{"a bridge without a port", dump.Link{Kind: "bridge", Flags: up, OperState: "down"}, "no carrier"},
		{"a VLAN on a link that is down", dump.Link{Kind: "vlan", Parent: 2, Flags: up, OperState: "lowerlayerdown"}, "lower down"},
		{"a VLAN that is down, on such a link", dump.Link{Kind: "vlan", Parent: 2, OperState: "down"}, "down"},
		{"a supplicant is at work", dump.Link{Flags: up | lowerUp, OperState: "dormant"}, "dormant"},
	} {
		if got := test.link.State(); got != test.want {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}
