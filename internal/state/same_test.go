package state_test

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// TestSame changes one thing at a time in a namespace: each change is seen, and a copy is
// the same.
func TestSame(t *testing.T) {
	full := func() *state.Namespace {
		ns := state.New().Add("a")
		ns.Links["eth0"] = &state.Link{
			Name: "eth0", Kind: state.Veth{Peer: state.Endpoint{Namespace: "b", Link: "eth0"}}, MTU: 1500, Up: true,
			Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.1/24")},
		}
		ns.Links["unknown"] = &state.Link{Name: "unknown"}
		ns.Routes = state.Routes{{To: netip.MustParsePrefix("0.0.0.0/0"), Dev: "eth0"}}
		ns.Sysctls["net.ipv4.ip_forward"] = "1"
		ns.Neighbours = state.Neighbours{{Dev: "eth0", Address: netip.MustParseAddr("10.0.0.2"), MAC: topo.MAC{2}}}
		ns.Nftables = nft.Ruleset{{TableID: nft.TableID{Family: "inet", Name: "t"}}}
		return ns
	}
	if a, b := full(), full(); !a.Same(b) {
		t.Fatal("two equal namespaces are not the same")
	}
	renamed := full()
	renamed.Name = "b"
	if !full().Same(renamed) {
		t.Error("the name of a namespace counts")
	}
	for name, change := range map[string]func(*state.Namespace){
		"MTU":               func(ns *state.Namespace) { ns.Links["eth0"].MTU++ },
		"up":                func(ns *state.Namespace) { ns.Links["eth0"].Up = false },
		"address":           func(ns *state.Namespace) { ns.Links["eth0"].Addresses[0] = netip.MustParsePrefix("10.0.0.3/24") },
		"kind":              func(ns *state.Namespace) { ns.Links["eth0"].Kind = state.Bridge{} },
		"peer":              func(ns *state.Namespace) { ns.Links["eth0"].Kind = state.Veth{} },
		"no kind":           func(ns *state.Namespace) { ns.Links["eth0"].Kind = nil },
		"a kind for none":   func(ns *state.Namespace) { ns.Links["unknown"].Kind = state.Bridge{} },
		"link deleted":      func(ns *state.Namespace) { delete(ns.Links, "unknown") },
		"link renamed":      func(ns *state.Namespace) { ns.Links["x"] = ns.Links["unknown"]; delete(ns.Links, "unknown") },
		"route":             func(ns *state.Namespace) { ns.Routes[0].Metric = 5 },
		"sysctl":            func(ns *state.Namespace) { ns.Sysctls["net.ipv4.ip_forward"] = "0" },
		"neighbour":         func(ns *state.Namespace) { ns.Neighbours[0].MAC[5] = 1 },
		"neighbour deleted": func(ns *state.Namespace) { ns.Neighbours = nil },
		"table":             func(ns *state.Namespace) { ns.Nftables[0].Name = "u" },
	} {
		changed := full()
		change(changed)
		if full().Same(changed) || changed.Same(full()) {
			t.Errorf("%s: the change is not seen", name)
		}
	}
}

// TestSameIgnoresOrder: the order in which addresses, routes and neighbours are listed does
// not count in normal States.
func TestSameIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addresses := rapid.SliceOfNDistinct(drawPrefix, 2, 5, rapid.ID).Draw(t, "addresses")
		namespace := func(addresses []netip.Prefix) *state.Namespace {
			s := state.New()
			ns := s.Add("a")
			ns.Links["eth0"] = &state.Link{Name: "eth0", Addresses: addresses, Unrouted: addresses}
			for _, p := range addresses {
				ns.Routes = append(ns.Routes, state.Route{To: p.Masked(), Dev: "eth0", Via: p.Addr()})
				ns.Neighbours = append(ns.Neighbours, state.Neighbour{Dev: "eth0", Address: p.Addr(), MAC: topo.MAC{2, byte(p.Bits())}})
			}
			return s.Normal().Namespaces["a"]
		}
		if a, b := namespace(addresses), namespace(rapid.Permutation(addresses).Draw(t, "in another order")); !a.Same(b) {
			t.Errorf("not the same:\n%v\n%v", a, b)
		}
	})
}
