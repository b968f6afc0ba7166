package plan_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// stacked is a kind of link with a lower device.
type stacked struct {
	state.Other
	on state.Endpoint
}

func (k stacked) Lower() []state.Endpoint { return []state.Endpoint{k.on} }

func (k stacked) Equal(o state.Kind) bool { return k == o }

func (k stacked) Changes(o state.Kind) ([]state.Change, bool) { return nil, k.Equal(o) }

func (k stacked) Renamed(from, to state.Endpoint) state.Kind {
	if k.on == from {
		k.on = to
	}
	return k
}

func onTopOf(namespace, link string) state.Kind {
	return stacked{state.Other{Name: "macvlan"}, at(namespace, link)}
}

// parsed returns commands of nft(8) as Ops on the namespace h.
func parsed(t *testing.T, text string) plan.Plan {
	t.Helper()
	commands, err := nft.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var p plan.Plan
	for _, c := range commands {
		p = append(p, plan.Nft{Namespace: "h", Command: c})
	}
	return p
}

// The namespace and link of each Op, what it creates, and whether it removes.
func TestOpProperties(t *testing.T) {
	e, f := at("n", "e"), at("m", "f")
	table := parsed(t, "add table ip t; delete table ip t")
	for _, tt := range []struct {
		op                            plan.Op
		at, links                     string
		removes, deletes, makes, ends bool
	}{
		{op: plan.AddNamespace{Name: "n"}, at: "n:", links: "[{n:lo 1 }]", makes: true},
		{op: plan.DelNamespace{Name: "n"}, at: "n:", removes: true, deletes: true, ends: true},
		{op: plan.AddVeth{Ends: [2]plan.VethEnd{{Link: e, Index: 5}, {Link: f, Index: 6, Alias: "x"}}}, at: "n:e", links: "[{n:e 5 } {m:f 6 x}]"},
		{op: plan.AddLink{Link: e, Index: 7, Alias: "x", Kind: state.Bridge{}}, at: "n:e", links: "[{n:e 7 x}]"},
		{op: plan.MoveLink{Link: e, To: f}, at: "n:e", links: "[{m:f 0 }]"},
		{op: plan.MoveLink{Link: at("n", state.Lo), To: at("m", state.Lo)}, at: "n:lo", links: "[{m:lo 0 }]"},
		{op: plan.DelLink{Link: e}, at: "n:e", removes: true, deletes: true},
		{op: plan.SetKind{Link: e}, at: "n:e"},
		{op: plan.SetLink{Link: e}, at: "n:e"},
		{op: plan.SetLink{Link: e, Up: new(true)}, at: "n:e"},
		{op: plan.SetLink{Link: e, Up: new(false)}, at: "n:e", removes: true},
		{op: plan.SetLink{Link: e, Master: new("br")}, at: "n:e"},
		{op: plan.SetLink{Link: e, Master: new("")}, at: "n:e", removes: true},
		{op: plan.SetLink{Link: e, Up: new(true), Master: new("")}, at: "n:e", removes: true},
		{op: plan.AddAddress{Link: e}, at: "n:e"},
		{op: plan.DelAddress{Link: e}, at: "n:e", removes: true},
		{op: plan.FlushAddresses{Link: e}, at: "n:e", removes: true},
		{op: plan.PromoteSecondaries{Link: e}, at: "n:e"},
		{op: plan.AddRoute{Namespace: "n", Route: state.Route{Dev: "e"}}, at: "n:e"},
		{op: plan.DelRoute{Namespace: "n", Route: state.Route{Dev: "e"}}, at: "n:e", removes: true},
		{op: plan.SetSysctl{Namespace: "n"}, at: "n:"},
		{op: table[0], at: "h:"},
		{op: table[1], at: "h:", removes: true},
	} {
		links := ""
		if list := tt.op.Traits().NewLinks; list != nil {
			links = fmt.Sprint(list)
		}
		makes, ends := plan.AboutNamespace(tt.op)
		got := fmt.Sprintln(tt.op.At(), links, tt.op.Traits().Removes, tt.op.Traits().Deletes, makes, ends)
		if want := fmt.Sprintln(tt.at, tt.links, tt.removes, tt.deletes, tt.makes, tt.ends); got != want {
			t.Errorf("%#v: namespace, links, removes, deletes, creates and deletes a namespace:\ngot  %swant %s", tt.op, got, want)
		}
	}
}

// The settings that an Op gives its link.
func TestOpLinkSettings(t *testing.T) {
	bridge := plan.AddLink{Link: at("n", "e"), MTU: 1400, Kind: state.Bridge{}}
	for _, tt := range []struct {
		op    plan.Op
		alias string
		mtu   int
		kind  string
	}{
		{plan.SetLink{Alias: new("x")}, "x", 0, ""},
		{plan.SetLink{MTU: 1300}, "none", 1300, ""},
		{bridge, "none", 1400, "bridge"},
		{plan.AddVeth{}, "none", 0, "veth"},
		{plan.AddNamespace{}, "none", 0, ""},
	} {
		alias := "none"
		if a := tt.op.Traits().Alias; a != nil {
			alias = *a
		}
		mtu, kind := tt.op.Traits().MTU, tt.op.Traits().Kind
		if alias != tt.alias || mtu != tt.mtu || kind != tt.kind {
			t.Errorf("%#v gives the alias %s, the MTU %d, a %q", tt.op, alias, mtu, kind)
		}
	}
	if got := bridge.From(); got != "n" {
		t.Errorf("a bridge is made from %q", got)
	}
	if got := (plan.AddLink{Link: at("n", "e"), Kind: onTopOf("m", "f")}).From(); got != "m" {
		t.Errorf("the upper device of m:f is created in %q", got)
	}
}

func TestCount(t *testing.T) {
	p := plan.Plan{
		plan.AddNamespace{Name: "a"},
		plan.AddNamespace{Name: "b"},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("a", "e")}, {Link: at("b", "e")}}},
		plan.AddLink{Link: at("a", "br"), Kind: state.Bridge{}},
		plan.DelNamespace{Name: "c"},
		plan.SetLink{Link: at("a", "e")},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("a", "f")}, {Link: at("b", "f")}}},
		plan.AddVeth{},
	}
	if namespaces, pairs := p.Count(); namespaces != 2 || pairs != 3 {
		t.Errorf("%d namespaces, %d pairs", namespaces, pairs)
	}
}

func TestNetworks(t *testing.T) {
	p := plan.Plan{
		plan.AddNamespace{Name: "a"},
		plan.AddAddress{Link: at("a", "e"), Address: prefix("10.0.0.1/24")},
		plan.AddAddress{Link: at("a", "e"), Address: prefix("fe80::1/64")},
		plan.AddAddress{Link: at("b", "e"), Address: prefix("10.1.0.1/24")},
		plan.AddRoute{Namespace: "a", Route: state.Route{To: prefix("10.9.0.0/16")}},
		plan.DelRoute{Namespace: "a", Route: state.Route{To: prefix("10.8.0.0/16")}},
	}
	if got := fmt.Sprint(plan.Networks(p, "a")); got != "[10.0.0.0/24 10.9.0.0/16]" {
		t.Errorf("a gets %s", got)
	}
}

// A lab can't change sysctls and packet filter of the host namespace; it can change its
// own links there.
func TestNotOnHost(t *testing.T) {
	for _, tt := range []struct {
		op   plan.Op
		want string
	}{
		{plan.SetSysctl{Key: "net.ipv4.ip_forward", Value: "1"}, "it is a sysctl of the host namespace, which a lab does not change"},
		{plan.Nft{}, "it is the packet filter of the host namespace, which a lab does not change"},
		{plan.SetSysctl{Namespace: "n"}, ""},
		{plan.Nft{Namespace: "n"}, ""},
		{plan.AddAddress{Link: at("", "e")}, ""},
		{plan.SetLink{Link: at("", "e")}, ""},
	} {
		if got := plan.NotOnHost(tt.op); got != tt.want {
			t.Errorf("%#v: %q, want %q", tt.op, got, tt.want)
		}
	}
}

func TestFamilies(t *testing.T) {
	four, six := prefix("10.0.0.1/8"), prefix("fd00::1/64")
	for f, want := range map[plan.Family][2]bool{plan.AllFamilies: {true, true}, plan.IPv4Only: {true, false}, plan.IPv6Only: {false, true}} {
		if got := [2]bool{f.Has(four), f.Has(six)}; got != want {
			t.Errorf("family %d has %s and %s: %v", f, four, six, got)
		}
	}
}

// Unnamed links get the kernel's default names.
func TestKernelChosenName(t *testing.T) {
	s := small(t)
	op := plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("h", "")}, {Link: at("h", "")}}}
	if err := (plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("h", "veth0")}, {Link: at("sw", "")}}}).Apply(s); err != nil {
		t.Fatal(err)
	}
	named := plan.Named(op, s).(plan.AddVeth)
	if got := named.Ends[0].Link.String() + " " + named.Ends[1].Link.String(); got != "h:veth2 h:veth1" {
		t.Errorf("the ends are %s", got)
	}
	if other := (plan.AddNamespace{Name: "x"}); plan.Named(other, s) != plan.Op(other) {
		t.Error("an Op with a name gets another")
	}
	if s.Link(at("sw", "veth0")) == nil {
		t.Error("the end in another namespace does not have the name veth0")
	}
}

// DelRoute deletes the route that matches all its fields.
func TestDelRouteMatches(t *testing.T) {
	via := func(a string, metric int, dev string) state.Route {
		return state.Route{To: prefix("10.9.0.0/16"), Via: netip.MustParseAddr(a), Dev: dev, Metric: metric}
	}
	have := []state.Route{via("10.0.0.8", 0, "eth0"), via("10.0.0.7", 5, "eth0"), via("192.0.2.9", 7, "eth1")}
	other := state.Route{To: prefix("10.8.0.0/16"), Via: netip.MustParseAddr("10.0.0.7"), Dev: "eth0"}
	for _, tt := range []struct {
		say  state.Route
		want int // index of the deleted route, 3 for none
	}{
		{state.Route{}, 0},
		{state.Route{Via: netip.MustParseAddr("10.0.0.7")}, 1},
		{state.Route{Metric: 7}, 2},
		{state.Route{Dev: "eth1"}, 2},
		{state.Route{Dev: "eth1", Metric: 5}, 3},
		{state.Route{Via: netip.MustParseAddr("10.0.0.7"), Metric: 7}, 3},
		{via("10.0.0.7", 5, "eth0"), 1},
	} {
		s := small(t)
		s.Namespaces["h"].Links["eth1"] = &state.Link{Name: "eth1", Kind: state.Other{Name: "dummy"}, Up: true}
		s.Namespaces["h"].Routes = append(state.Routes{other}, have...)
		tt.say.To = have[0].To
		err := plan.DelRoute{Namespace: "h", Route: tt.say}.Apply(s)
		left := s.Namespaces["h"].Routes
		if (err != nil) != (tt.want == 3) || len(left) != 3 && err == nil || left[0] != other {
			t.Errorf("%+v: %v, left %v", tt.say, err, left)
		}
		for _, r := range left[1:] {
			if err == nil && r == have[tt.want] {
				t.Errorf("%+v: %v was not deleted", tt.say, r)
			}
		}
	}
}

// The gateway's link is the one with the longest subnet around it, if it is up, or
// that of a route without a gateway.
func TestLinkOfGateway(t *testing.T) {
	s := small(t)
	h := s.Namespaces["h"]
	add := func(name, address string, up bool) {
		h.Links[name] = &state.Link{Name: name, Kind: state.Other{Name: "dummy"}, Up: up, Addresses: state.Addresses{prefix(address)}}
	}
	add("a", "10.0.0.5/8", true)
	add("b", "10.0.7.1/24", true)
	add("c", "10.0.8.1/24", false)
	add("z", "10.0.0.6/16", true)
	h.Routes = h.Routes.Set(state.Route{To: prefix("10.0.7.64/28"), Dev: "z"}).Set(state.Route{To: prefix("10.0.9.0/24"), Via: netip.MustParseAddr("10.0.7.2"), Dev: "b"})
	for via, want := range map[string]string{
		"10.1.2.3": "a", "10.0.7.9": "b", "10.0.7.65": "z", "10.0.8.9": "z", "10.0.9.9": "z", "10.0.0.77": "eth0", "2001:db8::7": "eth0",
	} {
		to := prefix("172.16.0.0/12")
		if strings.Contains(via, ":") {
			to = prefix("2001:db9::/32")
		}
		c := s.Clone()
		err := plan.AddRoute{Namespace: "h", Route: state.Route{To: to, Via: netip.MustParseAddr(via)}}.Apply(c)
		got := ""
		for _, r := range c.Namespaces["h"].Routes {
			if r.To == to {
				got = r.Dev
			}
		}
		if err != nil || got != want {
			t.Errorf("the link of gateway %s is %q, %v; want %q", via, got, err, want)
		}
	}
}

// Changes of other objects when a link is changed or deleted.
func TestApplyToStackedLinks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ops   plan.Plan
		check func(s *state.State) bool
	}{
		{
			"an upper device is deleted with its lower device",
			plan.Plan{plan.AddLink{Link: at("sw", "mv"), Kind: onTopOf("h", "eth0")}, plan.DelLink{Link: at("h", "eth0")}},
			func(s *state.State) bool { return s.Link(at("sw", "mv")) == nil },
		},
		{
			"an upper device follows its lower device",
			plan.Plan{plan.AddLink{Link: at("sw", "mv"), Kind: onTopOf("h", "eth0")}, plan.MoveLink{Link: at("h", "eth0"), To: at("h", "wan")}},
			func(s *state.State) bool { return s.Link(at("sw", "mv")).Kind == onTopOf("h", "wan") },
		},
		{
			"a number that is taken is given up",
			plan.Plan{plan.AddLink{Link: at("h", "x"), Index: 102, Kind: state.Bridge{}}, plan.MoveLink{Link: at("sw", "p1"), To: at("h", "p1")}},
			func(s *state.State) bool {
				return s.Link(at("h", "p1")).Index == 0 && s.Link(at("h", "x")).Index == 102
			},
		},
		{
			"a new MAC takes the place of the old one, none leaves it",
			plan.Plan{plan.SetLink{Link: at("h", "eth0"), MAC: topo.MAC{2, 9}, MTU: 1300}, plan.SetLink{Link: at("h", "eth0"), Alias: new("x")}},
			func(s *state.State) bool {
				l := s.Link(at("h", "eth0"))
				return l.MAC == topo.MAC{2, 9} && l.MTU == 1300 && len(l.Addresses) == 3 && len(s.Namespaces["h"].Routes) == 2
			},
		},
		{
			"down when it is down takes nothing",
			plan.Plan{
				plan.AddAddress{Link: at("sw", "p1"), Address: prefix("fd00::7/64")},
				plan.SetLink{Link: at("sw", "p1"), Up: new(false)},
			},
			func(s *state.State) bool { return len(s.Link(at("sw", "p1")).Addresses) == 1 },
		},
		{
			"settings of a link go with it",
			plan.Plan{
				plan.SetSysctl{Namespace: "h", Key: "net.ipv4.conf.eth0.rp_filter", Value: "2"},
				plan.SetSysctl{Namespace: "h", Key: "net.ipv4.conf.all.rp_filter", Value: "2"},
				plan.DelLink{Link: at("h", "eth0")},
			},
			func(s *state.State) bool {
				m := s.Namespaces["h"].Sysctls
				return len(m) == 2 && m["net.ipv4.conf.all.rp_filter"] == "2" && m[state.ForwardIPv4] == "1"
			},
		},
		{
			"settings of a link take its new name",
			plan.Plan{
				plan.SetSysctl{Namespace: "h", Key: "net.ipv4.conf.eth0.rp_filter", Value: "2"},
				plan.SetSysctl{Namespace: "h", Key: "net.ipv4.conf.eth1.rp_filter", Value: "1"},
				plan.MoveLink{Link: at("h", "eth0"), To: at("h", "wan.5")},
			},
			func(s *state.State) bool {
				m := s.Namespaces["h"].Sysctls
				return len(m) == 3 && m["net.ipv4.conf.wan/5.rp_filter"] == "2" && m["net.ipv4.conf.eth1.rp_filter"] == "1"
			},
		},
		{
			"a setting goes back to what it was seen to be",
			plan.Plan{plan.SetSysctl{Namespace: "h", Key: "net.ipv4.tcp_sack", Value: "0"}, plan.SetSysctl{Namespace: "h", Key: "net.ipv4.tcp_sack", Value: "1"}},
			func(s *state.State) bool { return s.Namespaces["h"].Sysctls["net.ipv4.tcp_sack"] == "1" },
		},
		{
			"a move to where it is changes nothing",
			plan.Plan{plan.MoveLink{Link: at("h", "eth0"), To: at("h", "eth0")}},
			func(s *state.State) bool { return differences(small(t), s) == "" },
		},
		{
			"other routes stay when a link is renamed",
			plan.Plan{
				plan.SetLink{Link: at("h", "lo"), Up: new(true)},
				plan.AddRoute{Namespace: "h", Route: state.Route{To: prefix("10.5.0.0/16"), Dev: "lo"}},
				plan.MoveLink{Link: at("h", "eth0"), To: at("h", "wan")},
			},
			func(s *state.State) bool {
				got := ""
				for _, r := range s.Namespaces["h"].Routes {
					got += r.Dev + " "
				}
				return got == "wan lo wan "
			},
		},
	} {
		s := small(t)
		if err := tt.ops.Apply(s); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if !tt.check(s) {
			t.Errorf("%s, but:\n%s", tt.name, differences(small(t), s))
		}
	}
	s := small(t)
	if err := (plan.AddLink{Link: at("sw", "mv"), Kind: onTopOf("h", "eth7")}).Apply(s); err == nil || err.Error() != "sw:mv: lower link: no link h:eth7" {
		t.Errorf("without its lower device: %v", err)
	}
	if err := (plan.AddLink{Link: at("sw", "b"), Kind: state.Bridge{STP: true}}).Apply(s); err == nil || !strings.HasPrefix(err.Error(), "sw:b: forward delay 0 ") {
		t.Errorf("a bridge with options that the kernel refuses: %v", err)
	}
}

// filtered is a packet filter as nft lists it.
func filtered(t *testing.T, text string) nft.Ruleset {
	t.Helper()
	r, err := nft.ParseRuleset(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A rule with the index of a link needs the link, follows its new name, and keeps the
// index after the link is deleted.
func TestRulesNameLinks(t *testing.T) {
	rules := func(s *state.State) string { return s.Namespaces["h"].Nftables.String() }
	s := small(t)
	p := parsed(t, `add table ip t; add chain ip t c; add rule ip t c iif "eth0" accept`)
	if err := p.Apply(s); err != nil || !strings.Contains(rules(s), `iif "eth0" accept`) {
		t.Fatalf("%v, %s", err, rules(s))
	}
	if c := p[0].Traits().Nft; c == nil || c.Table.Name != "t" {
		t.Errorf("the command of an Nft is %v", c)
	}
	if c := (plan.DelNamespace{}).Traits().Nft; c != nil {
		t.Errorf("an Op of another type is %v", c)
	}
	if err := (plan.MoveLink{Link: at("h", "eth0"), To: at("h", "wan")}).Apply(s); err != nil || !strings.Contains(rules(s), `iif "wan" accept`) {
		t.Errorf("renamed: %v, %s", err, rules(s))
	}
	if err := (plan.DelLink{Link: at("h", "wan")}).Apply(s); err != nil || !strings.Contains(rules(s), `iif 101 accept`) {
		t.Errorf("deleted: %v, %s", err, rules(s))
	}
	err := parsed(t, `add rule ip t c oif "eth9" accept`).Apply(s)
	if err == nil || !strings.HasSuffix(err.Error(), `h has no link "eth9": say iifname or oifname for one that comes later`) {
		t.Errorf("an unknown link: %v", err)
	}
	if err := parsed(t, "delete table ip unknown").Apply(s); err == nil {
		t.Error("an unknown table is deleted without an error")
	}
	if err := (plan.Nft{Namespace: "x"}).Apply(s); err == nil || err.Error() != `no namespace "x"` {
		t.Errorf("in an unknown namespace: %v", err)
	}
}
