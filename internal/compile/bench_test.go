package compile_test

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// pairs is n links without common nodes.
func pairs(n int) *topo.Topology {
	t := &topo.Topology{Name: "pairs"}
	for i := range n {
		t.Links = append(t.Links, cable(fmt.Sprint("a", i), fmt.Sprint("b", i)))
	}
	return t
}

// star is n hosts on one switch.
func star(n int) *topo.Topology {
	t := &topo.Topology{Name: "star", Nodes: topo.Nodes{{Name: "sw", Kind: topo.Switch}}}
	for i := range n {
		t.Links = append(t.Links, cable("sw", fmt.Sprint("h", i)))
	}
	return t
}

// chain is n routers in a row with a host at each end.
func chain(n int) *topo.Topology {
	t := &topo.Topology{Name: "chain"}
	before := "a"
	for i := range n {
		name := fmt.Sprint("r", i)
		t.Nodes = append(t.Nodes, topo.Node{Name: name, Kind: topo.Router})
		t.Links = append(t.Links, cable(before, name))
		before = name
	}
	t.Links = append(t.Links, cable(before, "b"))
	return t
}

func cable(a, b string) topo.Link {
	return topo.Link{Endpoints: [2]topo.Endpoint{{Node: a}, {Node: b}}}
}

func BenchmarkCompile(b *testing.B) {
	shapes := []struct {
		name string
		make func(int) *topo.Topology
	}{{"pairs", pairs}, {"star", star}, {"chain", chain}}
	for _, shape := range shapes {
		for _, n := range []int{10, 100, 1000} {
			t := shape.make(n)
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := compile.Compile(t); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkFile reads a file of 2,000 nodes and compiles its lab.
func BenchmarkFile(b *testing.B) {
	for _, shape := range []struct {
		name string
		lab  *topo.Topology
	}{{"pairs", pairs(1000)}, {"chain", chain(1998)}} {
		data := shape.lab.Format()
		b.Run(shape.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := compile.CompileChecked(topo.ParseChecked("lab.yaml", "lab.yaml", data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
