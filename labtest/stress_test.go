package labtest_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// stressEnv is the number of rounds of tests that may fail by chance.
const stressEnv = "VETHLAB_STRESS"

// rounds returns that number: 1 with -short, 5 by default.
func rounds(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv(stressEnv)); err == nil {
		return n
	}
	if testing.Short() {
		return 1
	}
	return 5
}

func cable(a, b string) topo.Link {
	return topo.Link{Endpoints: [2]topo.Endpoint{{Node: a}, {Node: b}}}
}

// fiftyNodes returns topologies of fifty hosts and routers.
func fiftyNodes() map[string]*topo.Topology {
	star := &topo.Topology{Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch}}}
	chain := &topo.Topology{}
	campus := &topo.Topology{}
	for i := range 50 {
		star.Links = append(star.Links, cable(fmt.Sprintf("h%d", i), "sw"))
		chain.Nodes = append(chain.Nodes, topo.Node{Name: fmt.Sprintf("r%d", i), Kind: topo.Router})
		if i > 0 {
			chain.Links = append(chain.Links, cable(fmt.Sprintf("r%d", i-1), fmt.Sprintf("r%d", i)))
		}
	}
	// Five routers in a ring, each with a switch of nine hosts.
	for r := range 5 {
		router, sw := fmt.Sprintf("r%d", r), fmt.Sprintf("sw%d", r)
		campus.Nodes = append(campus.Nodes, topo.Node{Name: router, Kind: topo.Router}, topo.Node{Name: sw, Kind: topo.Switch})
		campus.Links = append(campus.Links, cable(router, fmt.Sprintf("r%d", (r+1)%5)), cable(router, sw))
		for h := range 9 {
			campus.Links = append(campus.Links, cable(fmt.Sprintf("h%d%d", r, h), sw))
		}
	}
	return map[string]*topo.Topology{"star": star, "chain": chain, "campus": campus}
}

// In a new lab each node reaches all addresses of all nodes: no probe is lost.
func TestMatrixOfFreshLab(t *testing.T) {
	for name, desc := range fiftyNodes() {
		desc.Tests = []topo.Test{{Matrix: true}}
		t.Run(name, func(t *testing.T) {
			for i := range rounds(t) {
				lab := labtest.Start(t, desc)
				if report := lab.Verify(t.Context()); !report.OK() {
					t.Errorf("run %d:\n%s", i, report)
				}
				if err := lab.Drop(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// If a router does not forward, hosts reach only those on their own side.
func TestMatrixOfDividedLab(t *testing.T) {
	desc := &topo.Topology{
		Nodes: topo.Nodes{
			{Name: "left", Kind: topo.Switch},
			{Name: "right", Kind: topo.Switch},
			{Name: "wall", Kind: topo.Router, Sysctls: map[string]string{"net.ipv4.ip_forward": "0", "net.ipv6.conf.all.forwarding": "0"}},
		},
		Links: []topo.Link{cable("wall", "left"), cable("wall", "right")},
	}
	for i := range 50 {
		side := []string{"left", "right"}[i%2]
		name := fmt.Sprintf("h%d", i)
		desc.Nodes = append(desc.Nodes, topo.Node{Name: name, Group: []string{side + "s"}})
		desc.Links = append(desc.Links, cable(name, side))
	}
	desc.Tests = []topo.Test{
		{Matrix: true, From: []string{"lefts"}, To: []string{"lefts"}},
		{Matrix: true, From: []string{"rights"}, To: []string{"rights"}},
		{Matrix: true, From: []string{"lefts"}, To: []string{"rights"}, Expect: topo.Unreachable},
		{Matrix: true, From: []string{"rights"}, To: []string{"lefts"}, Expect: topo.Unreachable},
	}
	for i := range rounds(t) {
		lab := labtest.Start(t, desc)
		if report := lab.Verify(t.Context()); !report.OK() {
			t.Errorf("run %d:\n%s", i, report)
		}
		if err := lab.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
