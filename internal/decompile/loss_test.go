package decompile_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

const (
	dummies  = `{name: x, addressing: {ipv6: none}, nodes: {a: {interfaces: {d0: {dummy: {}, addresses: 192.0.2.1/32}}}}, links: [[a, b]]}`
	twoLinks = `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router}}, links: [[a, r], [b, r]]}`
)

// at returns an endpoint of the lab "x".
func at(node, link string) state.Endpoint {
	return state.Endpoint{Namespace: "x." + node, Link: link}
}

// move gives a namespace of the lab "x" another name, with the ends that name it.
func move(s *state.State, node, name string) {
	ns := s.Namespaces["x."+node]
	delete(s.Namespaces, ns.Name)
	for _, other := range append(slices.Collect(maps.Values(s.Namespaces)), ns) {
		for _, l := range other.Links {
			if peer, ok := l.Peer(); ok && peer.Namespace == ns.Name {
				l.Kind = state.Veth{Peer: state.Endpoint{Namespace: name, Link: peer.Link}}
			}
		}
	}
	ns.Name = name
	s.Namespaces[name] = ns
}

// lossCases are States with parts that a lab file cannot express. Their golden files have
// the lab file without the parts, and the losses.
var lossCases = map[string]struct {
	lab    string
	change func(*state.State)
}{
	// Links.
	"other-kind":      {dummies, func(s *state.State) { link(s, "a", "d0").Kind = state.Other{Name: "wireguard"} }},
	"device":          {dummies, func(s *state.State) { link(s, "a", "d0").Kind = nil }},
	"other-kind-port": {lan, func(s *state.State) { link(s, "sw", "br0").Kind = state.Other{Name: "bond"} }},
	"no-peer": {twoLinks, func(s *state.State) { // the route of r through it goes, those through others stay
		delete(s.Namespaces, "x.a")
		r := s.Namespaces["x.r"]
		r.Routes = append(r.Routes,
			state.Route{To: netip.MustParsePrefix("198.51.100.0/24"), Dev: "eth0"},
			state.Route{To: netip.MustParsePrefix("203.0.113.0/24"), Dev: "eth1"})
	}},
	"own-peer":   {pair, func(s *state.State) { link(s, "a", "eth0").Kind = state.Veth{Peer: at("a", "eth0")} }},
	"dummy-peer": {dummies, func(s *state.State) { link(s, "a", "eth0").Kind = state.Veth{Peer: at("a", "d0")} }},
	"invalid-name": {pair, func(s *state.State) {
		a, b := s.Namespaces["x.a"], link(s, "b", "eth0")
		l := a.Links["eth0"]
		delete(a.Links, "eth0")
		l.Name = "eth0:1"
		a.Links["eth0:1"] = l
		b.Kind = state.Veth{Peer: at("a", "eth0:1")}
		a.Routes, s.Namespaces["x.b"].Routes = nil, nil
	}},
	"small-mtu": {dummies, func(s *state.State) { link(s, "a", "d0").MTU = 20 }},
	"large-mtu": {pair, func(s *state.State) { link(s, "a", "eth0").MTU, link(s, "b", "eth0").MTU = 70000, 70000 }},
	"dummy-port": {lan, func(s *state.State) {
		sw := s.Namespaces["x.sw"]
		sw.Links["d0"] = &state.Link{Name: "d0", Kind: state.Dummy{}, MTU: state.DefaultMTU, Up: true, Master: "br0"}
	}},

	// What links have.
	"port-neighbour": {lan, func(s *state.State) {
		sw := s.Namespaces["x.sw"]
		sw.Neighbours = state.Neighbours{{Dev: "eth1", Address: netip.MustParseAddr("10.0.0.9"), MAC: topo.MAC{2, 0, 0, 0, 0, 9}}}
	}},
	"neighbours": {twoLinks, func(s *state.State) {
		r := s.Namespaces["x.r"]
		r.Neighbours = state.Neighbours{
			{Dev: "eth0", Address: netip.MustParseAddr("10.0.0.1"), MAC: topo.MAC{2, 0, 0, 0, 0, 9}},
			{Dev: "eth1", Address: netip.MustParseAddr("10.0.0.5"), MAC: topo.MAC{2, 0, 0, 0, 0, 8}},
		}
	}},
	"unreachable-gateway": {pair, func(s *state.State) {
		a := s.Namespaces["x.a"]
		a.Routes = append(a.Routes,
			state.Route{To: netip.MustParsePrefix("198.51.100.0/24"), Via: netip.MustParseAddr("192.0.2.1"), Dev: "eth0"},
			state.Route{To: netip.MustParsePrefix("203.0.113.0/24"), Via: netip.MustParseAddr("10.0.0.2"), Dev: "eth0"})
	}},

	// Namespaces.
	"named-host": {pair, func(s *state.State) { move(s, "b", "host") }},
	"named-all-linked": {`{name: x, addressing: {ipv6: none}, links: [["host:vl0", a, {subnet: 192.0.2.0/30}], [a, b]]}`, func(s *state.State) {
		move(s, "b", "all")
	}},
	"named-all-twice": {`{name: x, addressing: {ipv6: none}, nodes: {c: {}}, links: [[a, b]]}`, func(s *state.State) {
		move(s, "a", "all")
		move(s, "c", "all-ns")
	}},
	"invalid-namespace": {twoLinks, func(s *state.State) {
		move(s, "a", "a/b")
		lo := s.Namespaces["a/b"].Links[state.Lo]
		lo.Addresses = append(lo.Addresses, netip.MustParsePrefix("192.0.2.9/32"))
	}},
	"prefix-host": {pair, func(s *state.State) { move(s, "b", "x.host") }},
	"prefix-all":  {pair, func(s *state.State) { move(s, "b", "x.all") }},
	"prefix-none": {pair, func(s *state.State) { move(s, "b", "x.") }},
	"host-lo": {`{name: x, addressing: {ipv6: none}, links: [["host:vl0", a, {subnet: 192.0.2.0/30}]]}`, func(s *state.State) {
		s.Namespaces[state.Host].Links[state.Lo] = &state.Link{
			Name: state.Lo, Kind: state.Loopback{}, MTU: state.LoMTU, Up: true,
			Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.9/32")},
		}
	}},
	"host-filter": {`{name: x, addressing: {ipv6: none}, nodes: {a: {nftables: "table ip f { }"}}, links: [["host:vl0", a, {subnet: 192.0.2.0/30}]]}`, func(s *state.State) {
		s.Namespaces[state.Host].Nftables = s.Namespaces["x.a"].Nftables
	}},
}

func TestLosses(t *testing.T) {
	for name, c := range lossCases {
		t.Run(name, func(t *testing.T) {
			lab, err := compile.Compile(topo.MustParse(c.lab))
			if err != nil {
				t.Fatal(err)
			}
			s := lab.State.Clone()
			c.change(s)
			golden.Compare(t, "testdata/"+name+".golden", written(t, s, decompile.Options{Name: "x"}))
		})
	}
}

// The host namespace is in the file only if a link or route of it is.
func TestHostWithoutLinks(t *testing.T) {
	lab, err := compile.Compile(topo.MustParse(pair))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := decompile.Decompile(lab.State, decompile.Options{Name: "x"})
	host := lab.State.Add(state.Host)
	host.Links[state.Lo] = &state.Link{Name: state.Lo, Kind: state.Loopback{}, MTU: state.LoMTU, Up: true}
	got, losses := decompile.Decompile(lab.State, decompile.Options{Name: "x"})
	if len(losses) > 0 || string(got.Format()) != string(want.Format()) {
		t.Errorf("got %v and\n%s", losses, got.Format())
	}
}
