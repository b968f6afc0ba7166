package placement

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a running lab and its sandbox.
type Lab struct {
	vethlab.LabInfo

	// Sandbox is the name of the sandbox that the lab is in, by default the lab's;
	// "": the lab is on the machine.
	Sandbox string `json:"sandbox,omitempty"`

	// Unreachable is why the labs in the sandbox can't be listed; "": they can. If not, the
	// nodes are unknown.
	Unreachable string `json:"unreachable,omitempty"`

	// NotFound says that the sandbox runs, but has no lab of its name, as after a crash.
	NotFound bool `json:"-"`
}

// own reports whether the lab has a sandbox of its name, or none. Which other labs are in a
// sandbox is what its processes claim.
func (l Lab) own() bool { return l.Sandbox == "" || l.Sandbox == l.Name }

// Labs are running labs. Several may have the same name, in different sandboxes.
type Labs []Lab

// Names returns the names of the labs.
func (l Labs) Names() []string {
	names := make([]string, len(l))
	for i, lab := range l {
		names[i] = lab.Name
	}
	return names
}

// Reachable returns the labs that this user may change.
func (l Labs) Reachable() Labs {
	return slices.DeleteFunc(slices.Clone(l), func(lab Lab) bool { return lab.Foreign })
}

// Has reports whether a lab of that name runs.
func (l Labs) Has(name string) bool { return slices.Contains(l.Names(), name) }

// Named returns the lab of that name. Of several it prefers a reachable one, then one that is
// in a sandbox of its own name or on the machine. If there is none, the Lab has only its name.
func (l Labs) Named(name string) Lab {
	found := Lab{LabInfo: vethlab.LabInfo{Name: name}}
	best := 0
	for _, lab := range l {
		rank := 1
		if !lab.Foreign {
			rank += 2
		}
		if lab.own() {
			rank++
		}
		if lab.Name == name && rank > best {
			found, best = lab, rank
		}
	}
	return found
}

// Running returns the running lab of that name. The error is [vethlab.ErrNotRunning] if
// there is none.
func (l Labs) Running(name string) (Lab, error) {
	if !l.Has(name) {
		return Lab{}, fmt.Errorf("lab %s is %w%s", name, vethlab.ErrNotRunning, words.DidYouMean(name, l.Names()))
	}
	return l.Named(name), nil
}

// Only returns the only lab that is reachable.
func (l Labs) Only() (Lab, error) {
	reachable := l.Reachable()
	switch len(reachable) {
	case 0:
		return Lab{}, errors.New("no lab is running")
	case 1:
		return reachable[0], nil
	}
	return Lab{}, fmt.Errorf("several labs are running, name one: %s", strings.Join(reachable.Names(), ", "))
}

// With returns the names of the labs that have a node. All that are reachable have host.
func (l Labs) With(node string) []string {
	var labs []string
	for _, lab := range l {
		if node == topo.HostNode && !lab.Foreign || slices.Contains(lab.Nodes, node) {
			labs = append(labs, lab.Name)
		}
	}
	return labs
}

// OfNode returns the name of the lab that has a node. Of several labs it is the preferred
// one, whose name prefer returns.
func (l Labs) OfNode(node string, prefer func() string) (string, error) {
	labs := l.With(node)
	switch len(labs) {
	case 0:
		if len(l) == 0 {
			_, err := l.Only()
			return "", err
		}
		return "", fmt.Errorf("no running lab has a node %s%s", node, words.DidYouMean(node, l.nodes()))
	case 1:
		return labs[0], nil
	}
	if lab := prefer(); slices.Contains(labs, lab) {
		return lab, nil
	}
	for i, lab := range labs {
		labs[i] = lab + "/" + node
	}
	return "", fmt.Errorf("several running labs have a node %s: give %s", node, strings.Join(labs, " or "))
}

// nodes returns the nodes of all labs.
func (l Labs) nodes() []string {
	var nodes []string
	for _, lab := range l {
		nodes = append(nodes, lab.Nodes...)
	}
	return nodes
}

// Nodes returns the nodes of all labs as commands take them: with the lab's name if
// several labs run.
func (l Labs) Nodes() []string {
	if len(l) == 1 {
		return l.nodes()
	}
	var nodes []string
	for _, lab := range l {
		for _, node := range lab.Nodes {
			nodes = append(nodes, lab.Name+"/"+node)
		}
	}
	return nodes
}

func rootLabError(lab string) error {
	return fmt.Errorf("lab %s belongs to root: %w", lab, sandbox.ErrRoot)
}

func notRunningError(lab string) error {
	return fmt.Errorf("lab %s is %w", lab, vethlab.ErrNotRunning)
}
