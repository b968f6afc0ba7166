//go:build linux

package kernel

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// ops has one Op of each type that is encoded without queries to the kernel.
func ops() plan.Plan {
	eth0, br0 := state.Endpoint{Namespace: "a", Link: "eth0"}, state.Endpoint{Namespace: "a", Link: "br0"}
	v4, v6 := netip.MustParsePrefix("10.0.0.1/24"), netip.MustParsePrefix("fd00::1/64")
	route := state.Route{To: netip.MustParsePrefix("10.1.0.0/16"), Via: netip.MustParseAddr("10.0.0.2"), Dev: "eth0"}
	route6 := state.Route{To: netip.MustParsePrefix("::/0"), Via: netip.MustParseAddr("fd00::2"), Dev: "eth0", Metric: 7}
	return plan.Plan{
		plan.AddVeth{Ends: [2]plan.VethEnd{
			{Link: eth0, Index: 100, MAC: topo.MAC{2, 0, 0, 0, 0, 1}, MTU: 1400},
			{Link: state.Endpoint{Namespace: "b", Link: "eth1"}, Index: 101, MAC: topo.MAC{2, 0, 0, 0, 0, 2}},
		}},
		plan.AddLink{Link: br0, Index: 102, Kind: state.Bridge{}},
		plan.SetKind{Link: br0, Change: state.BridgeChange{STP: new(true), ForwardDelay: new(400)}},
		plan.SetLink{Link: eth0, Alias: new("vethlab:x/y"), Master: new("br0"), AutoLinkLocal: new(false), MTU: 1300},
		plan.SetLink{Link: eth0, Up: new(true)},
		plan.SetLink{Link: eth0, Up: new(false), Master: new("")},
		plan.AddAddress{Link: eth0, Address: v4},
		plan.AddAddress{Link: eth0, Address: v6},
		plan.PromoteSecondaries{Link: eth0},
		plan.DelAddress{Link: eth0, Address: v4},
		plan.AddRoute{Namespace: "a", Route: route},
		plan.AddRoute{Namespace: "a", Route: route6, Replace: true},
		plan.AddRoute{Namespace: "a", Route: state.Route{To: route.To, Dev: "eth0"}},
		plan.DelRoute{Namespace: "a", Route: route},
		plan.AddRoute{Namespace: "a", Route: route, Protocol: state.Protocol},
		plan.DelRoute{Namespace: "a", Route: route, Protocol: state.Protocol},
		plan.AddNeighbour{Namespace: "a", Neighbour: state.Neighbour{Address: route.Via, MAC: topo.MAC{2}, Dev: "eth0"}, Protocol: state.Protocol},
		plan.DelLink{Link: eth0},
	}
}

// TestMessages compares the encoded Ops with a golden file, on little-endian machines.
func TestMessages(t *testing.T) {
	if native.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the golden file is little-endian")
	}
	var got strings.Builder
	for i, op := range ops() {
		e := &encoder{peers: map[addressKey]netip.Addr{}, namespace: "a", fds: map[string]int{"b": 9}, known: indexes{
			{Namespace: "a", Link: "eth0"}: {{op: beforePlan, index: 100}}, {Namespace: "a", Link: "br0"}: {{op: beforePlan, index: 102}},
		}}
		if err := e.encode(i, op); err != nil {
			t.Fatalf("%#v: %v", op, err)
		}
		fmt.Fprintf(&got, "%T\n%s\n", op, hex.Dump(e.buf))
	}
	golden.Compare(t, "testdata/messages.golden", got.String())
}

// TestVethFromEitherNamespace checks that a pair can be created from either namespace.
func TestVethFromEitherNamespace(t *testing.T) {
	op := ops()[0].(plan.AddVeth)
	e := &encoder{peers: map[addressKey]netip.Addr{}, namespace: "b", fds: map[string]int{"a": 9}}
	if err := e.encode(0, op); err != nil {
		t.Fatal(err)
	}
	l := readLink(e.buf[16:])
	if l.Name != "eth1" || l.Index != 101 {
		t.Errorf("seen from b the pair begins with %s, index %d", l.Name, l.Index)
	}
}

// In one namespace the first end is the one outside VETH_INFO_PEER, as in ip's
// request: the kernel gives the peer the lower index.
func TestVethInOneNamespace(t *testing.T) {
	op := ops()[0].(plan.AddVeth)
	op.Ends[1].Link.Namespace = "a"
	e := &encoder{peers: map[addressKey]netip.Addr{}, namespace: "a", fds: map[string]int{"a": 9}}
	if err := e.encode(0, op); err != nil {
		t.Fatal(err)
	}
	if l := readLink(e.buf[16:]); l.Name != "eth0" || l.Index != 100 {
		t.Errorf("the request is for %s, index %d, want eth0, 100", l.Name, l.Index)
	}
}

// FuzzRead checks that the decoders of messages do not panic.
func FuzzRead(f *testing.F) {
	for i, op := range ops() {
		e := &encoder{peers: map[addressKey]netip.Addr{}, namespace: "a", fds: map[string]int{"b": 9}, known: indexes{
			{Namespace: "a", Link: "eth0"}: {{op: beforePlan, index: 100}}, {Namespace: "a", Link: "br0"}: {{op: beforePlan, index: 102}},
		}}
		if err := e.encode(i, op); err != nil {
			f.Fatal(err)
		}
		f.Add(e.buf[16:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		readLink(body)
		readAddress(body)
		if d, ok := decodeRoute(body); ok {
			readRoute(d, body)
		}
		readMembership(body)
		decodeLink(body)
		decodeAddress(body)
		decodeRoute(body)
		decodeRule(body)
		decodeNeighbour(body)
		parseRefusal(body)
	})
}

// The example of RFC 4291, section 2.7.1.
func TestSolicitedNode(t *testing.T) {
	got := solicitedNode(netip.MustParseAddr("4037::01:800:200e:8c6c"))
	if want := netip.MustParseAddr("ff02::1:ff0e:8c6c"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Linux 5.10 leaves out a link's IFLA_INET6_ADDR_GEN_MODE if statistics are not
// requested. The dump is then repeated once with them.
func TestMissingAddrGenMode(t *testing.T) {
	link := func(families func(*batch)) *seenLink {
		return readLink(body(func(b *batch) {
			b.ifinfo(1, 0, 0)
			b.nest(unix.IFLA_AF_SPEC, func() { families(b) })
		}))
	}
	for _, test := range []struct {
		name     string
		families func(*batch)
		again    bool
	}{
		{"left out", func(b *batch) { b.nest(unix.AF_INET6, func() { b.u32(1, 0) }) }, true},
		{"said", func(b *batch) { b.nest(unix.AF_INET6, func() { b.u8(iflaInet6AddrGenMode, addrGenNone) }) }, false},
		{"no IPv6", func(b *batch) { b.nest(unix.AF_INET, func() {}) }, false},
	} {
		c := new(conn)
		l := link(test.families)
		if got := c.askAgain(l); got != test.again || c.askAgain(l) {
			t.Errorf("%s: repeated: %v, want %v", test.name, got, test.again)
		}
		if all := c.linkFilter() == 0; all != test.again {
			t.Errorf("%s: with statistics: %v, want %v", test.name, all, test.again)
		}
	}
}

// within follows a path of nested attributes, and stops at what is cut off.
func TestWithin(t *testing.T) {
	var b batch
	b.text(1, "x")
	b.nest(2, func() {
		b.u8(3, 7)
		b.nest(4, func() { b.u32(5, 9) })
	})
	if a, ok := within(b.buf, 2, 4, 5); !ok || a.u32() != 9 {
		t.Errorf("2, 4, 5: %v, %v", a, ok)
	}
	for _, path := range [][]uint16{{5}, {2, 5}, {2, 4, 5, 6}, {1, 2}} {
		if a, ok := within(b.buf, path...); ok {
			t.Errorf("%v: %v, though it is not there", path, a)
		}
	}
	if _, ok := within(b.buf[:len(b.buf)-1], 2); ok {
		t.Error("an attribute that is cut off was found")
	}
	if list := attributes(b.buf); len(list) != 2 || attributes(nil) != nil {
		t.Errorf("attributes: %v", list)
	}
	if n := (attribute{data: []byte{1, 0, 0, 0, 2, 0, 0, 0}}); n.nth(1) != native.Uint32([]byte{2, 0, 0, 0}) || n.nth(2) != 0 {
		t.Errorf("nth: %d, %d", n.nth(1), n.nth(2))
	}
}
