package state_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// inside returns the endpoint of a link in the namespace "n".
func inside(link string) state.Endpoint { return state.Endpoint{Namespace: "n", Link: link} }

// The traits of each kind.
func TestTraits(t *testing.T) {
	for _, tt := range []struct {
		kind state.Kind
		name string
		want state.Traits
	}{
		{state.Loopback{}, "loopback", state.Traits{Immovable: true, NoOperState: true, NoMAC: true}},
		{state.Veth{}, "veth", state.Traits{Made: true}},
		{state.Bridge{}, "bridge", state.Traits{Made: true, TakesPorts: true, Forwards: true, RxHandler: true, MTUOfPorts: true, Immovable: true}},
		{state.Other{Name: "dummy"}, "dummy", state.Traits{Made: true, Foreign: true}},
		{state.Other{}, "", state.Traits{Foreign: true}},
	} {
		if got := tt.kind.Traits(); got != tt.want || tt.kind.Kind() != tt.name {
			t.Errorf("%T is a %q with %+v, want a %q with %+v", tt.kind, tt.kind.Kind(), got, tt.name, tt.want)
		}
		if tt.kind.Lower() != nil {
			t.Errorf("%T has the lower device %v", tt.kind, tt.kind.Lower())
		}
		if got := tt.kind.Renamed(inside("a"), inside("b")); !reflect.DeepEqual(got, tt.kind) {
			t.Errorf("%#v is %#v when an unrelated link is renamed", tt.kind, got)
		}
	}
}

// Each kind with a row is found by its name, in JSON too; other names are kept.
func TestKindNamed(t *testing.T) {
	names := map[string]bool{}
	for _, k := range state.Kinds() {
		names[k.Kind()] = true
		if got := state.KindNamed(k.Kind()); !got.Equal(k) {
			t.Errorf("%q is %#v", k.Kind(), got)
		}
	}
	for _, name := range []string{"loopback", "veth", "bridge"} {
		if !names[name] {
			t.Errorf("no row for %s among %v", name, names)
		}
	}
	if got := state.KindNamed("gtp"); got != (state.Other{Name: "gtp"}) {
		t.Errorf("gtp is %#v", got)
	}
}

func TestLinkFromJSON(t *testing.T) {
	for text, want := range map[string]state.Kind{
		`{"kind":"veth"}`: state.Veth{},
		`{"kind":"veth","info":{"peer":{"namespace":"n","link":"a"}}}`: state.Veth{Peer: inside("a")},
		`{"kind":"bridge","info":{"stp":true,"forward_delay":400}}`:    state.Bridge{STP: true, ForwardDelay: 400},
		`{"kind":"loopback","info":{}}`:                                state.Loopback{},
		`{"kind":"wireguard"}`:                                         state.Other{Name: "wireguard"},
		`{"kind":""}`:                                                  state.Other{},
	} {
		var l state.Link
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.Kind != want {
			t.Errorf("%s is %#v, %v", text, l.Kind, err)
		}
	}
	for _, text := range []string{`{"kind":"bridge","info":{"stp":5}}`, `{"name":5}`, `{"kind":"veth","info":[]}`} {
		if err := json.Unmarshal([]byte(text), new(state.Link)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestForwardDelays(t *testing.T) {
	for delay, fits := range map[int]bool{0: false, 199: false, 200: true, 201: true, 1500: true, 2999: true, 3000: true, 3001: false} {
		if got := state.DelayFits(delay); got != fits {
			t.Errorf("%d fits: %v", delay, got)
		}
		want := ""
		if !fits {
			want = fmt.Sprintf("forward delay %d is out of range while STP is on (want 200 to 3000 hundredths of a second)", delay)
		}
		if got := errorText(state.Bridge{STP: true, ForwardDelay: delay}.Check()); got != want {
			t.Errorf("with STP, %d: %q, want %q", delay, got, want)
		}
		if err := (state.Bridge{ForwardDelay: delay}).Check(); err != nil {
			t.Errorf("without STP, %d: %v", delay, err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Any options of a bridge change to any others by changes that the kernel accepts, and
// by none if they are equal.
func TestChangesOfABridge(t *testing.T) {
	bridges := []state.Bridge{
		{}, {ForwardDelay: 100}, {ForwardDelay: 400}, {STP: true, ForwardDelay: 200}, {STP: true, ForwardDelay: 400}, {STP: true, ForwardDelay: 3000},
	}
	for _, from := range bridges {
		for _, to := range bridges {
			steps, ok := from.Changes(to)
			if !ok {
				t.Errorf("%+v can't become %+v", from, to)
			}
			most := 1
			if from.STP && !state.DelayFits(to.ForwardDelay) {
				most = 2
			}
			if from == to {
				most = 0
			}
			if len(steps) > most {
				t.Errorf("%+v becomes %+v by %d steps", from, to, len(steps))
			}
			now := state.Kind(from)
			for _, step := range steps {
				var err error
				if now, err = step.Apply(now); err != nil || now.Check() != nil || step.Kind() != "bridge" {
					t.Fatalf("%+v to %+v: %v, %v", from, to, err, now)
				}
			}
			if !now.Equal(to) || !to.Equal(now) || from.Equal(to) != (from == to) {
				t.Errorf("%+v became %+v, wanted %+v", from, now, to)
			}
		}
	}
}

// A link of another kind, or a veth with another peer, must be recreated.
func TestKindNeedsRecreation(t *testing.T) {
	for _, tt := range []struct {
		now, want state.Kind
		ok        bool
	}{
		{state.Bridge{}, state.Veth{}, false},
		{state.Veth{}, state.Bridge{}, false},
		{state.Veth{Peer: inside("a")}, state.Veth{Peer: inside("a")}, true},
		{state.Veth{Peer: inside("a")}, state.Veth{Peer: inside("b")}, false},
		{state.Loopback{}, state.Loopback{}, true},
		{state.Loopback{}, state.Other{Name: "loopback"}, false},
		{state.Other{Name: "tun"}, state.Other{Name: "tun"}, true},
		{state.Other{Name: "tun"}, state.Other{Name: "dummy"}, false},
	} {
		steps, ok := tt.now.Changes(tt.want)
		if ok != tt.ok || len(steps) != 0 || tt.now.Equal(tt.want) != tt.ok {
			t.Errorf("%#v to %#v: %v, %v", tt.now, tt.want, steps, ok)
		}
	}
}

func TestBridgeChange(t *testing.T) {
	on, off := true, false
	delay := func(n int) *int { return &n }
	for _, tt := range []struct {
		now    state.Kind
		change state.BridgeChange
		want   state.Kind
		err    string
	}{
		{state.Bridge{ForwardDelay: 7}, state.BridgeChange{}, state.Bridge{ForwardDelay: 7}, ""},
		{state.Bridge{ForwardDelay: 7}, state.BridgeChange{STP: &on}, state.Bridge{STP: true, ForwardDelay: 7}, ""},
		{state.Bridge{ForwardDelay: 7}, state.BridgeChange{ForwardDelay: delay(9)}, state.Bridge{ForwardDelay: 9}, ""},
		{state.Bridge{STP: true, ForwardDelay: 400}, state.BridgeChange{STP: &off}, state.Bridge{ForwardDelay: 400}, ""},
		{state.Bridge{STP: true, ForwardDelay: 400}, state.BridgeChange{STP: &off, ForwardDelay: delay(300)}, state.Bridge{ForwardDelay: 300}, ""},
		{state.Bridge{STP: true, ForwardDelay: 400}, state.BridgeChange{STP: &off, ForwardDelay: delay(9)}, nil, "forward delay 9 is out of range"},
		{state.Bridge{STP: true, ForwardDelay: 400}, state.BridgeChange{ForwardDelay: delay(9)}, nil, "forward delay 9 is out of range"},
		{state.Bridge{ForwardDelay: 400}, state.BridgeChange{STP: &on, ForwardDelay: delay(3001)}, nil, "forward delay 3001 is out of range"},
		{state.Veth{}, state.BridgeChange{STP: &on}, nil, "a veth has no settings of a bridge"},
		{state.Other{}, state.BridgeChange{STP: &on}, nil, "a device has no settings of a bridge"},
	} {
		got, err := tt.change.Apply(tt.now)
		if got != tt.want || !strings.HasPrefix(errorText(err), tt.err) || (err != nil) != (tt.err != "") {
			t.Errorf("%#v on %#v: %#v, %v", tt.change, tt.now, got, err)
		}
	}
}

// A bridge is created with another MTU than the wanted one, other links with the wanted
// one.
func TestCreateMTU(t *testing.T) {
	for _, want := range []int{1, 1280, 1499, 1500, 9000} {
		if got := (state.Bridge{}).CreateMTU(want); got == want || got < 1280 {
			t.Errorf("a bridge of MTU %d is created with %d", want, got)
		}
		if got := (state.Veth{}).CreateMTU(want); got != want {
			t.Errorf("a veth of MTU %d is created with %d", want, got)
		}
	}
}

// wired is a switch "n" with a bridge and two ports, whose peers are in "m".
func wired() *state.State {
	s := state.New()
	n, m := s.Add("n"), s.Add("m")
	n.Links["br0"] = &state.Link{Name: "br0", Kind: state.Bridge{}, Up: true}
	for _, name := range []string{"p1", "p2"} {
		n.Links[name] = &state.Link{Name: name, Up: true, Master: "br0", Kind: state.Veth{Peer: state.Endpoint{Namespace: "m", Link: name}}}
		m.Links[name] = &state.Link{Name: name, Kind: state.Veth{Peer: inside(name)}}
	}
	n.Links["dum"] = &state.Link{Name: "dum", Kind: state.Other{Name: "dummy"}}
	n.Links["raw"] = &state.Link{Name: "raw", Up: true}
	return s
}

// A veth has a carrier if both ends are up, a bridge if one of its ports has one.
func TestCarrier(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(n, m *state.Namespace)
		want   string // those with a carrier in n
	}{
		{"other ends down", func(_, _ *state.Namespace) {}, ""},
		{"one up", func(_, m *state.Namespace) { m.Links["p1"].Up = true }, "br0 p1"},
		{"the second up", func(_, m *state.Namespace) { m.Links["p2"].Up = true }, "br0 p2"},
		{"one deleted", func(_, m *state.Namespace) { delete(m.Links, "p1") }, ""},
		{"the end here is down", func(n, m *state.Namespace) { n.Links["p1"].Up, m.Links["p1"].Up = false, true }, ""},
		{"the bridge is down", func(n, m *state.Namespace) { n.Links["br0"].Up, m.Links["p1"].Up = false, true }, "p1"},
		{"no port", func(n, m *state.Namespace) { n.Links["p1"].Master, m.Links["p1"].Up = "", true }, "p1"},
		{"port of another", func(n, m *state.Namespace) { n.Links["p1"].Master, m.Links["p1"].Up = "br1", true }, "p1"},
		{"others", func(n, _ *state.Namespace) { n.Links["dum"].Up, n.Links["lo"].Up = true, true }, "dum lo"},
	} {
		s := wired()
		tt.change(s.Namespaces["n"], s.Namespaces["m"])
		var got []string
		for _, name := range append(s.Namespaces["n"].LinkNames(), "gone") {
			if s.Carrier(inside(name)) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q have a carrier, want %q", tt.name, got, tt.want)
		}
	}
	if wired().Carrier(state.Endpoint{Namespace: "gone", Link: "lo"}) {
		t.Error("a link of an unknown namespace has a carrier")
	}
}

// stacked is a kind of link with lower devices.
type stacked struct {
	state.Other
	on string
}

func (k stacked) Lower() []state.Endpoint { return []state.Endpoint{inside(k.on)} }

func (k stacked) Renamed(from, to state.Endpoint) state.Kind {
	if from == inside(k.on) {
		k.on = to.Link
	}
	return k
}

// borrower is a kind of link that has the MAC of its lower device.
type borrower struct{ stacked }

func (borrower) Traits() state.Traits { return state.Traits{NoMAC: true} }

// A link without a MAC has that of its lower device, through several of them; in a cycle
// none is found.
func TestLinkAddress(t *testing.T) {
	s := wired()
	n, mac := s.Namespaces["n"], topo.MAC{2, 5: 7}
	n.Links["p1"].MAC = mac
	for name, kind := range map[string]state.Kind{
		"i1": borrower{stacked{on: "p1"}}, "i2": borrower{stacked{on: "i1"}}, "m1": stacked{on: "p1"},
		"c1": borrower{stacked{on: "c2"}}, "c2": borrower{stacked{on: "c1"}}, "x1": borrower{stacked{on: "none"}},
	} {
		n.Links[name] = &state.Link{Name: name, Kind: kind}
	}
	for name, want := range map[string]topo.MAC{"p1": mac, "i1": mac, "i2": mac, "m1": {}, "c1": {}, "x1": {}, "none": {}} {
		if got := s.LinkAddress(inside(name)); got != want {
			t.Errorf("%s has the MAC %s, want %s", name, got, want)
		}
	}
}

// Upper devices of a link are found, and follow when the link gets another name, as
// the peer of a veth does.
func TestUppersAndRename(t *testing.T) {
	s := wired()
	n := s.Namespaces["n"]
	for _, name := range []string{"v10", "v9"} {
		n.Links[name] = &state.Link{Name: name, Kind: stacked{on: "p1"}}
	}
	n.Links["v1"] = &state.Link{Name: "v1", Kind: stacked{on: "p2"}}
	if got := fmt.Sprint(s.Uppers(inside("p1"))); got != "[n:v9 n:v10]" {
		t.Errorf("the upper devices of p1 are %s", got)
	}
	if got := s.Uppers(inside("v1")); got != nil {
		t.Errorf("the upper devices of v1 are %v", got)
	}
	s.Rename(inside("p1"), inside("eth0"))
	if got := fmt.Sprint(s.Uppers(inside("eth0"))); got != "[n:v9 n:v10]" {
		t.Errorf("the upper devices of the renamed link are %s", got)
	}
	m := s.Namespaces["m"]
	for name, want := range map[string]string{"p1": "n:eth0", "p2": "n:p2"} {
		if peer, ok := m.Links[name].Peer(); !ok || peer.String() != want {
			t.Errorf("the peer of %s is %s, %v", name, peer, ok)
		}
	}
	if got := fmt.Sprint(s.Uppers(inside("p2"))); got != "[n:v1]" {
		t.Errorf("the upper devices of p2 are %s", got)
	}
}

func TestLookUp(t *testing.T) {
	s := wired()
	if got := strings.Join(s.Names(), " "); got != "m n" {
		t.Errorf("names are %q", got)
	}
	if s.Namespace("n") != s.Namespaces["n"] || s.Namespace("x") != nil {
		t.Error("a namespace is not found by its name")
	}
	if l := s.Link(inside("p1")); l != s.Namespaces["n"].Links["p1"] {
		t.Errorf("p1 is %v", l)
	}
	if s.Link(inside("x")) != nil || s.Link(state.Endpoint{Namespace: "x", Link: "lo"}) != nil {
		t.Error("an unknown link is found")
	}
	if _, ok := s.Link(inside("raw")).Peer(); ok || s.Link(inside("raw")).KindName() != "" {
		t.Error("a link without a kind has a kind or a peer")
	}
	for link, want := range map[string]string{"br0": "bridge", "p1": "veth", "dum": "dummy", "lo": "loopback"} {
		if got := s.Link(inside(link)).KindName(); got != want {
			t.Errorf("%s is a %s", link, got)
		}
		if _, ok := s.Link(inside(link)).Peer(); ok != (want == "veth") {
			t.Errorf("%s has a peer: %v", link, ok)
		}
	}
}

// A new namespace has only lo; the host namespace in a State does not even have that.
func TestAdd(t *testing.T) {
	s := state.New()
	want := &state.Link{Name: "lo", Index: 1, Kind: state.Loopback{}, MTU: 65536, AutoLinkLocal: true}
	if ns := s.Add("a"); !reflect.DeepEqual(ns.Links, map[string]*state.Link{"lo": want}) || ns.Name != "a" || s.Namespaces["a"] != ns {
		t.Errorf("new: %+v", ns)
	}
	if ns := s.Add(state.Host); len(ns.Links) != 0 || ns.Links == nil || ns.Sysctls == nil {
		t.Errorf("host: %+v", ns)
	}
}

func TestHasIPv6(t *testing.T) {
	for text, want := range map[string]bool{"": false, "10.0.0.1/8": false, "fe80::1/64": true, "10.0.0.1/8 fd00::1/64": true} {
		var l state.Link
		for word := range strings.FieldsSeq(text) {
			l.Addresses = append(l.Addresses, netip.MustParsePrefix(word))
		}
		if l.HasIPv6() != want {
			t.Errorf("%s has an IPv6 address: %v", text, !want)
		}
	}
}

// First of an empty list is the zero address; link-local addresses are skipped.
func TestFirstAddress(t *testing.T) {
	if got := state.Addresses(nil).First(false); got.IsValid() {
		t.Errorf("the first of none is %s", got)
	}
	local := state.Addresses{netip.MustParsePrefix("169.254.0.1/16"), netip.MustParsePrefix("10.0.0.1/8")}
	if got := local.First(false); got != local[1] {
		t.Errorf("link-local %s counts", got)
	}
}

// Routes differ by destination or metric; one with an equal key replaces the other.
func TestRoutesWithOneKey(t *testing.T) {
	route := func(to, via string, metric int) state.Route {
		return state.Route{To: netip.MustParsePrefix(to), Via: netip.MustParseAddr(via), Dev: "e", Metric: metric}
	}
	var rs state.Routes
	rs = rs.Set(route("10.0.0.0/8", "192.0.2.1", 0))
	rs = rs.Set(route("10.0.0.0/8", "192.0.2.2", 5))
	rs = rs.Set(route("10.0.0.0/16", "192.0.2.3", 0))
	rs = rs.Set(route("0.0.0.0/0", "192.0.2.4", 0))
	rs = rs.Set(route("10.0.0.0/8", "192.0.2.5", 0))
	var got []string
	for _, r := range rs {
		got = append(got, fmt.Sprintf("%s>%s/%d", r.To, r.Via, r.Metric))
	}
	const want = "0.0.0.0/0>192.0.2.4/0 10.0.0.0/8>192.0.2.5/0 10.0.0.0/8>192.0.2.2/5 10.0.0.0/16>192.0.2.3/0"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if less := rs.Without(route("10.0.0.0/8", "::", 5).Key()); len(less) != 3 || less[1].Metric != 0 || len(rs) != 4 {
		t.Errorf("less one: %v", less)
	}
	a, b := route("10.0.0.0/8", "192.0.2.1", 0), route("10.0.0.0/8", "192.0.2.2", 0)
	c := a
	c.Dev = "f"
	if a.Compare(b) >= 0 || b.Compare(a) <= 0 || a.Compare(c) >= 0 || a.Compare(a) != 0 {
		t.Error("routes are not sorted by gateway and link")
	}
}
