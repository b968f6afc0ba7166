package topo_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// What has a text in a file has the same text in JSON.
func TestJSONOfTexts(t *testing.T) {
	checkJSON(t, `"1gbit"`, topo.Gbit)
	checkJSON(t, `"1.5%"`, topo.Percent(1.5))
	checkJSON(t, `"1s"`, topo.Second)
	checkJSON(t, `"02:00:00:00:00:01"`, topo.MAC{2, 0, 0, 0, 0, 1})
	checkJSON(t, `""`, topo.MAC{})
	checkJSON(t, `"a:eth0"`, topo.Endpoint{Node: "a", Interface: "eth0"})
	checkJSON(t, `"a"`, topo.Endpoint{Node: "a"})
	checkJSON(t, `""`, topo.Pool{})
	checkJSON(t, `"none"`, topo.Pool{None: true})
	checkJSON(t, `"10.0.0.0/8"`, topo.Pool{Prefix: netip.MustParsePrefix("10.0.0.0/8")})
	for _, bad := range []any{new(topo.Rate), new(topo.Percent), new(topo.Duration), new(topo.MAC), new(topo.Endpoint), new(topo.Pool)} {
		if err := json.Unmarshal([]byte(`"x:"`), bad); err == nil {
			t.Errorf("%T reads %v", bad, bad)
		}
	}
}

func checkJSON[T any](t *testing.T, text string, v T) {
	t.Helper()
	got, err := json.Marshal(v)
	if err != nil || string(got) != text {
		t.Errorf("%#v is written as %s, want %s: %v", v, got, text, err)
	}
	again := new(T)
	if err := json.Unmarshal([]byte(text), again); err != nil || !reflect.DeepEqual(*again, v) {
		t.Errorf("%s is read as %#v, want %#v: %v", text, *again, v, err)
	}
}

func TestRateUnits(t *testing.T) {
	for text, want := range map[string]topo.Rate{
		"3bit": 3, "3kbit": 3e3, "3mbit": 3e6, "3gbit": 3e9, "3tbit": 3e12,
		"3kibit": 3 << 10, "3mibit": 3 << 20, "3gibit": 3 << 30, "3tibit": 3 << 40,
	} {
		if got, err := topo.ParseRate(text); got != want || err != nil {
			t.Errorf("%s is %d bit/s, want %d: %v", text, got, want, err)
		}
	}
}

// A test makes a listener unless it has none, or says that it does not.
func TestServes(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		test topo.Test
		want bool
	}{
		{topo.Test{}, false},
		{topo.Test{Serve: &yes}, false},
		{topo.Test{Via: topo.Via{Protocol: topo.TCP, Port: 80}}, true},
		{topo.Test{Via: topo.Via{Protocol: topo.TCP, Port: 80}, Serve: &no}, false},
		{topo.Test{Via: topo.Via{Protocol: topo.TCP, Port: 80}, Expect: topo.Unreachable}, true},
		{topo.Test{Via: topo.Via{Protocol: topo.TCP, Port: 80}, Expect: topo.Refused}, false},
	} {
		if got := tt.test.Serves(); got != tt.want {
			t.Errorf("%+v serves: %t, want %t", tt.test, got, tt.want)
		}
	}
}

func TestInterfaceIsEmpty(t *testing.T) {
	for _, i := range []topo.Interface{
		{Addresses: []netip.Prefix{}},
		{MAC: topo.MAC{2}},
		{MTU: 1},
		{Down: true},
		{Kind: new(topo.Dummy)},
		{Neighbours: []topo.Neighbour{{}}},
	} {
		if i.Name = "eth0"; i.IsEmpty() {
			t.Errorf("%+v is empty", i)
		}
	}
	if i := (topo.Interface{Name: "eth0", Pos: topo.Pos{Line: 1}}); !i.IsEmpty() {
		t.Errorf("%+v is not empty", i)
	}
	lab := topo.MustParse("nodes: {a: {}}")
	if lab.Node("a") != &lab.Nodes[0] || lab.Node("b") != nil {
		t.Errorf("the nodes are %v, %v", lab.Node("a"), lab.Node("b"))
	}
}

// Comments stand above the nodes that they are of.
func TestFormatWithComments(t *testing.T) {
	lab := topo.MustParse("nodes: {a: {kind: router}, b: {}}\nlinks: [[a, b]]")
	got := string(lab.FormatWith(topo.Comments{"": {"the lab"}, "a": {"one", "two"}, "c": {"not listed"}}))
	const want = "# the lab\nname: lab\nnodes:\n  # one\n  # two\n  a: {kind: router}\n  b: {}\n"
	if len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("got\n%s", got)
	}
}
