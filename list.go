package vethlab

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// LabInfo describes a lab in a [List].
type LabInfo struct {
	Name  string   `json:"name"`
	Nodes []string `json:"nodes"`

	// Incomplete says that the lab is half made or half removed: the last change failed
	// or was killed.
	Incomplete bool `json:"incomplete,omitempty"`

	// Foreign says that the lab is root's and this process has no permission to enter
	// it: its nodes are unknown.
	Foreign bool `json:"foreign,omitempty"`
}

// List returns the labs of this machine, sorted by name, with incomplete ones.
func List() ([]LabInfo, error) {
	if !sandbox.Privileged() {
		return rootLabs(), nil
	}
	marks, err := kernel.Labs()
	if err != nil {
		return nil, err
	}
	labs := map[string]*LabInfo{}
	lab := func(name string) *LabInfo {
		if labs[name] == nil {
			labs[name] = &LabInfo{Name: name}
		}
		return labs[name]
	}
	for _, m := range marks {
		i := lab(m.Lab)
		i.Nodes = append(i.Nodes, m.Node)
	}
	left, err := netns.Leftovers()
	for _, content := range left {
		if m, ok := state.ParseNamespaceMark(content); ok {
			lab(m.Lab).Incomplete = true
		}
	}
	for _, name := range lockedLabs() {
		if i := lab(name); len(i.Nodes) == 0 || sandbox.Unfinished(name) {
			i.Incomplete = true
		}
	}
	var list []LabInfo
	for _, name := range slices.Sorted(maps.Keys(labs)) {
		slices.SortFunc(labs[name].Nodes, state.CompareNames)
		list = append(list, *labs[name])
	}
	return list, err
}

// rootLabs returns root's labs as seen without root.
func rootLabs() []LabInfo {
	var list []LabInfo
	for _, name := range lockedLabs() {
		list = append(list, LabInfo{Name: name, Nodes: []string{}, Foreign: true})
	}
	return list
}

// lockedLabs returns the names of the labs that have a lock file. In a sandbox a process of
// the lab may have made files of any name.
func lockedLabs() []string {
	return slices.DeleteFunc(sandbox.Labs(), func(name string) bool { return topo.CheckName(name) != nil })
}
