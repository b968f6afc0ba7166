package kernel

import (
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// Kernels from 5.18 on report which addresses are their own. Of the others an address is
// the kernel's if it is the link-local one of a MAC, also of one that the link had before.
func TestAutomatic(t *testing.T) {
	own, earlier := state.LinkLocal(topo.MAC{2, 0, 0, 0, 0, 1}), state.LinkLocal(topo.MAC{0xda, 0x8b, 0x81, 0x81, 0x29, 0xe7})
	chosen, global := netip.MustParsePrefix("fe80::1/64"), netip.MustParsePrefix("fd00::1/64")
	for _, test := range []struct {
		what           string
		none           bool // the link makes no address
		address        seenAddress
		older, current bool
	}{
		{"its own", false, seenAddress{prefix: own}, true, true},
		{"its own, written", false, seenAddress{prefix: own, noDAD: true}, false, false},
		{"its own, but it makes none", true, seenAddress{prefix: own}, false, false},
		{"of an earlier MAC", false, seenAddress{prefix: earlier}, true, false},
		{"of an earlier MAC, written", false, seenAddress{prefix: earlier, noDAD: true}, false, false},
		{"of an earlier MAC, but it makes none", true, seenAddress{prefix: earlier}, false, false},
		{"of an earlier MAC, reported", false, seenAddress{prefix: earlier, automatic: true}, true, true},
		{"reported, but it makes none", true, seenAddress{prefix: earlier, automatic: true}, false, false},
		{"of no MAC", false, seenAddress{prefix: chosen}, false, false},
		{"global", false, seenAddress{prefix: global}, false, false},
		{"global, reported", false, seenAddress{prefix: global, automatic: true}, true, true},
	} {
		l := &state.Link{Name: "br0", MAC: topo.MAC{2, 0, 0, 0, 0, 1}, AutoLinkLocal: !test.none}
		if got := automatic(l, test.address, false); got != test.older {
			t.Errorf("%s, of an older kernel: got %v, want %v", test.what, got, test.older)
		}
		if got := automatic(l, test.address, true); got != test.current {
			t.Errorf("%s: got %v, want %v", test.what, got, test.current)
		}
	}
}
