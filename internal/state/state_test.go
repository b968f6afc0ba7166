package state_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

var values = cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})

func drawState(t *rapid.T) *state.State {
	s := state.New()
	for _, name := range rapid.SliceOfNDistinct(drawName, 0, 4, rapid.ID).Draw(t, "namespaces") {
		ns := s.Add(name)
		for _, link := range rapid.SliceOfNDistinct(drawName, 0, 4, rapid.ID).Draw(t, "links") {
			ns.Links[link] = drawLink(t, link)
		}
		for _, to := range rapid.SliceOfN(drawPrefix, 0, 3).Draw(t, "routes") {
			via := rapid.SampledFrom([]netip.Addr{{}, to.Addr()}).Draw(t, "via")
			ns.Routes = ns.Routes.Set(state.Route{To: to, Via: via, Dev: "a", Metric: rapid.IntRange(0, 2).Draw(t, "metric")})
		}
		if rapid.Bool().Draw(t, "forwards") {
			ns.Sysctls[state.ForwardIPv4] = "1"
		}
	}
	return s
}

var (
	drawName   = rapid.StringMatching(`[a-z0-9]{1,4}`)
	drawPrefix = rapid.Custom(func(t *rapid.T) netip.Prefix {
		b := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes")
		if rapid.Bool().Draw(t, "ipv6") {
			b = append(b, make([]byte, 12)...)
		}
		a, _ := netip.AddrFromSlice(b)
		return netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(t, "length"))
	})
)

func drawLink(t *rapid.T, name string) *state.Link {
	return &state.Link{
		Name:  name,
		Index: rapid.IntRange(0, 9).Draw(t, "index"),
		Kind: rapid.SampledFrom([]state.Kind{
			state.Loopback{},
			state.Veth{},
			state.Veth{Peer: state.Endpoint{Namespace: "x", Link: "y"}},
			state.Bridge{},
			state.Bridge{STP: true, ForwardDelay: 1500},
			state.Other{Name: "tun"},
			state.Other{},
		}).Draw(t, "kind"),
		MAC:           rapid.SampledFrom([]topo.MAC{{}, {2, 0, 0, 0, 0, 1}}).Draw(t, "mac"),
		MTU:           rapid.IntRange(0, 65535).Draw(t, "mtu"),
		Up:            rapid.Bool().Draw(t, "up"),
		Master:        rapid.SampledFrom([]string{"", "br0"}).Draw(t, "master"),
		Alias:         rapid.SampledFrom([]string{"", "vethlab:a/b", "<&\u2028\""}).Draw(t, "alias"),
		AutoLinkLocal: rapid.Bool().Draw(t, "auto link-local"),
		Addresses:     rapid.SliceOfN(drawPrefix, 0, 3).Draw(t, "addresses"),
	}
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawState(t)
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := state.New()
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if d := cmp.Diff(want, got, values, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%s\n(-want +got):\n%s", text, d)
		}
	})
}

func TestLinkJSON(t *testing.T) {
	l := &state.Link{
		Name: "eth0", Index: 7, Kind: state.Veth{Peer: state.Endpoint{Namespace: "b", Link: "eth1"}},
		MAC: topo.MAC{2, 0, 0, 0, 0, 1}, MTU: 1500, Up: true,
		Addresses: state.Addresses{netip.MustParsePrefix("10.0.0.1/24")},
	}
	const want = `{"name":"eth0","index":7,"kind":"veth","mac":"02:00:00:00:00:01","mtu":1500,"up":true,` +
		`"addresses":["10.0.0.1/24"],"info":{"peer":{"namespace":"b","link":"eth1"}}}`
	got, err := json.Marshal(l)
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t)
		before, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		spoil(s.Clone())
		after, err := json.Marshal(s)
		if err != nil || string(after) != string(before) {
			t.Fatalf("was %s\nis  %s", before, after)
		}
	})
}

func spoil(s *state.State) {
	for _, ns := range s.Namespaces {
		ns.Sysctls["x"] = "y"
		for i := range ns.Routes {
			ns.Routes[i].Dev = "spoiled"
		}
		for _, l := range ns.Links {
			l.Alias = "spoiled"
			for i := range l.Addresses {
				l.Addresses[i] = netip.Prefix{}
			}
		}
		ns.Links["spoiled"] = &state.Link{}
	}
	s.Add("spoiled")
}

// Normal ignores order, indexes and empty lists.
func TestNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t)
		shuffled := s.Clone()
		for _, ns := range shuffled.Namespaces {
			slices.Reverse(ns.Routes)
			for _, l := range ns.Links {
				slices.Reverse(l.Addresses)
				l.Index += 5
				if l.Addresses == nil {
					l.Addresses = state.Addresses{}
				}
			}
		}
		if d := cmp.Diff(s.Normal(), shuffled.Normal(), values); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(s.Normal(), s.Normal().Normal(), values); d != "" {
			t.Fatalf("Normal of Normal: %s", d)
		}
	})
}

func TestMark(t *testing.T) {
	tests := []struct {
		alias string
		want  state.Mark
	}{
		{"vethlab:lab/ns1", state.Mark{Lab: "lab", Node: "ns1"}},
		{"vethlab:läb/n-1.x", state.Mark{Lab: "läb", Node: "n-1.x"}},
		{"vethlab:lab/a/b", state.Mark{}},
		{"", state.Mark{}},
		{"vethlab:", state.Mark{}},
		{"vethlab:lab", state.Mark{}},
		{"vethlab:/ns1", state.Mark{}},
		{"vethlab:lab/", state.Mark{}},
		{"Vethlab:lab/ns1", state.Mark{}},
		{" vethlab:lab/ns1", state.Mark{}},
	}
	for _, tt := range tests {
		got, ok := state.ParseMark(tt.alias)
		if got != tt.want || ok == got.IsZero() {
			t.Errorf("ParseMark(%q) = %v, %v, want %v", tt.alias, got, ok, tt.want)
		}
		if ok && got.String() != tt.alias {
			t.Errorf("%v is written %q, want %q", got, got.String(), tt.alias)
		}
	}
}

// A mark with a reserved node name is not a mark of a node.
func TestForgedReservedNames(t *testing.T) {
	if m, ok := state.ParseMark("vethlab:lab/all"); ok {
		t.Errorf("all: %v", m)
	}
	for _, node := range []string{"all", "host"} {
		if m, ok := state.ParseNamespaceMark("vethlab:lab/" + node); ok || !m.IsZero() {
			t.Errorf("%s: %v", node, m)
		}
	}
	want := state.Mark{Lab: "lab", Node: "host"}
	if m, ok := state.ParseMark(want.String()); !ok || m != want {
		t.Errorf("a link in the host namespace: %v, %v", m, ok)
	}
	if m, ok := state.ParseNamespaceMark("vethlab:lab/a"); !ok || m.Node != "a" {
		t.Errorf("a: %v, %v", m, ok)
	}
}

// Any user can write an alias in a namespace of his own: one with a single wrong character
// is not a mark.
func TestForgedMarks(t *testing.T) {
	for _, name := range []string{
		"x\n6.6.6.6 name", "x\n", "x\ty", "x y", "x\u2028y", "x\u2029y", "x\u0085y", "x\u00a0y", "x\ry", "x\x00", "x\x1b[2J", "x\x7f", "x\u202ey",
		"x\ufeff", "\xff", "..", ".", "-x", "a:b", "", strings.Repeat("x", 101),
	} {
		for _, alias := range []string{"vethlab:lab/" + name, "vethlab:" + name + "/node"} {
			if m, ok := state.ParseMark(alias); ok || !m.IsZero() {
				t.Errorf("ParseMark(%q) = %v", alias, m)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		alias := "vethlab:" + rapid.String().Draw(t, "lab") + "/" + string(rapid.SliceOf(rapid.Byte()).Draw(t, "node"))
		m, ok := state.ParseMark(alias)
		if !ok {
			return
		}
		for _, name := range []string{m.Lab, m.Node} {
			if err := topo.CheckName(name); err != nil {
				t.Fatalf("ParseMark(%q): %v", alias, err)
			}
			if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
				t.Fatalf("ParseMark(%q) = %q", alias, name)
			}
		}
	})
}

func TestNamespaceMark(t *testing.T) {
	s := state.New()
	node, host := s.Add("a"), s.Add(state.Host)
	if got := node.Mark(); !got.IsZero() {
		t.Errorf("unmarked: %v", got)
	}
	node.Links[state.Lo].Alias = "vethlab:lab/a"
	node.Links["eth0"] = &state.Link{Alias: "vethlab:other/b"}
	if got, want := node.Mark(), (state.Mark{Lab: "lab", Node: "a"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	host.Links["v"] = &state.Link{Alias: "vethlab:lab/host"}
	if got, want := host.Mark(), (state.Mark{Lab: "lab", Node: "host"}); got != want {
		t.Errorf("host: got %v, want %v", got, want)
	}
}

func TestLinkLocal(t *testing.T) {
	tests := []struct {
		mac  topo.MAC
		want string
	}{
		{topo.MAC{0x02, 0, 0, 0, 0, 1}, "fe80::ff:fe00:1/64"},
		{topo.MAC{0x00, 0x11, 0x22, 0x33, 0x44, 0x55}, "fe80::211:22ff:fe33:4455/64"},
		{topo.MAC{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}, "fe80::3656:78ff:fe9a:bcde/64"}, // the example of RFC 2464, section 4
	}
	for _, tt := range tests {
		if got := state.LinkLocal(tt.mac).String(); got != tt.want {
			t.Errorf("LinkLocal(%s) = %s, want %s", tt.mac, got, tt.want)
		}
	}
}

func TestCompareNames(t *testing.T) {
	order := []string{"", "a", "a01", "a1", "a1b", "a2", "a10", "a10b", "b", "h-1", "h1"}
	for i, a := range order {
		for j, b := range order {
			if got, want := sign(state.CompareNames(a, b)), sign(i-j); got != want {
				t.Errorf("CompareNames(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

// CompareNames is a total order: sorting gives one result for every input order.
func TestCompareNamesIsAnOrder(t *testing.T) {
	name := rapid.StringMatching(`[a0-2-]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		ab, ba := sign(state.CompareNames(a, b)), sign(state.CompareNames(b, a))
		if ab != -ba {
			t.Fatalf("%q and %q: %d one way, %d the other", a, b, ab, ba)
		}
		if (ab == 0) != (a == b) {
			t.Fatalf("%q and %q compare as %d", a, b, ab)
		}
		if ab < 0 && state.CompareNames(b, c) < 0 && state.CompareNames(a, c) >= 0 {
			t.Fatalf("%q < %q < %q, but not the first before the last", a, b, c)
		}
	})
}

// Endpoints sort by namespace and link, and print "host" for the host namespace.
func TestEndpoint(t *testing.T) {
	list := []state.Endpoint{{Namespace: "b", Link: "a"}, {Namespace: "a", Link: "eth10"}, {Namespace: "a", Link: "eth9"}, {Link: "z"}}
	slices.SortFunc(list, state.Endpoint.Compare)
	var words []string
	for _, e := range list {
		words = append(words, e.String())
	}
	if got, want := strings.Join(words, " "), "host:z a:eth9 a:eth10 b:a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAddresses(t *testing.T) {
	four, six, local := netip.MustParsePrefix("10.0.0.1/8"), netip.MustParsePrefix("fd00::1/64"), netip.MustParsePrefix("fe80::1/64")
	all := state.Addresses{local, six, four}
	if got := all.First(true); got != six {
		t.Errorf("first IPv6 address %s, want %s", got, six)
	}
	if got := all.First(false); got != four {
		t.Errorf("first IPv4 address %s, want %s", got, four)
	}
	less := all.Without(six)
	if less.Contains(six) || !all.Contains(six) || len(less) != 2 {
		t.Errorf("%v without %s is %v", all, six, less)
	}
	if got := less.First(true); got.IsValid() {
		t.Errorf("link-local %s counts", got)
	}
}

// Routes stay sorted, with one route for each key.
func TestRoutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rs state.Routes
		keys := map[state.RouteKey]state.Route{}
		for i, to := range rapid.SliceOfN(drawPrefix, 0, 8).Draw(t, "destinations") {
			r := state.Route{To: to, Dev: "eth0", Metric: i % 2}
			rs, keys[r.Key()] = rs.Set(r), r
			if i%3 == 2 {
				rs = rs.Without(r.Key())
				delete(keys, r.Key())
			}
		}
		if !slices.IsSortedFunc(rs, state.Route.Compare) || len(rs) != len(keys) {
			t.Fatalf("%v, want %v", rs, keys)
		}
		for _, r := range rs {
			if keys[r.Key()] != r {
				t.Fatalf("%v is not among %v", r, keys)
			}
		}
	})
}
