//go:build linux

package kernel_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A link that is created with an alias has it as soon as it exists, whichever end of a
// pair it is. The other end has its index.
func TestNewLinksAreMarked(t *testing.T) {
	const mark = "vethlab:lab/host"
	a, b := emptyNamespace(t), otherNamespace(t)
	at := func(ns, link string) state.Endpoint { return state.Endpoint{Namespace: ns, Link: link} }
	p := plan.Plan{
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(a, "v0"), Alias: mark}, {Link: at(b, "v0"), Index: 150}}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(b, "v1"), Index: 151}, {Link: at(a, "v1"), Alias: mark}}},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at(a, "v2"), Alias: mark}, {Link: at(a, "v3"), Alias: mark}}},
		plan.AddLink{Link: at(a, "br0"), Kind: state.Bridge{}, Alias: mark},
	}
	for i, op := range p {
		if err := kernel.Apply(t.Context(), plan.Plan{op}, state.New(), kernel.Options{}); err != nil {
			t.Fatalf("%+v: %v", op, err)
		}
		indexes := map[int]bool{}
		view := observeAll(t)
		for name, l := range view.Namespaces[a].Links {
			if name != state.Lo && l.Alias != mark {
				t.Errorf("after op %d %s has the alias %q", i, name, l.Alias)
			}
			if indexes[l.Index] || name != state.Lo && (l.Index == 150 || l.Index == 151) {
				t.Errorf("after op %d %s has the index %d of another link", i, name, l.Index)
			}
			indexes[l.Index] = true
		}
		for name, index := range map[string]int{"v0": 150, "v1": 151} {
			if l := view.Link(at(b, name)); l != nil && (l.Index != index || l.Alias != "") {
				t.Errorf("after op %d %s has the index %d and the alias %q", i, name, l.Index, l.Alias)
			}
		}
	}
}

// If the name of a new link is taken, the link that has it gets neither the mark nor
// anything else.
func TestTakenNameIsNotMarked(t *testing.T) {
	const mark = "vethlab:lab/host"
	a, b := emptyNamespace(t), otherNamespace(t)
	taken := state.Endpoint{Namespace: a, Link: "taken"}
	up := plan.SetLink{Link: taken, Up: new(true)}
	if err := kernel.Apply(t.Context(), plan.Plan{plan.AddLink{Link: taken, Kind: state.Bridge{}}}, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, op := range []plan.Op{
		plan.AddLink{Link: taken, Kind: state.Bridge{}, Alias: mark},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: taken, Alias: mark}, {Link: state.Endpoint{Namespace: b, Link: "v0"}}}},
	} {
		err := kernel.Apply(t.Context(), plan.Plan{op, up}, state.New(), kernel.Options{})
		if !errors.Is(err, unix.EEXIST) {
			t.Errorf("%+v: %v", op, err)
		}
		if l := observeAll(t).Link(taken); l.Alias != "" || l.Up {
			t.Errorf("after %+v: %+v", op, l)
		}
	}
}

// otherNamespace makes a second empty namespace.
func otherNamespace(t *testing.T) string {
	t.Helper()
	name := netnstest.Name(t, "other")
	if err := kernel.Apply(t.Context(), plan.Plan{plan.AddNamespace{Name: name}}, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	return name
}

func observeAll(t *testing.T) *state.State {
	t.Helper()
	view, err := kernel.ObserveAll()
	if err != nil {
		t.Fatal(err)
	}
	return view.State
}
