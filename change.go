package vethlab

import (
	"slices"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Change is what is to be done, or was done, to make a lab as described.
type Change struct {
	// Plan is the list of operations.
	Plan plan.Plan

	lab *Lab
}

// Empty reports whether there is nothing to do.
func (c *Change) Empty() bool { return len(c.Plan) == 0 }

func (c *Change) removesNodes() bool {
	return slices.ContainsFunc(c.Plan, func(op plan.Op) bool {
		_, deletes := plan.AboutNamespace(op)
		return deletes
	})
}

// A Command is one step of a change as a person would type it.
type Command struct {
	Text string   // for example "ip netns add ns1"
	Node string   // the node it is about, "" if it is about none of the description's
	Pos  topo.Pos // where the description asks for it; invalid if it asks for the opposite
}

// Commands returns the change as iproute2 commands, in order.
func (c *Change) Commands() []Command {
	list := make([]Command, len(c.Plan))
	for i, op := range c.Plan {
		list[i] = Command{Text: iproute2.Print(op), Node: c.lab.nodeOf(op.At().Namespace), Pos: c.lab.origin(op.At())}
	}
	return list
}

// nodeOf returns the node whose namespace has that name.
func (l *Lab) nodeOf(namespace string) string {
	if want := l.wanted(); want != nil && want.Namespace(namespace) != nil {
		return want.Namespace(namespace).Mark().Node
	}
	return ""
}

// origin returns the place of the description that asks for a link or, where
// that is not known, for its node.
func (l *Lab) origin(e state.Endpoint) topo.Pos {
	return l.compiled.Load().Origin(e)
}
