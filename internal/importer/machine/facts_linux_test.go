package machine

import (
	"maps"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
)

// Facts are read of the namespaces that are to be imported, by any of their names, and of
// the host namespace; not of those that do not exist.
func TestFactsOf(t *testing.T) {
	netnstest.Need(t)
	a, b, deleted := netnstest.Name(t, "a"), netnstest.Name(t, "b"), netnstest.Name(t, "deleted")
	if err := netns.CreateAll([]netns.Spec{{Name: a}, {Name: b}}); err != nil {
		t.Fatal(err)
	}
	s := state.New()
	for _, name := range []string{state.Host, a, b, deleted} {
		s.Add(name)
	}
	others := map[string]string{"alias": b}
	for _, tt := range []struct{ names, want []string }{
		{nil, []string{state.Host, a, b}},
		{[]string{a}, []string{state.Host, a}},
		{[]string{"alias"}, []string{state.Host, b}},
		{[]string{"unknown", deleted}, []string{state.Host}},
	} {
		facts, err := factsOf(s, others, tt.names)
		if got := slices.Sorted(maps.Keys(facts)); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%q: facts of %q, %v, want %q", tt.names, got, err, tt.want)
		}
		for name, f := range facts {
			if f.Namespace == nil || len(f.Links) == 0 {
				t.Errorf("%q has no links", name)
			}
		}
	}
}

// The facts of a new namespace have nothing that somebody has set.
func TestFactsOfNewNamespace(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.Name(t, "new")
	if err := netns.CreateAll([]netns.Spec{{Name: name}}); err != nil {
		t.Fatal(err)
	}
	f, err := readFacts(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Sysctls)+len(f.Objects)+len(f.Xtables)+len(f.SetMACs) > 0 {
		t.Errorf("got the settings %v, objects %v, tables %v and MACs %v", f.Sysctls, f.Objects, f.Xtables, f.SetMACs)
	}
	if _, err := readFacts(name + "-unknown"); err == nil {
		t.Error("an unknown namespace has facts")
	}
}
