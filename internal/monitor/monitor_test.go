package monitor

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/words"
)

func uncoloured(_ words.Style, text string) string { return text }

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
	nodes[2].Interfaces[1].State, nodes[2].Interfaces[1].Peer = "down", nil
	nodes = append(nodes, live.Node{ID: 9, Name: "lonely"})
	events := []Event{{Time{at}, live.Event{Kind: live.LinkDown, Node: "h3", Interface: "eth0"}}}
	for _, c := range []struct {
		columns, lines int
		want           string
	}{
		{100, 9, `
lab x, 4 nodes, 3 interfaces (1 node with none)  15:04:05
NODE  INTERFACE  STATE  IN        OUT       PACKETS/S  DROPS/S  ADDRESSES    PEER
h1    eth0       up     -         -         -          -        10.0.0.1/24  h2:eth0
h2    eth0       up     1mbit     2mbit     300        3        10.0.0.2/24  h2:eth0
h3    eth0       down   -         -         -          -        10.0.0.3/24  -


15:04:05.000  h3:eth0 is down
q quit  s sort by rate`},
		{40, 7, `
lab x, 4 nodes, 3 interfaces (1 node wit
NODE  INTERFACE  STATE  IN        OUT
h2    eth0       up     1mbit     2mbit
… 2 interfaces with lower rates

15:04:05.000  h3:eth0 is down
q quit  s sort by rate`},
		{20, 3, `
lab x, 4 nodes, 3 in
NODE  INTERFACE  STA
… 3 interfaces with`},
	} {
		f := Frame{Subject: "lab x", Now: at, Events: events, Columns: c.columns, Lines: c.lines, Paint: uncoloured}
		for _, n := range nodes {
			f.Add(n, rates)
		}
		lines, shown := f.Render()
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

// SGR sequences take no columns, and are kept where text is cut.
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

// A namespace without a row is read in its turn; one with a row is read each time.
func TestSchedule(t *testing.T) {
	const count = 3*maxHidden + 1
	var all []int32
	for i := range int32(count) {
		all = append(all, i)
	}
	s := &Schedule{}
	if got := s.Next(all); len(got) != count {
		t.Errorf("before the first frame %d are read, want all %d", len(got), count)
	}
	s.Framed(all, map[int32]bool{0: true})
	reads := map[int32]int{}
	for range 3 {
		for _, id := range s.Next(all) {
			reads[id]++
		}
		s.Framed(all, map[int32]bool{0: true})
	}
	if reads[0] != 3 {
		t.Errorf("the namespace with a row was read %d times in 3 rounds", reads[0])
	}
	for _, id := range all[1:] {
		if reads[id] != 1 {
			t.Fatalf("namespace %d was read %d times in 3 rounds, want once", id, reads[id])
		}
	}
	s.Framed(all[:2], nil)
	if got := s.Next(all[:2]); len(got) != 2 {
		t.Errorf("after the others were deleted %v are read, want 0 and 1", got)
	}
}

func TestEventJSON(t *testing.T) {
	e := Event{Time{time.Date(2026, 1, 2, 15, 4, 5, 60_000_000, time.UTC)}, live.Event{Kind: live.LinkDown, Node: "a"}}
	got, err := json.Marshal(e)
	if err != nil || !strings.HasPrefix(string(got), `{"time":"2026-01-02T15:04:05.060000Z","kind":"link-down","node":"a"`) {
		t.Errorf("%s, %v", got, err)
	}
}
