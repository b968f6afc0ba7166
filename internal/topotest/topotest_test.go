package topotest_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

func TestLabsAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab := topotest.Draw(t, topotest.Options{MaxNodes: 12, ExtraLinks: 6, HostLinks: true})
		if err := lab.Validate(); err != nil {
			t.Fatalf("%v\n%s", err, lab.Format())
		}
	})
}

func TestEdit(t *testing.T) {
	edits := 0
	rapid.Check(t, func(t *rapid.T) {
		lab := topotest.Topology(t)
		before := string(lab.Format())
		edited := topotest.Edit(t, lab)
		if err := edited.Validate(); err != nil {
			t.Fatalf("%v\n%s", err, edited.Format())
		}
		if after := string(lab.Format()); after != before {
			t.Fatalf("Edit changed its argument from\n%s\nto\n%s", before, after)
		}
		if string(edited.Format()) != before {
			edits++
		}
	})
	if edits == 0 {
		t.Error("no edit changed anything")
	}
}

// TestDiversity fails if a feature of labs is never drawn.
func TestDiversity(t *testing.T) {
	seen := make(map[string]bool)
	for seed := range 200 {
		lab := rapid.Custom(topotest.Topology).Example(seed)
		note(seen, lab)
	}
	for _, what := range []string{
		"router", "switch", "linked switches", "undeclared", "addresses", "no addresses", "mac", "interface mtu",
		"bridge", "stp", "forward delay", "down", "loopback", "neighbour",
		"link mtu", "subnet", "switch subnet", "route", "sysctl", "routing none", "prefix", "no prefix", "pool", "group",
		"from", "to", "matrix", "via", "expect", "within", "loss", "mtu", "throughput", "path", "empty path", "count", "timeout",
		"retry for", "serve", "serve not", "run", "on", "exit", "stdout", "test's name",
	} {
		if !seen[what] {
			t.Errorf("none of 200 labs has %s", what)
		}
	}
	for _, k := range topo.LinkKinds() {
		if !seen["kind "+k.Word()] {
			t.Errorf("none of 200 labs has an interface of kind %s", k.Word())
		}
	}
}

func note(seen map[string]bool, lab *topo.Topology) {
	set := func(what string, is bool) { seen[what] = seen[what] || is }
	set("routing none", lab.Routing == topo.RoutingNone)
	set("prefix", lab.Prefix != nil)
	set("no prefix", lab.Prefix == nil)
	set("pool", !reflect.DeepEqual(lab.Addressing, topo.Addressing{}))
	for _, t := range lab.Tests {
		noteTest(set, t)
	}
	for _, n := range lab.Nodes {
		set(string(n.Kind), true)
		set("group", len(n.Group) > 0)
		set("switch subnet", len(n.Subnet) > 0)
		set("route", len(n.Routes) > 0)
		set("sysctl", len(n.Sysctls) > 0)
		for _, i := range n.Interfaces {
			set("addresses", len(i.Addresses) > 0)
			set("no addresses", i.Addresses != nil && len(i.Addresses) == 0)
			set("mac", !i.MAC.IsZero())
			set("interface mtu", i.MTU != 0)
			if bridge, ok := i.Kind.(*topo.Bridge); ok {
				set("bridge", len(bridge.Ports) > 1)
				set("stp", bridge.STP)
				set("forward delay", bridge.ForwardDelay != 0)
			}
			if i.Kind != nil {
				set("kind "+i.Kind.Word(), true)
			}
			set("down", i.Down)
			set("loopback", i.Name == topo.Loopback)
			set("neighbour", len(i.Neighbours) > 0)
		}
	}
	for _, l := range lab.Links {
		set("link mtu", l.MTU != 0)
		set("subnet", len(l.Subnet) > 0)
		x, y := lab.Node(l.Endpoints[0].Node), lab.Node(l.Endpoints[1].Node)
		set("undeclared", x == nil || y == nil)
		set("linked switches", x != nil && y != nil && x.Kind == topo.Switch && y.Kind == topo.Switch)
	}
}

func noteTest(set func(what string, is bool), t topo.Test) {
	set("test's name", t.Name != "")
	set("from", len(t.From) > 1)
	set("to", len(t.To) > 1)
	set("matrix", t.Matrix)
	set("via", t.Via != topo.Via{})
	set("expect", t.Expect != "")
	set("within", t.Within > 0)
	set("loss", t.Loss.IsSet())
	set("mtu", t.MTU > 0)
	set("throughput", t.Throughput.IsSet())
	set("path", len(t.Path) > 0)
	set("empty path", t.Path != nil && len(t.Path) == 0)
	set("count", t.Count > 0)
	set("timeout", t.Timeout > 0)
	set("retry for", t.RetryFor > 0)
	set("serve", t.Serve != nil && *t.Serve)
	set("serve not", t.Serve != nil && !*t.Serve)
	set("run", len(t.Run) > 0)
	set("on", len(t.On) > 0)
	set("exit", t.Exit > 0)
	set("stdout", t.Stdout != "")
}
