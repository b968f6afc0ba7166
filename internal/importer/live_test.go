package importer_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/internal/xtables"
	"github.com/vethlab/vethlab/topo"
)

// machine returns a machine on which a State runs and nothing else.
func machine(s *state.State) importer.Machine {
	m := importer.Machine{State: s, Facts: map[string]importer.Facts{}, Others: map[string]string{}}
	if s.Namespace(state.Host) == nil {
		s.Add(state.Host)
	}
	for name := range s.Namespaces {
		m.Facts[name] = importer.Facts{Namespace: dump.Model(s, name), SetMACs: map[string]bool{}}
	}
	return m
}

// What a lab makes is all in the file.
func TestLiveOfALab(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab, err := compile.Compile(topotest.Draw(t, topotest.Options{HostLinks: true}))
		if err != nil {
			t.Skip(err)
		}
		for _, ns := range lab.State.Namespaces {
			if ownGateway(ns) {
				t.Skip("the kernel refuses such a route")
			}
		}
		r, err := importer.Live(lab.Name, machine(lab.State), nil, false)
		if err != nil {
			if len(lab.State.Names()) < 2 {
				t.Skip(err)
			}
			t.Fatal(err)
		}
		if lost := r.Lost(); len(lost) > 0 {
			t.Fatalf("%v\n%s", lost, r.File())
		}
	})
}

// running is the lab that facts are added to, with a router r between two hosts and a
// switch s.
func running(t *testing.T) importer.Machine {
	t.Helper()
	lab, err := compile.Compile(topo.MustParse(`{name: x, nodes: {r: {kind: router}, s: {kind: switch}}, links: [[a, r], [b, s], [c, s], [s, r]]}`))
	if err != nil {
		t.Fatal(err)
	}
	return machine(lab.State)
}

// facts are those of one namespace each that no lab file says, with what is said of them.
var facts = map[string]struct {
	node string
	add  func(f *importer.Facts)
	want string
}{
	"arp":            {"a", func(f *importer.Facts) { f.LinkNamed("eth0").Flags |= dump.NoARP }, "x.a:eth0: arp off"},
	"promisc":        {"a", func(f *importer.Facts) { f.LinkNamed("eth0").Flags |= 0x100 }, "x.a:eth0: promisc on"},
	"multicast":      {"a", func(f *importer.Facts) { f.LinkNamed("eth0").Flags &^= dump.Multicast }, "x.a:eth0: multicast off"},
	"group":          {"a", func(f *importer.Facts) { f.LinkNamed("eth0").Group = 5 }, "x.a:eth0: group 5"},
	"altname":        {"a", func(f *importer.Facts) { f.LinkNamed("eth0").AltNames = []string{"wan"} }, "x.a:eth0: altnames wan"},
	"txqlen":         {"a", func(f *importer.Facts) { f.LinkNamed("eth0").TxQueueLen = 1 }, "x.a:eth0: txqlen 1"},
	"dormant":        {"a", func(f *importer.Facts) { f.LinkNamed("eth0").OperState = "dormant" }, "x.a:eth0: state dormant"},
	"token":          {"a", func(f *importer.Facts) { f.LinkNamed("eth0").Other = "token ::5" }, "x.a:eth0: token ::5"},
	"unknown":        {"a", func(f *importer.Facts) { f.LinkNamed("lo").Other = "IFLA_99 7" }, "x.a:lo: IFLA_99 7"},
	"initcwnd":       {"a", func(f *importer.Facts) { given(f).Other = "initcwnd 20" }, "initcwnd 20: lab files do not support initcwnd 20"},
	"expires":        {"a", func(f *importer.Facts) { given(f).Expires = 900 }, "lab files do not support expires"},
	"nexthop":        {"a", func(f *importer.Facts) { connected(f).Other = "nhid 5" }, "nhid 5: lab files do not support nhid 5"},
	"lo":             {"a", func(f *importer.Facts) { f.LinkNamed("lo").Group = 5 }, "x.a:lo: group 5"},
	"addrgenmode":    {"a", func(f *importer.Facts) { f.LinkNamed("eth0").AddrGenMode = 3 }, "x.a:eth0: addr_gen_mode 3"},
	"ageing":         {"s", func(f *importer.Facts) { edit(f, func(b *dump.Bridge) { b.AgeingTime = 0 }) }, "x.s:br0: ageing_time 0"},
	"hello":          {"s", func(f *importer.Facts) { edit(f, func(b *dump.Bridge) { b.HelloTime = 100 }) }, "x.s:br0: hello_time 100"},
	"priority":       {"s", func(f *importer.Facts) { edit(f, func(b *dump.Bridge) { b.Priority = 4096 }) }, "x.s:br0: priority 4096"},
	"vlans":          {"s", func(f *importer.Facts) { edit(f, func(b *dump.Bridge) { b.VLANFiltering = true }) }, "x.s:br0: vlan_filtering on"},
	"groups":         {"s", func(f *importer.Facts) { edit(f, func(b *dump.Bridge) { b.GroupForwardMask = 16384 }) }, "x.s:br0: group_fwd_mask 16384"},
	"hairpin":        {"s", func(f *importer.Facts) { port(f).Hairpin = true }, "x.s:eth0: hairpin on"},
	"isolated":       {"s", func(f *importer.Facts) { port(f).Isolated = true }, "x.s:eth0: isolated on"},
	"learning":       {"s", func(f *importer.Facts) { port(f).Learning = false }, "x.s:eth0: learning off"},
	"cost":           {"s", func(f *importer.Facts) { port(f).Cost = 77 }, "x.s:eth0: cost 77"},
	"blocking":       {"s", func(f *importer.Facts) { port(f).State = 4 }, "x.s:eth0: state 4"},
	"noprefixroute":  {"a", func(f *importer.Facts) { address(f).Flags |= 0x200 }, "noprefixroute"},
	"peer":           {"a", func(f *importer.Facts) { address(f).Peer = netip.MustParseAddr("10.9.9.9") }, "peer 10.9.9.9"},
	"brd":            {"a", func(f *importer.Facts) { address(f).Broadcast = netip.MustParseAddr("10.0.255.255") }, "broadcast 10.0.255.255"},
	"label":          {"a", func(f *importer.Facts) { address(f).Label = "eth0:1" }, `label "eth0:1"`},
	"scope":          {"a", func(f *importer.Facts) { address(f).Scope = 253 }, "scope 253"},
	"lifetime":       {"a", func(f *importer.Facts) { address(f).Valid = 3600 }, "valid_lft 3600"},
	"address metric": {"a", func(f *importer.Facts) { address(f).Metric = 9 }, "metric 9"},
	"address proto":  {"a", func(f *importer.Facts) { address(f).Protocol = 99 }, "protocol 99"},
	"mtu of route":   {"a", func(f *importer.Facts) { given(f).MTU = 1400 }, "mtu 1400"},
	"src":            {"a", func(f *importer.Facts) { given(f).Source = netip.MustParseAddr("10.0.0.1") }, "prefsrc 10.0.0.1"},
	"proto":          {"a", func(f *importer.Facts) { given(f).Protocol = 4 }, "protocol 4"},
	"onlink":         {"a", func(f *importer.Facts) { given(f).Flags |= 4 }, "onlink"},
	"blackhole":      {"a", func(f *importer.Facts) { given(f).Type = 6 }, "route blackhole "},
	"tos":            {"a", func(f *importer.Facts) { given(f).TOS = 16 }, "tos 0x10"},
	"multipath": {"a", func(f *importer.Facts) {
		given(f).Hops = []dump.Hop{{Via: netip.MustParseAddr("10.0.0.9"), Weight: 1}}
	}, "nexthop via 10.0.0.9"},
	"table": {"a", func(f *importer.Facts) {
		f.Routes = append(f.Routes, dump.Route{To: netip.MustParsePrefix("10.77.0.0/16"), Table: 7, Protocol: 3, Type: 1, Index: 2})
	}, "table 7"},
	"deleted route": {"a", func(f *importer.Facts) {
		f.Routes = slices.DeleteFunc(f.Routes, func(r dump.Route) bool { return r.Protocol == 2 && r.Table == 254 && r.To.Addr().Is4() })
	}, "the kernel adds this route, but it is missing"},
	"deleted address": {"a", func(f *importer.Facts) {
		f.Addresses = slices.DeleteFunc(f.Addresses, func(a dump.Address) bool { return a.Prefix.Addr().IsLoopback() && a.Prefix.Addr().Is4() })
	}, "x.a:lo: 127.0.0.1/8"},
	"rule": {"a", func(f *importer.Facts) {
		f.Rules = append(f.Rules, dump.Rule{Family: 2, Priority: 5, From: netip.MustParsePrefix("10.0.0.1/32"), Table: 7, Action: 1})
	}, "rule 5: from 10.0.0.1 lookup 7"},
	"deleted rule": {"a", func(f *importer.Facts) { f.Rules = f.Rules[1:] }, "rule 0 of table 255"},
	"default rule twice": {"a", func(f *importer.Facts) {
		f.Rules = append(f.Rules, dump.Rule{Family: 2, Priority: 32766, Table: 254, Action: 1, Other: "suppress_ifgroup 5"})
	}, "rule 32766: from all suppress_ifgroup 5 lookup main"},
	"managed neighbour": {"a", func(f *importer.Facts) {
		f.Neighbours = append(f.Neighbours, dump.Neighbour{Index: index(f, "eth0"), To: netip.MustParseAddr("10.0.0.9"), State: 1, Other: "flags managed"})
	}, "neigh 10.0.0.9 dev eth0 INCOMPLETE flags managed"},
	"proxy": {"a", func(f *importer.Facts) {
		f.Neighbours = append(f.Neighbours, dump.Neighbour{Index: index(f, "eth0"), To: netip.MustParseAddr("10.0.0.9"), Proxy: true, Flags: 8})
	}, "neigh 10.0.0.9 dev eth0 proxy"},
	"noarp neighbour": {"a", func(f *importer.Facts) {
		f.Neighbours = append(f.Neighbours, dump.Neighbour{Index: index(f, "eth0"), To: netip.MustParseAddr("10.0.0.9"), Address: dump.HWAddr{2, 0, 0, 0, 0, 9}, State: 0x40})
	}, "neigh 10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09"},
	"static fdb": {"s", func(f *importer.Facts) {
		f.FDB = append(f.FDB, dump.FDBEntry{Address: dump.HWAddr{2, 0, 0, 0, 0, 9}, Index: index(f, "eth0"), Master: index(f, "br0"), State: 0x40})
	}, "x.s:eth0: fdb mac 02:00:00:00:00:09"},
	"object": {"a", func(f *importer.Facts) {
		f.Objects = []dump.Object{{Kind: "nexthop", Link: index(f, "eth0"), Text: "id 5 via 10.0.0.2"}, {Kind: "mdb", Link: 99, Text: "of a link that is not imported"}}
	}, "x.a:eth0: nexthop id 5 via 10.0.0.2: lab files do not support it"},
	"object without a link": {"a", func(f *importer.Facts) { f.Objects = []dump.Object{{Kind: "xfrm policy", Text: "default block"}} }, "x.a: xfrm policy default block"},
	"qdisc": {"a", func(f *importer.Facts) {
		f.Qdiscs = []dump.Qdisc{{Index: index(f, "eth0"), Kind: "tbf", Handle: 0x80010000, Parent: dump.QdiscRoot, Refs: 2}}
	}, "qdisc tbf 8001: dev eth0 root"},
	"legacy rule": {"a", func(f *importer.Facts) {
		f.Xtables = legacyFilter(xtables.Chain{Name: "INPUT", Policy: "ACCEPT", Rules: []xtables.Rule{{Text: "-p udp -j DROP", Target: "DROP"}}})
	}, "x.a: iptables-legacy -t filter -A INPUT -p udp -j DROP"},
	"legacy policy": {"a", func(f *importer.Facts) {
		f.Xtables = legacyFilter(xtables.Chain{Name: "INPUT", Policy: "DROP"}, xtables.Chain{Name: "OUTPUT", Policy: "ACCEPT"})
	}, "x.a: iptables-legacy -t filter -P INPUT DROP"},
	"unread legacy table": {"a", func(f *importer.Facts) {
		f.Xtables = []xtables.Table{{Family: xtables.ARP, Name: "filter", Unread: "cannot be read: too big"}}
	}, "x.a: the table filter of legacy arptables: cannot be read: too big"},
}

// legacyFilter is a table filter of legacy iptables.
func legacyFilter(chains ...xtables.Chain) []xtables.Table {
	return []xtables.Table{{Family: xtables.IPv4, Name: "filter", Chains: chains}}
}

func edit(f *importer.Facts, change func(*dump.Bridge)) {
	l := f.LinkNamed("br0")
	b, _ := l.Info.(dump.Bridge)
	change(&b)
	l.Info = b
}

func port(f *importer.Facts) *dump.Port {
	l := f.LinkNamed("eth0")
	l.Port = dump.NewPort()
	return l.Port
}

func address(f *importer.Facts) *dump.Address {
	return &f.Addresses[slices.IndexFunc(f.Addresses, func(a dump.Address) bool {
		return a.Index == index(f, "eth0") && a.Prefix.Addr().Is4()
	})]
}

func given(f *importer.Facts) *dump.Route {
	return &f.Routes[slices.IndexFunc(f.Routes, func(r dump.Route) bool { return r.Protocol == 3 })]
}

// connected returns the route of an address.
func connected(f *importer.Facts) *dump.Route {
	return &f.Routes[slices.IndexFunc(f.Routes, func(r dump.Route) bool { return r.Protocol == 2 && r.Table == 254 && r.To.Addr().Is4() })]
}

func index(f *importer.Facts, link string) int { return f.LinkNamed(link).Index }

// Each fact that a user decided and that no lab file says is a note that counts, and
// nothing else is.
func TestEveryFactIsSaid(t *testing.T) {
	for name, c := range facts {
		t.Run(name, func(t *testing.T) {
			m := running(t)
			f := m.Facts["x."+c.node]
			c.add(&f)
			m.Facts["x."+c.node] = f
			r, err := importer.Live("", m, nil, false)
			if err != nil {
				t.Fatal(err)
			}
			lost := r.Lost()
			if len(lost) != 1 || !strings.Contains(lost[0].String(), c.want) {
				t.Errorf("lost are %q, want one with %q", lost, c.want)
			}
			if len(lost) == 1 && !strings.Contains(string(r.File()), "# not imported: "+lost[0].String()) {
				t.Errorf("the file does not say it:\n%s", r.File())
			}
		})
	}
}

// Routes and neighbours that the kernel learns are not reported as lost.
func TestWhatTheKernelMakesIsNotSaid(t *testing.T) {
	m := running(t)
	f := m.Facts["x.a"]
	l := f.LinkNamed("eth0")
	l.OperState, l.Promiscuity, l.TxQueues, l.MinMTU, l.GSOMaxSize, l.Stats = "lowerlayerdown", 2, 8, 68, 65536, &dump.Stats{RxBytes: 9}
	l.Flags ^= dump.Running | dump.LowerUp
	to, mac := netip.MustParseAddr("10.0.0.9"), dump.HWAddr{2, 0, 0, 0, 0, 9}
	f.Neighbours = append(f.Neighbours,
		dump.Neighbour{Index: l.Index, To: to, Address: mac, State: 2}, dump.Neighbour{Index: l.Index, To: to, State: 0x20},
		dump.Neighbour{Index: l.Index, To: netip.MustParseAddr("ff02::1"), Address: dump.HWAddr{0x33, 0x33, 0, 0, 0, 1}, State: 0x40})
	f.Routes = append(f.Routes,
		dump.Route{To: netip.MustParsePrefix("fd77::/64"), Protocol: 2, Table: 254, Type: 1, Index: l.Index, Expires: 9},
		dump.Route{To: netip.MustParsePrefix("::/0"), Protocol: 9, Table: 254, Type: 1, Index: l.Index})
	f.Addresses = append(f.Addresses, dump.Address{Index: l.Index, Prefix: netip.MustParsePrefix("fd77::9/64"), Protocol: 2, Valid: 3600})
	f.Qdiscs = []dump.Qdisc{{Index: l.Index, Kind: "noqueue", Parent: dump.QdiscRoot, Refs: 2}}
	m.Facts["x.a"] = f
	r, err := importer.Live("", m, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if lost := r.Lost(); len(lost) > 0 {
		t.Errorf("%q", lost)
	}
}

// A MAC that somebody set is in the file; the kernel chooses the others, and udev sets
// those of the host. Where it is not known who set them, all are kept.
func TestLiveSetMACs(t *testing.T) {
	s := running(t).State
	for _, ns := range s.Namespaces {
		if lo := ns.Links[state.Lo]; lo != nil {
			lo.Alias = "" // of no lab
		}
	}
	s.Namespaces["x.a"].Links["eth0"].MAC, _ = topo.ParseMAC("02:00:00:00:00:07")
	m := machine(s)
	f := m.Facts["x.a"]
	f.SetMACs = map[string]bool{"eth0": true}
	m.Facts["x.a"] = f
	r, err := importer.Live("", m, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(r.File()); !strings.Contains(text, `mac: "02:00:00:00:00:07"`) && !strings.Contains(text, "mac: 02:00:00:00:00:07") || strings.Count(text, "mac:") != 1 {
		t.Error(text)
	}
	for name, f := range m.Facts {
		f.SetMACs = nil
		m.Facts[name] = f
	}
	if r, err = importer.Live("", m, nil, false); err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, ns := range s.Namespaces {
		for name, l := range ns.Links {
			if name != state.Lo && ns.Name != state.Host && !l.MAC.IsZero() {
				links++
			}
		}
	}
	if text := string(r.File()); links < 2 || strings.Count(text, "mac:") != links {
		t.Errorf("of %d links:\n%s", links, text)
	}
}

// A further sort of object that is read needs its row in surplusThings.
func TestFactsHaveEveryObject(t *testing.T) {
	compared := map[string]bool{}
	for f := range reflect.TypeFor[importer.Facts]().Fields() {
		compared[f.Name] = true
	}
	for f := range reflect.TypeFor[dump.Namespace]().Fields() {
		compared[f.Name] = true
	}
	want := []string{"Namespace", "Qdiscs", "Sysctls", "SetMACs", "Xtables", "Name", "Links", "Addresses", "Routes", "Rules", "Neighbours", "FDB", "Peers", "Objects", "Owner", "Cuts"}
	for _, name := range want {
		delete(compared, name)
	}
	if len(compared) > 0 {
		t.Errorf("nothing compares %v", compared)
	}
}

// Sysctls that differ from a new namespace are in the file.
func TestLiveSysctls(t *testing.T) {
	m := running(t)
	f := m.Facts["x.a"]
	f.Sysctls = []dump.Setting{
		{Key: "net.ipv4.conf.eth0.rp_filter", Value: "2", Default: "0"},
		{Key: "net.ipv4.tcp_rmem", Value: "4096 8192 9000"},
		{Key: "net.ipv4.conf.gone.rp_filter", Value: "1"},
		{Key: "net.ipv4.ping_group_range", Value: "0 2147483647"},
	}
	m.Facts["x.a"] = f
	r, err := importer.Live("", m, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"net.ipv4.conf.eth0.rp_filter": "2", "net.ipv4.tcp_rmem": "4096 8192 9000"}
	if got := r.Topology.Node("a").Sysctls; fmt.Sprint(got) != fmt.Sprint(want) || len(r.Lost()) > 0 {
		t.Errorf("sysctls are %v, want %v; lost: %q", got, want, r.Lost())
	}
}

// A namespace with two names is imported once, by the name that was given.
func TestLiveOfTwoNames(t *testing.T) {
	for _, c := range []struct{ names, want, lost string }{
		{"one zz", "one", "zz: another name of the namespace one"},
		{"zz one", "zz", "one: another name of the namespace zz"},
		{"zz b", "b zz", ""},
		{"one one b", "b one", ""},
		{"", "b one", "zz: another name of the namespace one"},
	} {
		s := state.New()
		host, one, b := s.Add(state.Host), s.Add("one"), s.Add("b")
		one.Links["e"] = &state.Link{Name: "e", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Namespace: "b", Link: "e"}}, AutoLinkLocal: true}
		b.Links["e"] = &state.Link{Name: "e", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Namespace: "one", Link: "e"}}, AutoLinkLocal: true}
		one.Links["u"] = &state.Link{Name: "u", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Link: "h"}}, AutoLinkLocal: true}
		host.Links["h"] = &state.Link{Name: "h", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Namespace: "one", Link: "u"}}, AutoLinkLocal: true}
		m := machine(s)
		twin := s.Clone().Namespaces["one"]
		twin.Name = "zz"
		s.Namespaces["zz"] = twin
		m.Others["zz"] = "one"
		r, err := importer.Live("", m, strings.Fields(c.names), false)
		if err != nil {
			t.Fatal(err)
		}
		var nodes []string
		for _, n := range r.Topology.Nodes {
			if n.Name != topo.HostNode {
				nodes = append(nodes, n.Name)
			}
		}
		for _, l := range r.Topology.Links { // nodes that say nothing else are in links only
			for _, e := range l.Endpoints {
				if e.Node != topo.HostNode && !slices.Contains(nodes, e.Node) {
					nodes = append(nodes, e.Node)
				}
			}
		}
		slices.Sort(nodes)
		var lost []string
		for _, n := range r.Lost() {
			if !strings.Contains(n.String(), "its peer is in n") {
				lost = append(lost, n.String())
			}
		}
		if got := strings.Join(nodes, " "); got != c.want || strings.Join(lost, "; ") != c.lost {
			t.Errorf("%q: nodes %q, want %q; lost %q, want %q\n%s", c.names, got, c.want, lost, c.lost, r.File())
		}
	}
}

// Namespaces deleted after the listing are reported, and a name of the host is an error.
func TestLiveGone(t *testing.T) {
	m := running(t)
	delete(m.Facts, "x.a")
	r, err := importer.Live("", m, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if lost := r.Lost(); len(lost) != 1 || !strings.Contains(lost[0].String(), "deleted while it was read") {
		t.Errorf("%q", lost)
	}
	m = running(t)
	m.State.Add("mine")
	m.Others["mine"] = state.Host
	if _, err := importer.Live("", m, []string{"mine"}, false); err == nil || !strings.Contains(err.Error(), "it is the host namespace") {
		t.Errorf("%v", err)
	}
}

// Links of the host that no namespace is connected to are said to be left out, unless
// --all imports them.
func TestLiveHostOnly(t *testing.T) {
	m := running(t)
	host := m.State.Namespaces[state.Host]
	host.Links["v1"] = &state.Link{Name: "v1", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Link: "v2"}}, AutoLinkLocal: true}
	host.Links["v2"] = &state.Link{Name: "v2", MTU: 1500, Kind: state.Veth{Peer: state.Endpoint{Link: "v1"}}, AutoLinkLocal: true}
	host.Links["br9"] = &state.Link{Name: "br9", MTU: 1500, Kind: state.Bridge{}, AutoLinkLocal: true}
	m.Facts[state.Host] = importer.Facts{Namespace: dump.Model(m.State, state.Host)}
	for all, want := range map[bool]int{false: 3, true: 2} {
		r, err := importer.Live("", m, nil, all)
		if err != nil {
			t.Fatal(err)
		}
		if lost := r.Lost(); len(lost) != want {
			t.Errorf("all %v: %q", all, lost)
		}
	}
}
