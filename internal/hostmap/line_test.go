package hostmap

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/words"
)

// A namespace of another user takes a bounded number of lines and boxes, with what is left
// out counted.
func TestLinesAreBounded(t *testing.T) {
	const count = 20_000
	ns := &Namespace{Name: "theirs", Engine: "netns", foreign: "user 1000", Files: []File{{Path: "/x"}}}
	for i := range 2 * maxLines {
		ns.Interfaces = append(ns.Interfaces, Interface{Name: fmt.Sprintf("v%d", i), Index: i, State: "up"})
	}
	for i := range count {
		ns.Interfaces[0].Addresses = append(ns.Interfaces[0].Addresses, netip.PrefixFrom(netip.AddrFrom4([4]byte{30, 0, byte(i >> 8), byte(i)}), 32))
	}
	m := &Map{Namespaces: []*Namespace{ns}}
	text := m.Text(false, func(_ words.Style, s string) string { return s })
	if n := strings.Count(text, "\n"); n != 1+maxLines+maxAddresses+1 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{fmt.Sprintf("and %d more", count-maxAddresses), fmt.Sprintf("and %d more", maxLines)} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the text", want)
		}
	}
	if s := m.Scene(); len(s.Boxes[0].Ports) != maxLines || len(s.Boxes[0].Ports[0].Addresses) != maxAddresses+1 {
		t.Errorf("%d ports, %d addresses", len(s.Boxes[0].Ports), len(s.Boxes[0].Ports[0].Addresses))
	}
	if s := (Found{ns, &ns.Interfaces[0]}).Sentence(); len(s) > 1000 {
		t.Errorf("a sentence of %d bytes", len(s))
	}
	if text := m.Text(true, func(_ words.Style, s string) string { return s }); strings.Count(text, "\n") < count {
		t.Error("addresses are missing with --all")
	}
}
