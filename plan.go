package vethlab

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/inspect"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/record"
	"github.com/vethlab/vethlab/internal/state"
)

// A Plan is the steps that make a lab as described, in order. As JSON it is what
// `vethlab plan -o json` writes.
type Plan struct {
	description *description // nil: not known
	ops         plan.Plan
	moves       []Move
	unmanaged   []Unmanaged
}

// A Step is one change of a [Plan].
type Step struct {
	Command string `json:"command"`        // the iproute2 command that makes it: "ip netns add ns1"
	Node    string `json:"node,omitempty"` // whose namespace it changes; "" if the description lacks the node

	// File and Line say where the description asks for it. They are zero where it does
	// not: the step removes or resets something that it lacks, or it was not read from a
	// file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"` // from 1
}

// String returns the command.
func (s Step) String() string { return s.Command }

// Plan returns what [Lab.Up] would change now.
func (l *Lab) Plan() (*Plan, error) {
	p, _, err := l.plan(l.record(), kernel.ObserveWithExtras)
	return p, err
}

// PlanNew returns the plan that makes the whole lab. It does not look at the
// kernel. The plan is empty if the lab's description is not known.
func (l *Lab) PlanNew() *Plan { return l.planFrom(state.New(), l.described()) }

// PlanDown returns the plan that removes a complete lab. It does not look at the
// kernel. The plan is empty if the lab's description is not known.
func (l *Lab) PlanDown() *Plan { return l.planFrom(l.described(), state.New()) }

// described returns the described lab; an empty one without a description.
func (l *Lab) described() *state.State {
	if want := l.wanted(); want != nil {
		return want
	}
	return state.New()
}

// An observer reads a lab from the kernel, see [kernel.Observe].
type observer func(lab string, want, last *state.State) (*kernel.Snapshot, error)

// plan returns the plan from what the kernel has now, and that.
func (l *Lab) plan(before *record.Record, observe observer) (*Plan, *kernel.Snapshot, error) {
	if l.wanted() == nil {
		return nil, nil, l.unknown()
	}
	view, err := observe(l.name, l.wanted(), before.State())
	if err != nil {
		return nil, nil, err
	}
	if before == nil && len(view.State.Namespaces) > 0 {
		l.notifyRecord(record.MissingError(l.name))
	}
	p := l.planFrom(view.State, l.wanted())
	if !p.Empty() {
		p.moves = l.moves()
	}
	for _, u := range inspect.FindUnmanaged(view, p.ops) {
		p.unmanaged = append(p.unmanaged, Unmanaged(u))
	}
	return p, view, nil
}

func (l *Lab) planFrom(from, to *state.State) *Plan {
	return &Plan{description: l.compiled.Load(), ops: plan.Diff(from, to)}
}

// moves returns the moves between what was last wanted and what is wanted now.
func (l *Lab) moves() []Move {
	old, err := recorded(l.name)
	if err != nil {
		return nil // unknown
	}
	var moves []Move
	for _, m := range l.compiled.Load().Moved(old.Lab) {
		moves = append(moves, Move{Node: m.Node, Interface: m.Interface, Was: m.Was, Now: m.Addresses, Taken: m.Taken})
	}
	return moves
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.ops) == 0 }

// Len returns the number of steps.
func (p *Plan) Len() int { return len(p.ops) }

// Steps returns the steps, in order.
func (p *Plan) Steps() []Step {
	steps := make([]Step, len(p.ops))
	for i, op := range p.ops {
		steps[i].Command = iproute2.Print(op)
		if p.description != nil {
			node, pos := p.description.Source(op.At())
			steps[i].Node = node
			if p.description.asks(op) {
				steps[i].File, steps[i].Line = pos.File, pos.Line
			}
		}
	}
	return steps
}

// asks reports whether the description has what an Op makes or changes.
func (d *description) asks(op plan.Op) bool {
	at := op.At()
	ns := d.State.Namespace(at.Namespace)
	if ns == nil || plan.DeletesThing(op) || at.Link != "" && ns.Links[at.Link] == nil {
		return false
	}
	set := op.Traits().Sysctl
	if set == nil {
		return true
	}
	_, has := ns.Sysctls[set.Key]
	return has
}

// String returns the commands, one a line.
func (p *Plan) String() string {
	var b strings.Builder
	for _, op := range p.ops {
		b.WriteString(iproute2.Print(op) + "\n")
	}
	return b.String()
}

// Script returns a shell script that does the same as the plan, with a title for
// the part of each namespace.
func (p *Plan) Script() string { return iproute2.Script(p.ops) }

// Counts returns how many namespaces and how many veth pairs the plan makes.
func (p *Plan) Counts() (nodes, links int) { return p.ops.Count() }

// Whole reports whether the plan makes the whole lab, and removes nothing first.
func (p *Plan) Whole() bool {
	made, _ := p.Counts()
	if made == 0 || p.description == nil {
		return false
	}
	all := len(p.description.State.Namespaces)
	if p.description.State.Namespaces[state.Host] != nil {
		all--
	}
	return made == all && !p.ops[0].Traits().Deletes
}

// An Unmanaged is something in the namespace of a running node that somebody else set and
// that no description can ask for. A plan leaves it as it is.
type Unmanaged struct {
	Node   string `json:"node"`
	What   string `json:"what"`   // "rules of legacy iptables"
	Detail string `json:"detail"` // "filter (2 rules, FORWARD policy DROP)"
}

// Unmanaged returns what the plan leaves as it is though vethlab did not set it, by node.
// It has only what decides where packets go: rules of legacy iptables, policy routing,
// local routes, interfaces with ARP off, xfrm policies, qdiscs, changed sysctls, options of
// bridge ports, entries that were added to the FDB of a bridge, and in the host namespace
// addresses, routes and neighbour entries on interfaces of the lab.
func (p *Plan) Unmanaged() []Unmanaged { return p.unmanaged }

// A Move is an interface that an edit of the description gives other addresses, though
// the description leaves them out before and after.
type Move struct {
	Node, Interface string
	Was, Now        []netip.Prefix // without link-local ones

	// Taken says that the edit gives one of the old addresses to another interface, so
	// that they cannot be kept.
	Taken bool
}

// Moves returns the interfaces that the plan gives other addresses without having been
// requested, as other parts of the description have changed since the lab was brought up. With
// the old addresses written into it, they keep them; see [Lab.Pinned].
func (p *Plan) Moves() []Move { return p.moves }

// MarshalJSON returns the steps.
func (p *Plan) MarshalJSON() ([]byte, error) { return json.Marshal(p.Steps()) }

func (p *Plan) deletesNodes() bool {
	return slices.ContainsFunc(p.ops, func(op plan.Op) bool {
		_, deletes := plan.AboutNamespace(op)
		return deletes
	})
}

// nodeOf returns the node whose namespace has that name.
func (l *Lab) nodeOf(namespace string) string {
	if d := l.compiled.Load(); d != nil {
		return d.NodeOf(namespace)
	}
	return ""
}
