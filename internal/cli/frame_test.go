package cli

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
)

func TestFrame(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	rates := live.NewRates()
	busy := dump.LinkRef{Netns: 2, Index: 7}
	rates.Count(busy, at, dump.Stats{})
	rates.Count(busy, at.Add(time.Second), dump.Stats{RxBytes: 125_000, TxBytes: 250_000, RxPackets: 100, TxPackets: 200, RxDropped: 3})
	eth0 := live.Interface{Name: "eth0", Index: 7, Up: true, Carrier: true, State: "up", Peer: &live.End{Node: "h2", Interface: "eth0"}}
	var nodes []live.Node
	for i := range 3 {
		e := eth0
		e.Addresses = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.0.0.%d/24", i+1)), netip.MustParsePrefix("fe80::1/64")}
		nodes = append(nodes, live.Node{ID: int32(i + 1), Name: fmt.Sprintf("h%d", i+1), Interfaces: []live.Interface{
			{Name: "lo", Index: 1, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}, e,
		}})
	}
	nodes[2].Interfaces[1].Up, nodes[2].Interfaces[1].Peer = false, nil
	nodes = append(nodes, live.Node{ID: 9, Name: "lonely"})
	events := []line{{moment{at}, live.Event{Kind: live.LinkDown, Node: "h3", Interface: "eth0"}}}
	for _, c := range []struct {
		columns, lines int
		want           string
	}{
		{100, 9, `
lab x, 4 nodes, 3 interfaces (1 node with none)  15:04:05
NODE  INTERFACE  STATE  IN        OUT       PACKETS/S  DROPS/S  ADDRESSES    PEER
h1    eth0       up     -         -         -          -        10.0.0.1/24  h2:eth0
h2    eth0       up     1mbit     2mbit     300        3        10.0.0.2/24  h2:eth0
h3    eth0       off    -         -         -          -        10.0.0.3/24  -


15:04:05.000  h3:eth0 is down
q quit  s busiest first`},
		{40, 7, `
lab x, 4 nodes, 3 interfaces (1 node wit
NODE  INTERFACE  STATE  IN        OUT
h2    eth0       up     1mbit     2mbit
… and 2 interfaces that are not busier

15:04:05.000  h3:eth0 is down
q quit  s busiest first`},
		{20, 3, `
lab x, 4 nodes, 3 in
NODE  INTERFACE  STA
… and 3 interfaces t`},
	} {
		f := frame{
			what: "lab x", now: at, events: events, columns: c.columns, lines: c.lines,
			paint: func(_ style, text string) string { return text },
			text:  func(l line) string { return l.text(func(_ style, text string) string { return text }) },
		}
		for _, n := range nodes {
			f.add(n, rates)
		}
		lines, shown := f.render()
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		if d := cmp.Diff(strings.TrimPrefix(c.want, "\n"), strings.Join(lines, "\n")); d != "" {
			t.Errorf("%d×%d (-want +got):\n%s", c.columns, c.lines, d)
		}
		if c.lines == 7 && (len(shown) != 1 || !shown[2]) {
			t.Errorf("shown: %v", shown)
		}
	}
}

// Colours take no room, and are ended where text is cut off.
func TestClip(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{"\x1b[32mgreen text\x1b[0m", "\x1b[32mgreen \x1b[0m"},
		{"虛擬網路線", "虛擬網"},
	} {
		if got := clip(c.text, 6); got != c.want {
			t.Errorf("%q became %q, want %q", c.text, got, c.want)
		}
	}
}
