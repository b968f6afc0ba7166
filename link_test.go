//go:build linux

package vethlab_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

func link(tb testing.TB, lab *vethlab.Lab, a, b string) *vethlab.Link {
	tb.Helper()
	l, err := lab.Link(a, b)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// isDescribed checks whether a lab equals its description.
func isDescribed(tb testing.TB, lab *vethlab.Lab, want bool) {
	tb.Helper()
	change, err := lab.Plan()
	if err != nil {
		tb.Fatal(err)
	}
	if change.Empty() != want {
		tb.Errorf("the plan has %v, want it to be empty: %v", change.Steps(), want)
	}
}

func TestLinkByNames(t *testing.T) {
	lab := parse(t, "name: lab\nlinks: [[a, b], ['a:up', 'b:down'], [a, c]]\n")
	for _, tt := range []struct{ a, b, want string }{
		{"a", "c", "a:eth1–c:eth0"},
		{"c", "a", "c:eth0–a:eth1"},
		{"a:up", "b", "a:up–b:down"},
		{"b:down", "a", "b:down–a:up"},
		{"a:eth0", "b:eth0", "a:eth0–b:eth0"},
		{"a", "b", "2 links of lab lab are between a and b, name an interface of one: a:eth0–b:eth0, a:up–b:down"},
		{"b", "c", "no such link: lab lab has none between b and c"},
		{"a:eth0", "b:down", "no such link"},
	} {
		k, err := lab.Link(tt.a, tt.b)
		if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && k.String() != tt.want {
			t.Errorf("%s, %s: got %v, %v, want %s", tt.a, tt.b, k, err, tt.want)
		}
	}
	if _, err := lab.Link("b", "c"); !errors.Is(err, vethlab.ErrNoLink) {
		t.Errorf("got %v, want ErrNoLink", err)
	}
	if ends := link(t, lab, "c", "a").Endpoints(); ends[0].Node != "c" || ends[1].Interface != "eth1" {
		t.Errorf("endpoints are %v", ends)
	}
}

// Over a link that is down nothing passes; setting it up restores IPv4, IPv6 and routed
// traffic, and the lab is as described.
func TestLinkDownAndUp(t *testing.T) {
	lab := running(t, routed)
	a, b := node(t, lab, "a"), node(t, lab, "b")
	echo(t, b, "tcp", ":80")
	reach := func(want bool) {
		t.Helper()
		for _, network := range []string{"tcp4", "tcp6"} {
			if _, err := ask(a, t, network, "b:80"); (err == nil) != want {
				t.Errorf("%s: %v, want it to work: %v", network, err, want)
			}
		}
	}
	for _, ends := range [][]string{nil, {"r"}, {"a"}, {"r:eth1"}, nil} {
		cut := link(t, lab, "a", "r")
		if fmt.Sprint(ends) == "[r:eth1]" {
			cut = link(t, lab, "b", "r")
		}
		reach(true)
		for range 2 {
			if err := cut.Down(t.Context(), ends...); err != nil {
				t.Fatal(err)
			}
		}
		isDescribed(t, lab, false)
		reach(false)
		for range 2 {
			if err := cut.Up(t.Context(), ends...); err != nil {
				t.Fatal(err)
			}
		}
		isDescribed(t, lab, true)
		reach(true)
	}
	if err := link(t, lab, "a", "r").Down(t.Context(), "b"); err == nil {
		t.Error("b was accepted as an end of a–r")
	}
}

// Setting a link up restores its own addresses and routes, and nothing else.
func TestLinkUpChangesNothingElse(t *testing.T) {
	lab := running(t, "nodes: {r: {kind: router}}\nlinks: [[a, r], [r, b], [r, c]]\n")
	if err := link(t, lab, "r", "c").Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	down, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	if err := link(t, lab, "a", "r").Down(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if err := link(t, lab, "a", "r").Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	if d := differences(down.State, now.State); d != "" {
		t.Errorf("not as before (-want +got):\n%s", d)
	}
}

// Ports of switches and links to the host namespace can be set down and up too. The test is
// isolated, since the machine's default route would lead from host out of the machine.
func TestLinksOfSwitchAndHost(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := running(t, "nodes: {sw: {kind: switch}}\nlinks: [[a, sw], [b, sw], [host, sw]]\naddressing: {ipv4: 10.87.0.0/16, ipv6: 'fd87::/48'}\n")
	a, b, host := node(t, lab, "a"), node(t, lab, "b"), node(t, lab, "host")
	echo(t, b, "tcp", ":80")
	for _, from := range []*vethlab.Node{a, host} {
		k := link(t, lab, from.Name(), "sw")
		for range 3 {
			if err := k.Down(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := ask(from, t, "tcp", "b:80"); err == nil {
				t.Errorf("%s reaches b over a link that is down", from.Name())
			}
			if err := k.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := ask(from, t, "tcp", "b:80"); err != nil {
				t.Errorf("%s: %v", from.Name(), err)
			}
		}
	}
	isDescribed(t, lab, true)
}

// Up and Apply set links up that were set down.
func TestUpRestoresLinks(t *testing.T) {
	lab := running(t, routed)
	for _, fix := range []func() (*vethlab.Plan, error){
		func() (*vethlab.Plan, error) { return lab.Up(t.Context()) },
		func() (*vethlab.Plan, error) { return lab.Apply(t.Context(), lab.Topology()) },
	} {
		if err := link(t, lab, "a", "r").Down(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := fix(); err != nil {
			t.Fatal(err)
		}
		isDescribed(t, lab, true)
	}
}

// Apply changes a running lab to an edited description. The lab keeps its name and all
// unedited parts.
func TestApply(t *testing.T) {
	lab := running(t, routed)
	name := lab.Name()
	a := node(t, lab, "a")
	for i, edit := range []func(*topo.Topology){
		func(d *topo.Topology) { d.Links = append(d.Links, cable("r", "c")) },
		func(d *topo.Topology) { d.Links = append(d.Links, cable("c", "d")); d.Name = "other" },
		func(d *topo.Topology) { d.Links[0].MTU = 1300 },
		func(d *topo.Topology) { d.Links = d.Links[:2]; d.Name = "" },
	} {
		edited := lab.Topology().Clone()
		edit(edited)
		before := lab.PlanNew().Len()
		change, err := lab.Apply(t.Context(), edited)
		if err != nil {
			t.Fatal(err)
		}
		if change.Empty() || change.Len() >= before {
			t.Errorf("changed %v", change.Steps())
		}
		isDescribed(t, lab, true)
		if lab.Name() != name || lab.Topology().Name != name || len(lab.Topology().Links) != len(edited.Links) {
			t.Errorf("lab %s has description %s", lab.Name(), lab.Topology().Format())
		}
		for _, l := range edited.Links {
			to := l.Endpoints[1].Node
			if to == "d" {
				continue // not behind the router
			}
			// the listener outlives its node
			port := fmt.Sprintf(":%d", 8000+i)
			echo(t, node(t, lab, to), "tcp", port)
			if _, err := ask(a, t, "tcp", to+port); err != nil {
				t.Errorf("a to %s: %v", to, err)
			}
		}
	}
	if _, err := lab.Node("c"); !errors.Is(err, vethlab.ErrNoNode) {
		t.Errorf("c still exists: %v", err)
	}
}

// An invalid description is refused, and the lab does not change.
func TestApplyRefused(t *testing.T) {
	lab := running(t, routed)
	edited := lab.Topology().Clone()
	edited.Links[0].MTU = 1
	if _, err := lab.Apply(t.Context(), edited); err == nil {
		t.Error("an MTU of 1 was accepted")
	}
	taken := *lab.Topology()
	taken.Links = append(taken.Links, cable("a", "c"))
	other := lab.Name() + ".c"
	squat(t, other)
	if _, err := lab.Apply(t.Context(), &taken); err == nil || !strings.Contains(err.Error(), "left alone") {
		t.Errorf("a name that is taken: %v", err)
	}
	isDescribed(t, lab, true)
	if len(lab.Topology().Links) != 2 {
		t.Errorf("the description has become %s", lab.Topology().Format())
	}
}

// A running lab without a record gets a description by Apply.
func TestApplyWithoutRecord(t *testing.T) {
	lab := running(t, routed)
	if err := os.Remove(filepath.Join(sandbox.Dir, lab.Name()+".wanted")); err != nil {
		t.Fatal(err)
	}
	found, err := vethlab.Find(lab.Name())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := found.Link("a", "r"); err == nil {
		t.Error("a lab without a description has a link")
	}
	if _, err := found.Plan(); err == nil {
		t.Error("a lab without a description has a plan")
	}
	change, err := found.Apply(t.Context(), topo.MustParse(routed))
	if err != nil {
		t.Fatal(err)
	}
	if !change.Empty() {
		t.Errorf("applying the actual state changed %v", change.Steps())
	}
	if _, err := found.Link("a", "r"); err != nil {
		t.Error(err)
	}
}
