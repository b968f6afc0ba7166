package decompile

import (
	"slices"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// shorten omits the defaults from a lab. It keeps an abbreviation if the lab still
// compiles to the same State.
func shorten(t *topo.Topology, want *state.State) *topo.Topology {
	s := &shortener{want: want, lab: t}
	s.switches()
	s.macs()
	s.try(omitInterfaces)
	s.routing()
	s.try(omitDevs)
	s.try(omitNodes)
	return s.lab
}

type shortener struct {
	want *state.State
	lab  *topo.Topology
}

// try changes the lab if it still compiles to the wanted State. It reports whether it
// did.
func (s *shortener) try(change func(*topo.Topology)) bool {
	t := s.lab.Clone()
	change(t)
	got, err := compile.Compile(t)
	if err != nil || !Same(s.want, got.State) {
		return false
	}
	s.lab = t
	return true
}

// switches makes all nodes that can be switches of kind switch, else as many as
// possible.
func (s *shortener) switches() {
	var may []int
	ends := endsOf(s.lab)
	for i := range s.lab.Nodes {
		if n := &s.lab.Nodes[i]; canBeSwitch(n, ends[n.Name]) {
			may = append(may, i)
		}
	}
	s.makeSwitches(may)
}

// makeSwitches makes as many of the nodes switches as possible: all, else of each half as
// many as possible. Each try compiles the whole lab, so they must be few.
func (s *shortener) makeSwitches(may []int) {
	if len(may) == 0 {
		return
	}
	all := s.try(func(t *topo.Topology) {
		for _, i := range may {
			makeSwitch(&t.Nodes[i])
		}
	})
	if half := len(may) / 2; !all && half > 0 {
		s.makeSwitches(may[:half])
		s.makeSwitches(may[half:])
	}
}

// macs omits the MACs that the compiler derives from names.
func (s *shortener) macs() {
	without := s.lab.Clone()
	eachInterface(without, func(_ *topo.Node, i *topo.Interface) { i.MAC = topo.MAC{} })
	lab, err := compile.Compile(without)
	if err != nil {
		return
	}
	s.try(func(t *topo.Topology) {
		eachInterface(t, func(n *topo.Node, i *topo.Interface) {
			node, _ := lab.Node(n.Name)
			l := lab.State.Link(state.Endpoint{Namespace: node.Namespace, Link: i.Name})
			if l != nil && l.MAC == i.MAC {
				i.MAC = topo.MAC{}
			}
		})
	})
}

func eachInterface(t *topo.Topology, fn func(*topo.Node, *topo.Interface)) {
	for i := range t.Nodes {
		for j := range t.Nodes[i].Interfaces {
			fn(&t.Nodes[i], &t.Nodes[i].Interfaces[j])
		}
	}
}

// omitInterfaces omits interfaces without attributes.
func omitInterfaces(t *topo.Topology) {
	for i := range t.Nodes {
		n := &t.Nodes[i]
		n.Interfaces = slices.DeleteFunc(n.Interfaces, topo.Interface.IsEmpty)
		if len(n.Interfaces) == 0 {
			n.Interfaces = nil
		}
	}
}

// routing omits the routes that the compiler adds.
func (s *shortener) routing() {
	auto := s.lab.Clone()
	auto.Routing = ""
	for i := range auto.Nodes {
		auto.Nodes[i].Routes = nil
	}
	lab, err := compile.Compile(auto)
	if err != nil {
		return
	}
	s.try(func(t *topo.Topology) {
		t.Routing = ""
		for i := range t.Nodes {
			n := &t.Nodes[i]
			found, _ := lab.Node(n.Name)
			automatic := lab.State.Namespaces[found.Namespace].Routes
			n.Routes = slices.DeleteFunc(n.Routes, func(r topo.Route) bool {
				return slices.Contains(automatic, state.Route{To: r.To, Via: r.Via, Dev: r.Dev, Metric: r.Metric})
			})
			if len(n.Routes) == 0 {
				n.Routes = nil
			}
		}
	})
}

// omitDevs omits the interfaces of routes, if the gateway determines them.
func omitDevs(t *topo.Topology) {
	for i := range t.Nodes {
		for j := range t.Nodes[i].Routes {
			if r := &t.Nodes[i].Routes[j]; r.Via.IsValid() && !r.Via.IsLinkLocalUnicast() {
				r.Dev = ""
			}
		}
	}
}

// omitNodes omits nodes without attributes that a link names.
func omitNodes(t *topo.Topology) {
	linked := map[string]bool{}
	for _, l := range t.Links {
		linked[l.Endpoints[0].Node], linked[l.Endpoints[1].Node] = true, true
	}
	t.Nodes = slices.DeleteFunc(t.Nodes, func(n topo.Node) bool {
		return linked[n.Name] && n.Kind == "" && n.Nftables == "" && len(n.Interfaces)+len(n.Routes)+len(n.Sysctls) == 0
	})
}
