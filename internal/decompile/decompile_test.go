package decompile_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// A random lab stays the same through compiling, decompiling, formatting and parsing.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := compiled(t)
		roundTrip(t, lab.Name, lab.State)
	})
}

// The same for a State whose MACs are unset, as before the kernel chooses them.
func TestRoundTripWithoutMACs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roundTrip(t, "other", withoutMACs(compiled(t).State))
	})
}

// Ends of veth pairs that do not name each other become losses, each by itself, and no
// other link: a namespace may have two names, or go while it is read.
func TestPeersThatDoNotFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := compiled(t).State.Clone()
		s.Namespaces["x.extra"] = state.New().Add("x.extra")
		var ends []state.Endpoint
		for name, ns := range s.Namespaces {
			for link, l := range ns.Links {
				if _, paired := l.Peer(); paired {
					ends = append(ends, state.Endpoint{Namespace: name, Link: link})
				}
			}
		}
		if len(ends) == 0 {
			t.Skip("no pair")
		}
		slices.SortFunc(ends, state.Endpoint.Compare)
		from := rapid.SampledFrom(ends).Draw(t, "end")
		switch rapid.IntRange(0, 3).Draw(t, "damage") {
		case 0: // it has a second name
			twin := s.Clone().Namespaces[from.Namespace]
			twin.Name = "x.twin"
			s.Namespaces["x.twin"] = twin
		case 1: // it went
			delete(s.Namespaces, from.Namespace)
		case 2: // its peer is now the peer of another
			s.Link(from).Kind = state.Veth{Peer: rapid.SampledFrom(ends).Draw(t, "peer")}
		case 3: // the peer is not the end of a pair
			s.Link(from).Kind = state.Veth{Peer: state.Endpoint{Namespace: from.Namespace, Link: state.Lo}}
		}
		top, losses := decompile.Decompile(s, decompile.Options{Name: "x"})
		if s.Namespaces["x.twin"] != nil && len(losses) == 0 {
			t.Fatalf("a namespace is in the file twice:\n%s", top.Format())
		}
		if _, err := compile.Compile(top); err != nil {
			t.Fatalf("%v\n%s", err, top.Format())
		}
	})
}

// compiled draws a lab that the kernel would accept.
func compiled(t *rapid.T) *compile.Lab {
	lab, err := compile.Compile(topotest.Draw(t, topotest.Options{HostLinks: true}))
	if err != nil {
		t.Skip(err)
	}
	for _, ns := range lab.State.Namespaces {
		for _, r := range ns.Routes {
			for _, l := range ns.Links {
				if slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr() == r.Via }) {
					t.Skip("a gateway is the node itself")
				}
			}
		}
	}
	return lab
}

func roundTrip(t *rapid.T, name string, want *state.State) {
	top, losses := decompile.Decompile(want, decompile.Options{Name: name})
	if len(losses) > 0 {
		t.Fatalf("lost: %+v", losses)
	}
	parsed, err := topo.Parse("lab.yaml", top.Format())
	if err != nil {
		t.Fatalf("%v\n%s", err, top.Format())
	}
	got, err := compile.Compile(parsed)
	if err != nil {
		t.Fatalf("%v\n%s", err, top.Format())
	}
	if !decompile.Same(want, got.State) {
		t.Fatalf("%s\n(-want +got):\n%s", top.Format(), diff(want, got.State))
	}
}

func diff(want, got *state.State) string {
	return cmp.Diff(decompile.Essence(want), decompile.Essence(got), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

// A macvlan is lost with its lower device, whose peer is not in the State.
func TestLowerDeviceWithoutPeer(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse("{name: x, nodes: {b: {interfaces: {mv0: {macvlan: {link: eth0}}}}}, links: [[a, b], [b, c]]}"))
	if err != nil {
		t.Fatal(err)
	}
	delete(lab.State.Namespaces, "x.a")
	top, losses := decompile.Decompile(lab.State, decompile.Options{Name: "x"})
	var lost []string
	for _, l := range losses {
		lost = append(lost, l.At.String()+": "+l.Why)
	}
	want := []string{"x.b:eth0: its peer is in none of these namespaces", "x.b:mv0: its lower device x.b:eth0 is not in the file"}
	if !slices.Equal(lost, want) {
		t.Errorf("lost %q, want %q", lost, want)
	}
	if _, err := compile.Compile(top); err != nil {
		t.Error(err)
	}
}
