//go:build linux

package kernel_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// modelCommands have the same output for a State and for the kernel.
var modelCommands = []string{
	"link show", "-br link", "addr show", "-br addr", "route show", "-6 route show",
	"route show table local", "-6 route show table local", "rule show", "-6 rule show",
}

// The output of ip for the State of an example equals that for the running lab.
func TestExamplesShowAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	for _, example := range []string{"veth-pair", "two-routers", "dual-stack", "three-hosts-on-a-switch", "router-with-a-bridge"} {
		file := filepath.Join("..", "..", "examples", example+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		top, err := topo.Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		top.Name, top.Prefix = lab, nil
		t.Run(example, func(t *testing.T) {
			checkFor(t, time.Second, func(t *rapid.T) {
				defer clear(t, lab)
				checkShow(t, lab, compiled(t, top))
			})
		})
	}
}

// The same holds for random labs.
func TestRandomLabsShowAgreesWithModel(t *testing.T) {
	netnstest.Need(t)
	lab := netnstest.LabName(t)
	checkFor(t, 4*time.Second, func(t *rapid.T) {
		defer clear(t, lab)
		checkShow(t, lab, compiled(t, draw(t, lab)))
	})
}

// checkShow compares the outputs for a complete lab and for a partial one. Bridges
// forward at once, without a forward delay of seconds.
func checkShow(t *rapid.T, lab string, want *state.State) {
	for _, ns := range want.Namespaces {
		for _, l := range ns.Links {
			if _, ok := l.Kind.(state.Bridge); ok {
				l.Kind = state.Bridge{}
			}
		}
	}
	p := plan.Diff(state.New(), want)
	for _, steps := range []int{len(p), rapid.IntRange(1, len(p)).Draw(t, "steps")} {
		clear(t, lab)
		s := state.New()
		apply(t, lab, p[:steps], s, want)
		if err := p[:steps].Apply(s); err != nil {
			t.Fatal(err)
		}
		compareShown(t, s)
	}
}

// compareShown compares the output for a State with that for the kernel. It waits for
// what the kernel updates a moment later, such as a lost carrier.
func compareShown(t *rapid.T, s *state.State) {
	for _, name := range s.Names() {
		if name == state.Host {
			continue
		}
		want := shownOf(t, dump.Model(s, name))
		for end := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			ns, err := kernel.Dump(name)
			if err != nil {
				t.Fatal(err)
			}
			got := shownOf(t, ns)
			if got == want {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s (-model +kernel):\n%s", name, gocmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
		}
	}
}

// shownOf returns the compared output of a namespace.
func shownOf(t *rapid.T, ns *dump.Namespace) string {
	normalize(ns)
	ns.Links = slices.DeleteFunc(ns.Links, func(l dump.Link) bool { return dump.Fallback(l.Name, l.Kind) })
	var b strings.Builder
	for _, command := range modelCommands {
		text, err := ipshow.Show(ns, strings.Fields(command)...)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("$ ip " + command + "\n" + text)
	}
	return b.String()
}

// broadcastRoute is RTN_BROADCAST.
const broadcastRoute = 3

// normalize removes differences that a State does not have: the order of routes of
// several links to one destination; multicast routes of a link that had a carrier
// before; and, between kernels, whether a link without a carrier is down itself or its
// lower device, and whether the first address of a subnet is also a broadcast address
// (before Linux 5.14).
func normalize(ns *dump.Namespace) {
	for i := range ns.Links {
		if ns.Links[i].OperState == "lowerlayerdown" {
			ns.Links[i].OperState = "down"
		}
	}
	ns.Routes = slices.DeleteFunc(ns.Routes, func(r dump.Route) bool {
		if r.Type == broadcastRoute && slices.ContainsFunc(ns.Addresses, func(a dump.Address) bool { return a.Prefix.Masked().Addr() == r.To.Addr() }) {
			return true
		}
		return r.To.Addr().IsMulticast() && !ns.Link(r.Index).Flags.Has(dump.Running)
	})
	for from := 0; from < len(ns.Routes); {
		to := from
		for to < len(ns.Routes) && ns.Routes[to].To == ns.Routes[from].To && ns.Routes[to].Table == ns.Routes[from].Table {
			to++
		}
		slices.SortFunc(ns.Routes[from:to], func(a, b dump.Route) int { return cmp.Or(a.Metric-b.Metric, a.Index-b.Index) })
		from = to
	}
}
