package plan_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// segment returns three hosts a, b and c with 10.0.0.1, .2 and .3 on a switch sw.
func segment() *state.State {
	s := state.New()
	sw := s.Add("sw")
	sw.Links["br0"] = &state.Link{Name: "br0", Index: 100, Kind: state.Bridge{}, MAC: topo.MAC{2, 0xff}, Up: true}
	for i, name := range []string{"a", "b", "c"} {
		ns, n := s.Add(name), byte(i+1)
		mac := topo.MAC{2, 0, 0, 0, 0, n}
		ns.Links["eth0"] = &state.Link{
			Name: "eth0", Index: 10 + i, MAC: mac, Up: true, Kind: state.Veth{Peer: state.Endpoint{Namespace: "sw", Link: name}},
			Addresses: state.Addresses{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, n}), 24), state.LinkLocal(mac)},
		}
		sw.Links[name] = &state.Link{
			Name: name, Index: 101 + i, MAC: topo.MAC{2, 0xff, n}, Up: true, Master: "br0",
			Kind: state.Veth{Peer: state.Endpoint{Namespace: name, Link: "eth0"}},
		}
	}
	return s
}

func eth0(s *state.State, name string) *state.Link {
	return s.Link(state.Endpoint{Namespace: name, Link: "eth0"})
}

func prefixes(list ...string) state.Addresses {
	var all state.Addresses
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// entries returns the entries of the links a, b and c for some addresses.
func entries(addresses ...string) map[string]plan.Stale {
	all := map[string]plan.Stale{}
	for i, name := range []string{"a", "b", "c"} {
		var stale plan.Stale
		for _, a := range addresses {
			stale.Neighbours = append(stale.Neighbours, plan.StaleNeighbour{Index: 10 + i, Address: netip.MustParseAddr(a)})
		}
		all[name] = stale
	}
	return all
}

func with(all map[string]plan.Stale, name string, stale plan.Stale) map[string]plan.Stale {
	all[name] = stale
	return all
}

// Each change after which learned entries may be wrong.
func TestStaleAfter(t *testing.T) {
	nat := filtered(t, `table ip nat { chain post { type nat hook postrouting priority 100; masquerade; }; }`)
	other := filtered(t, `table ip nat { chain post { type nat hook postrouting priority 100; snat to 10.0.0.2; }; }`)
	drop := filtered(t, `table ip f { chain in { type filter hook input priority 0; drop; }; }`)
	bridge := plan.Stale{Bridges: []int{100}}
	for _, test := range []struct {
		what   string
		before func(s *state.State)
		change func(s *state.State)
		want   map[string]plan.Stale
	}{
		{"nothing", nil, func(*state.State) {}, nil},
		{"an address is swapped", nil, func(s *state.State) {
			eth0(s, "a").Addresses, eth0(s, "b").Addresses = prefixes("10.0.0.2/24"), prefixes("10.0.0.1/24")
		}, entries("10.0.0.1", "10.0.0.2")},
		{"an address comes", nil, func(s *state.State) {
			eth0(s, "a").Addresses = append(eth0(s, "a").Addresses, prefixes("10.0.0.9/24")...)
		}, entries("10.0.0.9")},
		{"an address goes", nil, func(s *state.State) { eth0(s, "a").Addresses = nil }, entries("10.0.0.1")},
		{"another subnet", nil, func(s *state.State) { eth0(s, "a").Addresses = prefixes("192.0.2.1/24") }, with(entries("10.0.0.1"), "a",
			plan.Stale{Neighbours: []plan.StaleNeighbour{{10, netip.MustParseAddr("10.0.0.1")}, {10, netip.MustParseAddr("192.0.2.1")}}})},
		{
			"another MAC", nil, func(s *state.State) { eth0(s, "a").MAC = topo.MAC{2, 0, 0, 0, 0, 9} },
			// The link-local address in this State then does not match the MAC.
			with(entries("10.0.0.1", "fe80::ff:fe00:1"), "sw", bridge),
		},
		{
			"a link comes up", func(s *state.State) { eth0(s, "a").Up = false }, func(s *state.State) { eth0(s, "a").Up = true },
			with(entries("10.0.0.1"), "sw", bridge),
		},
		{"a permanent entry", nil, func(s *state.State) {
			eth0(s, "a").Addresses = prefixes("10.0.0.9/24")
			s.Namespaces["b"].Neighbours = state.Neighbours{{Address: netip.MustParseAddr("10.0.0.9"), MAC: topo.MAC{2}, Dev: "eth0"}}
		}, with(entries("10.0.0.1", "10.0.0.9"), "b", plan.Stale{Neighbours: []plan.StaleNeighbour{{11, netip.MustParseAddr("10.0.0.1")}}})},
		{"a gateway that is on no subnet of the link", func(s *state.State) {
			eth0(s, "c").Addresses = nil
			s.Namespaces["c"].Routes = state.Routes{{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.1"), Dev: "eth0"}}
		}, func(s *state.State) {
			eth0(s, "a").Addresses, eth0(s, "b").Addresses = eth0(s, "b").Addresses[:1], eth0(s, "a").Addresses[:1]
		}, with(entries("10.0.0.1", "10.0.0.2"), "c", plan.Stale{Neighbours: []plan.StaleNeighbour{{12, netip.MustParseAddr("10.0.0.1")}}})},
		{"a port of a switch", nil, func(s *state.State) { s.Namespaces["sw"].Links["a"].Master = "" }, map[string]plan.Stale{"sw": bridge}},
		{"a namespace is made again", func(s *state.State) { delete(s.Namespaces, "a") }, func(s *state.State) {
			s.Namespaces["a"] = segment().Namespaces["a"]
		}, func() map[string]plan.Stale {
			all := with(entries("10.0.0.1"), "sw", bridge)
			delete(all, "a")
			return all
		}()},
		{"NAT comes", nil, func(s *state.State) { s.Namespaces["b"].Nftables = nat }, map[string]plan.Stale{"b": {Conntrack: true}}},
		{
			"NAT goes", func(s *state.State) { s.Namespaces["b"].Nftables = nat }, func(s *state.State) { s.Namespaces["b"].Nftables = nil },
			map[string]plan.Stale{"b": {Conntrack: true}},
		},
		{
			"another NAT", func(s *state.State) { s.Namespaces["b"].Nftables = nat }, func(s *state.State) { s.Namespaces["b"].Nftables = other },
			map[string]plan.Stale{"b": {Conntrack: true}},
		},
		{"NAT by another address", func(s *state.State) { s.Namespaces["b"].Nftables = nat }, func(s *state.State) {
			eth0(s, "b").Addresses = prefixes("10.0.0.2/24", "192.0.2.1/24")
		}, map[string]plan.Stale{"b": {Conntrack: true, Neighbours: []plan.StaleNeighbour{{11, netip.MustParseAddr("192.0.2.1")}}}}},
		{"a filter that does not translate", nil, func(s *state.State) { s.Namespaces["b"].Nftables = drop }, nil},
	} {
		t.Run(test.what, func(t *testing.T) {
			before := segment()
			if test.before != nil {
				test.before(before)
			}
			after := before.Clone()
			test.change(after)
			got := plan.StaleAfter(before, after)
			if d := cmp.Diff(test.want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Addr{})); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// A learned entry is stale if its MAC is not one of a node that has the address.
func TestStaleLearned(t *testing.T) {
	s := segment()
	s.Namespaces["a"].Links["eth1"] = &state.Link{Name: "eth1", Index: 20, MAC: topo.MAC{2, 1}, Up: true}
	for _, test := range []struct {
		what    string
		address string
		mac     topo.MAC
		dev     string
		stale   bool
	}{
		{"its own", "10.0.0.1", topo.MAC{2, 0, 0, 0, 0, 1}, "eth0", false},
		{"of another link of the node", "10.0.0.1", topo.MAC{2, 1}, "eth0", false},
		{"of another node", "10.0.0.1", topo.MAC{2, 0, 0, 0, 0, 2}, "eth0", true},
		{"unanswered", "10.0.0.1", topo.MAC{}, "eth0", true},
		{"an unowned address", "10.0.0.77", topo.MAC{2, 0, 0, 0, 0, 2}, "eth0", false},
		{"an unowned address, unanswered", "10.0.0.77", topo.MAC{}, "eth0", false},
		{"an unknown link", "10.0.0.1", topo.MAC{2, 0, 0, 0, 0, 2}, "eth9", false},
	} {
		t.Run(test.what, func(t *testing.T) {
			all := map[string]plan.Stale{}
			learned := map[string]state.Neighbours{"c": {{Address: netip.MustParseAddr(test.address), MAC: test.mac, Dev: test.dev}}}
			plan.StaleLearned(all, learned, s, s)
			if got := len(all["c"].Neighbours) == 1; got != test.stale {
				t.Errorf("got %+v, stale: want %v", all, test.stale)
			}
		})
	}
}
