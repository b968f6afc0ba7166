//go:build linux

package kernel

import (
	"net/netip"
	"testing"
)

func TestSolicitedNode(t *testing.T) {
	got := solicitedNode(netip.MustParseAddr("4037::01:800:200e:8c6c")) // the example of RFC 4291
	if want := netip.MustParseAddr("ff02::1:ff0e:8c6c"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParseGroups(t *testing.T) {
	groups := parseGroups([]byte("1    lo              ff020000000000000000000000000001     1 0000000C 0\n" +
		"100  eth0            ff0200000000000000000001ff000001     1 00000004 0\n\nnonsense\n1 eth0 xyz\n"))
	for _, g := range []membership{
		{"lo", netip.MustParseAddr("ff02::1")}, {"eth0", netip.MustParseAddr("ff02::1:ff00:1")},
	} {
		if !groups[g] {
			t.Errorf("no %v in %v", g, groups)
		}
	}
	if len(groups) != 2 {
		t.Errorf("%v", groups)
	}
}

func FuzzParseGroups(f *testing.F) {
	f.Add([]byte("100  eth0  ff0200000000000000000001ff000001     1 00000004 0\n"))
	f.Fuzz(func(_ *testing.T, text []byte) { parseGroups(text) })
}
