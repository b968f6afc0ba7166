//go:build linux

package kernel_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// The dump of a State equals the dump of the kernel.
func TestModelDumpAgreesWithKernel(t *testing.T) {
	netnstest.Need(t)
	a, b, sw := netnstest.Name(t, "a"), netnstest.Name(t, "b"), netnstest.Name(t, "s")
	at := func(ns, link string) state.Endpoint { return state.Endpoint{Namespace: ns, Link: link} }
	end := func(ns, link string, n int) plan.VethEnd {
		return plan.VethEnd{Link: at(ns, link), Index: n, MAC: topo.MAC{2, 0, 0, 0, 0, byte(n)}}
	}
	prefix := netip.MustParsePrefix
	p := plan.Plan{
		plan.AddNamespace{Name: a},
		plan.AddNamespace{Name: b},
		plan.AddNamespace{Name: sw},
		plan.AddLink{Link: at(sw, "br0"), Index: 90, MAC: topo.MAC{2, 0, 0, 0, 0, 90}, Kind: state.Bridge{}},
		plan.AddVeth{Ends: [2]plan.VethEnd{end(a, "eth0", 100), end(sw, "p0", 101)}},
		plan.AddVeth{Ends: [2]plan.VethEnd{end(b, "eth0", 102), end(sw, "p1", 103)}},
		plan.AddVeth{Ends: [2]plan.VethEnd{end(a, "x", 104), end(a, "y", 105)}},
		plan.SetLink{Link: at(a, state.Lo), Up: new(true), Alias: new("a note")},
		plan.SetLink{Link: at(a, "eth0"), AutoLinkLocal: new(false)},
		plan.SetLink{Link: at(sw, "p0"), AutoLinkLocal: new(false), Master: new("br0")},
		plan.SetLink{Link: at(sw, "br0"), AutoLinkLocal: new(false)},
		plan.SetLink{Link: at(a, "eth0"), Up: new(true)},
		plan.SetLink{Link: at(sw, "p0"), Up: new(true)},
		plan.SetLink{Link: at(sw, "br0"), Up: new(true)},
		plan.SetLink{Link: at(b, "eth0"), AutoLinkLocal: new(false)},
		plan.SetLink{Link: at(b, "eth0"), Up: new(true)},
		plan.AddAddress{Link: at(a, "eth0"), Address: prefix("10.0.0.1/24")},
		plan.AddAddress{Link: at(a, "eth0"), Address: prefix("10.0.0.2/24")},
		plan.AddAddress{Link: at(a, "eth0"), Address: prefix("192.0.2.1/32")},
		plan.AddAddress{Link: at(a, "eth0"), Address: prefix("fd00::1/64")},
		plan.AddAddress{Link: at(a, "eth0"), Address: prefix("fe80::5/64")},
		plan.AddAddress{Link: at(b, "eth0"), Address: prefix("10.0.0.3/24")},
		plan.AddRoute{Namespace: a, Route: state.Route{To: prefix("0.0.0.0/0"), Via: netip.MustParseAddr("10.0.0.9"), Dev: "eth0"}},
		plan.AddRoute{Namespace: a, Route: state.Route{To: prefix("10.9.0.0/16"), Dev: "eth0", Metric: 7}},
		plan.AddRoute{Namespace: a, Route: state.Route{To: prefix("fd09::/64"), Via: netip.MustParseAddr("fd00::9"), Dev: "eth0"}},
	}
	t.Cleanup(func() {
		if err := netns.Remove(a, b, sw); err != nil {
			t.Error(err)
		}
	})
	if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	s := state.New()
	if err := p.Apply(s); err != nil {
		t.Fatal(err)
	}
	if err := kernel.Settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{a, b, sw} {
		want, d := withoutDetails(dump.Model(s, name)), ""
		// The kernel updates the carrier a moment later.
		for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			seen, err := kernel.Dump(name)
			if err != nil {
				t.Fatal(err)
			}
			d = cmp.Diff(withoutDetails(seen), want, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), cmpopts.EquateEmpty())
			if d == "" || time.Now().After(end) {
				break
			}
		}
		if d != "" {
			t.Errorf("%s (-kernel +model):\n%s", name, d)
		}
	}
}

// withoutDetails returns the parts of a dump that ip shows without options.
func withoutDetails(ns *dump.Namespace) dump.Namespace {
	e := dump.Namespace{Name: ns.Name}
	for _, l := range ns.Links {
		if dump.Fallback(l.Name, l.Kind) {
			continue
		}
		// The nsid of a peer's namespace depends on the order of creation: its name is
		// compared.
		if l.ParentNetns != nil {
			l.Alias += ns.Peers[*l.ParentNetns]
		}
		// Kernels differ in which of the links they report as down.
		if l.OperState == "lowerlayerdown" {
			l.OperState = "down"
		}
		e.Links = append(e.Links, dump.Link{
			Index: l.Index, Name: l.Name, Kind: l.Kind, Type: l.Type, Flags: l.Flags, OperState: l.OperState, MTU: l.MTU,
			Address: l.Address, Broadcast: l.Broadcast, Master: l.Master, Parent: l.Parent, Qdisc: l.Qdisc, TxQueueLen: l.TxQueueLen,
			Group: l.Group, Mode: l.Mode, Alias: l.Alias, AddrGenMode: l.AddrGenMode,
		})
	}
	for _, a := range ns.Addresses {
		a.Protocol = 0
		e.Addresses = append(e.Addresses, a)
	}
	slices.SortFunc(e.Addresses, func(a, b dump.Address) int { return state.ComparePrefixes(a.Prefix, b.Prefix) })
	for _, r := range ns.Routes {
		if r.Table == 254 && !r.To.Addr().IsMulticast() {
			r.Pref = 0
			e.Routes = append(e.Routes, r)
		}
	}
	slices.SortFunc(e.Routes, func(a, b dump.Route) int { return state.ComparePrefixes(a.To, b.To) })
	return e
}
