package state_test

import (
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

func TestEgress(t *testing.T) {
	ns := &state.Namespace{Links: map[string]*state.Link{
		"e1": {Name: "e1", Up: true, Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.1/24"), netip.MustParsePrefix("fd00::1/64")}},
		"e2": {Name: "e2", Up: true, Addresses: state.Addresses{netip.MustParsePrefix("10.1.0.1/16")}},
		"e3": {Name: "e3", Addresses: state.Addresses{netip.MustParsePrefix("10.3.0.1/16")}},
	}}
	for _, r := range []state.Route{
		{To: netip.MustParsePrefix("0.0.0.0/0"), Dev: "e2", Metric: 100},
		{To: netip.MustParsePrefix("0.0.0.0/0"), Dev: "e1", Metric: 50},
		{To: netip.MustParsePrefix("10.1.2.0/24"), Dev: "e1"},
		{To: netip.MustParsePrefix("10.9.0.0/16"), Dev: "e3"},
	} {
		ns.Routes = ns.Routes.Set(r)
	}
	for to, want := range map[string]string{
		"10.0.0.9": "e1", "10.1.0.9": "e2", "10.1.2.9": "e1", // on-link, on-link, the longer prefix
		"192.0.2.1": "e1",                   // the lower metric
		"10.3.0.9":  "e1", "10.9.0.1": "e1", // e3 is down
		"fd00::2": "e1", "fd01::1": "",
	} {
		name := ""
		if l := ns.Egress(netip.MustParseAddr(to)); l != nil {
			name = l.Name
		}
		if name != want {
			t.Errorf("to %s: %q, want %q", to, name, want)
		}
	}
}
