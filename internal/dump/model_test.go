package dump_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// cabled is a veth from the host namespace to ns1 without indexes.
func cabled(up bool) *state.State {
	s := state.New()
	host, ns1 := s.Add(state.Host), s.Add("ns1")
	host.Links["v0"] = &state.Link{Name: "v0", Kind: state.Veth{Peer: state.Endpoint{Namespace: "ns1", Link: "eth0"}}, MTU: 1500, Up: true}
	ns1.Links["eth0"] = &state.Link{
		Name: "eth0", Kind: state.Veth{Peer: state.Endpoint{Namespace: state.Host, Link: "v0"}}, MTU: 1500, Up: up,
		MAC: topo.MAC{2, 0, 0, 0, 0, 1}, AutoLinkLocal: true, Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.1/24")},
	}
	ns1.Links["a"] = &state.Link{Name: "a", Index: 2, Kind: state.Bridge{}, MTU: 1500}
	return s
}

func TestModel(t *testing.T) {
	ns := dump.Model(cabled(true), "ns1")
	var links []string
	for _, l := range ns.Links {
		links = append(links, fmt.Sprintf("%d:%s@%d %s", l.Index, l.Name, l.Parent, l.OperState))
	}
	if want := []string{"1:lo@0 down", "2:a@0 down", "3:eth0@2 up"}; !slices.Equal(links, want) {
		t.Errorf("links %q, want %q", links, want)
	}
	var addresses []string
	for _, a := range ns.Addresses {
		addresses = append(addresses, a.Prefix.String())
	}
	if want := []string{"10.0.0.1/24", "fe80::ff:fe00:1/64"}; !slices.Equal(addresses, want) {
		t.Errorf("addresses %q, want %q", addresses, want)
	}
	wantRoutes := []string{
		"10.0.0.0/24 table 254 type 1", "fe80::/64 table 254 type 1", "10.0.0.1/32 table 255 type 2", "10.0.0.255/32 table 255 type 3",
		"fe80::ff:fe00:1/128 table 255 type 2", "ff00::/8 table 255 type 5",
	}
	if got := routes(ns); !slices.Equal(got, wantRoutes) {
		t.Errorf("routes %q, want %q", got, wantRoutes)
	}
	if len(ns.Rules) != 5 {
		t.Errorf("rules %v", ns.Rules)
	}

	// The host namespace has no name, only an nsid.
	if eth0 := ns.LinkNamed("eth0"); eth0.ParentNetns == nil || len(ns.Peers) != 0 {
		t.Errorf("eth0 is %+v, peers %v, want an nsid without a name", eth0, ns.Peers)
	}
	host := dump.Model(cabled(true), state.Host)
	if v0 := host.LinkNamed("v0"); v0.Parent != 3 || host.Peers[*v0.ParentNetns] != "ns1" {
		t.Errorf("v0 is %+v, peers %v, want the peer 3 in ns1", v0, host.Peers)
	}
}

func routes(ns *dump.Namespace) []string {
	var list []string
	for _, r := range ns.Routes {
		list = append(list, fmt.Sprintf("%s table %d type %d", r.To, r.Table, r.Type))
	}
	return list
}

func TestModelWithoutCarrier(t *testing.T) {
	v0 := dump.Model(cabled(false), state.Host).LinkNamed("v0")
	if !v0.Flags.Has(dump.Up) || v0.Flags.Has(dump.Running) || v0.OperState != "lowerlayerdown" {
		t.Errorf("%+v", v0)
	}
	ns := dump.Model(cabled(false), "ns1")
	if got, want := routes(ns), []string{"10.0.0.1/32 table 255 type 2"}; !slices.Equal(got, want) || len(ns.Addresses) != 1 {
		t.Errorf("routes %q, want %q; addresses %v", got, want, ns.Addresses)
	}
}

func TestModelOfUnknownNamespace(t *testing.T) {
	if ns := dump.Model(state.New(), "ns1"); ns.Name != "ns1" || len(ns.Links) != 0 {
		t.Errorf("%+v", ns)
	}
}
