//go:build linux

package vethlab_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// shapes are labs by how many nodes they have.
var shapes = []struct {
	name string
	make func(nodes int) *topo.Topology
}{
	{"pairs", pairs}, {"star", star}, {"chain", chain},
}

var sizes = []int{10, 100, 1000}

// pairs returns nodes that are cabled two by two.
func pairs(nodes int) *topo.Topology {
	t := &topo.Topology{}
	for i := range nodes / 2 {
		t.Links = append(t.Links, cable(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)))
	}
	return t
}

// star returns hosts on one switch.
func star(nodes int) *topo.Topology {
	t := &topo.Topology{Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch}}}
	for i := range nodes - 1 {
		t.Links = append(t.Links, cable(fmt.Sprintf("h%d", i), "sw"))
	}
	return t
}

// chain returns routers in a row.
func chain(nodes int) *topo.Topology {
	t := &topo.Topology{}
	for i := range nodes {
		t.Nodes = append(t.Nodes, topo.Node{Name: fmt.Sprintf("r%d", i), Kind: topo.Router})
		if i > 0 {
			t.Links = append(t.Links, cable(fmt.Sprintf("r%d", i-1), fmt.Sprintf("r%d", i)))
		}
	}
	return t
}

func cable(a, b string) topo.Link {
	return topo.Link{Endpoints: [2]topo.Endpoint{{Node: a}, {Node: b}}}
}

// eachShape runs a benchmark for each shape and size.
func eachShape(b *testing.B, fn func(*testing.B, *topo.Topology)) {
	for _, shape := range shapes {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/%d", shape.name, size), func(b *testing.B) {
				t := shape.make(size)
				t.Name = fmt.Sprintf("vtest-%d-bench", os.Getpid())
				fn(b, t)
			})
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	eachShape(b, func(b *testing.B, t *topo.Topology) {
		for b.Loop() {
			if _, err := compile.Compile(t); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDiff is of the plan that makes a lab.
func BenchmarkDiff(b *testing.B) {
	eachShape(b, func(b *testing.B, t *topo.Topology) {
		c, err := compile.Compile(t)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			plan.Diff(state.New(), c.State)
		}
	})
}

// BenchmarkUp is of making a lab until all its links work.
func BenchmarkUp(b *testing.B) {
	onMachine(b, func(b *testing.B, lab *vethlab.Lab) {
		for b.Loop() {
			bring(b, lab)
			b.StopTimer()
			down(b, lab)
			b.StartTimer()
		}
	})
}

// BenchmarkUpAgain is of an up that changes nothing.
func BenchmarkUpAgain(b *testing.B) {
	onMachine(b, func(b *testing.B, lab *vethlab.Lab) {
		bring(b, lab)
		for b.Loop() {
			bring(b, lab)
		}
		down(b, lab)
	})
}

func BenchmarkObserve(b *testing.B) {
	onMachine(b, func(b *testing.B, lab *vethlab.Lab) {
		bring(b, lab)
		for b.Loop() {
			if _, err := lab.View(); err != nil {
				b.Fatal(err)
			}
		}
		down(b, lab)
	})
}

// BenchmarkDown is of removing a lab until the kernel is clean.
func BenchmarkDown(b *testing.B) {
	onMachine(b, func(b *testing.B, lab *vethlab.Lab) {
		for b.Loop() {
			b.StopTimer()
			bring(b, lab)
			b.StartTimer()
			down(b, lab)
		}
	})
}

// onMachine runs a benchmark of labs on this very machine.
func onMachine(b *testing.B, fn func(*testing.B, *vethlab.Lab)) {
	netnstest.Need(b)
	eachShape(b, func(b *testing.B, t *topo.Topology) {
		lab := newLab(b, t)
		defer down(b, lab)
		fn(b, lab)
	})
}

func bring(b *testing.B, lab *vethlab.Lab) {
	b.Helper()
	if _, err := lab.Up(b.Context()); err != nil {
		b.Fatal(err)
	}
}
