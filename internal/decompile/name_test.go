package decompile_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A link without an address keeps its link-local address by a sysctl, whatever its name.
// Where the name has no place in the key of a sysctl, that is a loss, and the lab file is
// made all the same.
func TestNamesInSysctls(t *testing.T) {
	for name, kept := range map[string]bool{
		"eth0.5": true, "a(b": true, "x$y": true, "{x": true, "e+1": true, "a#b": true, "a,b": true, "a~b": true, "é": true, `a\b`: true,
		"a=b": false, "a*b": false, "q[1": false, "a?": false,
	} {
		s := state.New()
		ends := []state.Endpoint{{Namespace: "m", Link: name}, {Namespace: "n", Link: "e0"}}
		for i, at := range ends {
			ns := s.Add(at.Namespace)
			ns.Links[at.Link] = &state.Link{
				Name: at.Link, Index: 2 + i, MTU: state.DefaultMTU, MAC: topo.MAC{2, 5: byte(i)}, Up: true, AutoLinkLocal: true,
				Kind: state.Veth{Peer: ends[1-i]},
			}
		}
		file, losses := within(t, name, s)
		if keeps := len(losses) == 0; keeps != kept || len(file.Links) != 1 {
			t.Errorf("%q: got %d links and losses %v; want 1, and losses: %t", name, len(file.Links), losses, !kept)
		}
	}
}

// within fails if Decompile does not end.
func within(t *testing.T, what string, s *state.State) (*topo.Topology, []decompile.Loss) {
	t.Helper()
	type result struct {
		file   *topo.Topology
		losses []decompile.Loss
	}
	done := make(chan result, 1)
	go func() {
		file, losses := decompile.Decompile(s, decompile.Options{})
		done <- result{file, slices.Clone(losses)}
	}()
	select {
	case r := <-done:
		return r.file, r.losses
	case <-time.After(20 * time.Second):
		t.Fatalf("%q: Decompile does not end", what)
		return nil, nil
	}
}
