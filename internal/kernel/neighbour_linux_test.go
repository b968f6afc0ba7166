package kernel

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

// A dump of neighbours walks the table of all namespaces: for large labs only namespaces
// with wanted entries are dumped.
func TestNeighbourScope(t *testing.T) {
	lab := func(n int, with ...string) *state.State {
		s := &state.State{Namespaces: map[string]*state.Namespace{}}
		for i := range n {
			s.Namespaces[fmt.Sprint("n", i)] = &state.Namespace{}
		}
		for _, name := range with {
			s.Namespaces[name].Neighbours = state.Neighbours{{Dev: "eth0"}}
		}
		return s
	}
	for _, test := range []struct {
		what       string
		want, last *state.State
		n0, n1, n2 bool
	}{
		{"nothing is known", nil, nil, true, true, true},
		{"a small lab", lab(neighbourDumps), nil, true, true, true},
		{"a large lab", lab(neighbourDumps + 1), nil, false, false, false},
		{"a large lab with entries", lab(neighbourDumps+1, "n0"), nil, true, false, false},
		{"a large lab that had entries", lab(neighbourDumps+1, "n0"), lab(neighbourDumps+1, "n1"), true, true, false},
		{"a lab that was large", lab(3), lab(neighbourDumps+1, "n1"), false, true, false},
	} {
		scope := neighbourScope(test.want, test.last)
		for name, want := range map[string]bool{"n0": test.n0, "n1": test.n1, "n2": test.n2} {
			if got := scope(name); got != want {
				t.Errorf("%s: %s is read: %v, want %v", test.what, name, got, want)
			}
		}
	}
}
