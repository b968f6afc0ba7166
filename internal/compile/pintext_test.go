package compile_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// The lines are those of a file; the host and interfaces without addresses are left out.
func TestFormatPins(t *testing.T) {
	pin := func(node, link string, addresses ...string) compile.Pin {
		p := compile.Pin{Node: node, Interface: link}
		for _, a := range addresses {
			p.Addresses = append(p.Addresses, netip.MustParsePrefix(a))
		}
		return p
	}
	lines := compile.FormatPins([]compile.Pin{
		pin("b", "eth0", "10.0.0.2/24"), pin(topo.HostNode, "x", "10.0.0.9/24"), pin("a", "eth0"),
		pin("a", "eth1", "10.1.0.1/24", "fd00::1/64"), pin("b", "eth1", "10.2.0.2/24"),
	})
	want := []string{
		"nodes:", "  b: {interfaces: {eth0: 10.0.0.2/24, eth1: 10.2.0.2/24}}",
		"  a: {interfaces: {eth1: [10.1.0.1/24, fd00::1/64]}}",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	if lines := compile.FormatPins([]compile.Pin{pin("a", "eth0")}); lines != nil {
		t.Errorf("got %q for a pin without addresses", lines)
	}
}
