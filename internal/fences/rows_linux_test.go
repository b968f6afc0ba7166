package fences

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/explain"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/internal/walk"
	"github.com/vethlab/vethlab/topo"
)

// kindPackages are the packages that have a table of kinds of link, with its kinds.
var kindPackages = map[string][]string{
	"internal/compile":   without(compile.KindNames(), state.Loopback{}.Kind()),
	"internal/decompile": decompile.KindNames(),
	"internal/explain":   explain.KindNames(),
	"internal/feature":   features(),
	"internal/iproute2":  iproute2.KindNames(),
	"internal/kernel":    kernel.KindNames(),
	"internal/topotest":  append(topotest.KindNames(), state.Veth{}.Kind()),
	"internal/walk":      walk.KindNames(),
	"topo":               append(words(), state.Veth{}.Kind()), // which is a link there
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return n == name })
}

// words returns the names of kinds of interface in lab files.
func words() []string {
	var list []string
	for _, k := range topo.LinkKinds() {
		list = append(list, k.Word())
	}
	return list
}

// features returns the names of the features that labs use; the feature of a kind of link
// has its name.
func features() []string {
	var names []string
	for _, f := range feature.All() {
		if f.Used {
			names = append(names, f.Name)
		}
	}
	return names
}

// Every table has a row for every kind of link that labs can have.
func TestEveryPackageKnowsEveryKind(t *testing.T) {
	for _, kind := range state.Kinds() {
		if !kind.Traits().Made {
			continue
		}
		for pkg, known := range kindPackages {
			if !slices.Contains(known, kind.Kind()) {
				t.Errorf("%s has no row for links of kind %s", pkg, kind.Kind())
			}
		}
	}
}

// No table has a row for a kind that a State cannot have.
func TestNoPackageKnowsMore(t *testing.T) {
	for pkg, known := range kindPackages {
		if pkg == "internal/feature" { // also has features that are no kinds of links
			continue
		}
		for _, kind := range known {
			if !state.KindNamed(kind).Traits().Made || state.KindNamed(kind).Equal(state.Other{Name: kind}) {
				t.Errorf("%s has a row for links of kind %s, which internal/state does not have", pkg, kind)
			}
		}
	}
}

// Lab files can give a MAC to the kinds of link that have one, and no others.
func TestFilesKnowWhichKindsHaveMACs(t *testing.T) {
	for _, kind := range topo.LinkKinds() {
		lab := &topo.Topology{Name: "l", Nodes: topo.Nodes{{Name: "a", Interfaces: topo.Interfaces{{Name: "x0", Kind: kind}}}}}
		without := fmt.Sprint(lab.Validate())
		lab.Nodes[0].Interfaces[0].MAC = topo.MAC{2, 5: 1}
		refused := fmt.Sprint(lab.Validate()) != without
		if has := !state.KindNamed(kind.Word()).Traits().NoMAC; refused == has {
			t.Errorf("a MAC of a %s is refused: %v, and internal/state says that it has one: %v", kind.Word(), refused, has)
		}
	}
}
