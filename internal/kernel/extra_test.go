//go:build linux

package kernel_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
)

// A new namespace has the rules of the model. Further tables count once a rule leads to
// them.
func TestExtras(t *testing.T) {
	needPrograms(t, "ip")
	ns := emptyNamespace(t)
	extra := func() kernel.Extra {
		all, err := kernel.ObserveAll()
		if err != nil {
			t.Fatal(err)
		}
		return all.Extras[ns]
	}
	s := state.New()
	s.Add(ns)
	initial, rules := dump.Model(s, ns).Rules, extra().Rules
	if len(rules) != len(initial) || slices.ContainsFunc(initial, func(r dump.Rule) bool { return !slices.Contains(rules, r) }) {
		t.Errorf("a new namespace has the rules %+v, want %+v", rules, initial)
	}
	for _, args := range [][]string{
		{"ip", "route", "add", "blackhole", "10.77.0.0/16", "table", "7"}, {"ip", "route", "add", "blackhole", "10.78.0.0/16", "table", "7"},
	} {
		if _, err := inNamespace(t, ns, "", args...); err != nil {
			t.Fatal(err)
		}
	}
	if got := extra().Routes; got != nil {
		t.Errorf("without a rule the routes are %v", got)
	}
	if _, err := inNamespace(t, ns, "", "ip", "rule", "add", "fwmark", "1", "lookup", "7", "pref", "5"); err != nil {
		t.Fatal(err)
	}
	got := extra()
	if d := cmp.Diff(map[uint32]int{7: 2}, got.Routes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !slices.ContainsFunc(got.Rules, func(r dump.Rule) bool { return r.Priority == 5 && r.Mark == 1 && r.Table == 7 }) {
		t.Errorf("the rules are %+v", got.Rules)
	}
}
