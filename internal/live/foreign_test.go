package live

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/dump"
)

// The entries of another user's namespace are bounded, those of root's are not.
func TestForeignTableIsBounded(t *testing.T) {
	v := New(Scope{})
	theirs := space(lo("", ""))
	theirs.Owner = "user 1000"
	v.Apply(SetNamespace{1, "theirs", theirs})
	v.Apply(SetNamespace{2, "ours", space(lo("", ""))})
	const count = maxForeignTable + 10
	leftOut := 0
	for i := range count {
		a := netip.AddrFrom4([4]byte{20, byte(i >> 16), byte(i >> 8), byte(i)})
		r := dump.Route{To: netip.PrefixFrom(a, 32), Index: 1, Table: 254, Type: 1}
		for _, e := range v.Apply(SetRoute(1, r)) {
			if e.Kind == LeftOut {
				leftOut++
				if got, want := e.String(), fmt.Sprintf("theirs of user 1000: only the first %d routes are followed", maxForeignTable); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			}
		}
		v.Apply(SetRoute(2, r))
	}
	if got := len(v.tables[1].routes); got != maxForeignTable || leftOut != 1 {
		t.Errorf("%d routes, %d events, want %d and 1", got, leftOut, maxForeignTable)
	}
	if got := len(v.tables[2].routes); got != count {
		t.Errorf("%d routes of root, want %d", got, count)
	}
	v.Apply(DelLink{Netns: 1, Index: 1})
	v.Apply(DelNamespace{1})
	if got := v.foreign.sum["user 1000"]; got != 0 {
		t.Errorf("%d entries are still counted", got)
	}
}

// A user who causes events without end is reported in part, and the rest is counted.
func TestFloodLimit(t *testing.T) {
	var l FloodLimit
	owners := map[string]string{"theirs": "user 1000"}
	flood := make([]Event, 3*maxFlood)
	for i := range flood {
		flood[i] = Event{Kind: RuleAdded, Node: "theirs", Rule: &Rule{}}
	}
	ours := Event{Kind: LinkUp, Node: "ours", Interface: "eth0"}
	at := time.Unix(0, 0)
	got := l.Pass(at, append(flood, ours), owners)
	if len(got) != maxFlood+1 || got[maxFlood].Node != "ours" {
		t.Errorf("%d events pass, want %d", len(got), maxFlood+1)
	}
	due, pending := l.Due()
	if !pending {
		t.Fatal("nothing is to be reported")
	}
	got = l.Pass(due, nil, owners)
	want := fmt.Sprintf("%d events of user 1000 left out: too many in a second", 2*maxFlood)
	if len(got) != 1 || got[0].String() != want {
		t.Errorf("%v, want %q", got, want)
	}
	if _, pending := l.Due(); pending {
		t.Error("it is reported twice")
	}
}
