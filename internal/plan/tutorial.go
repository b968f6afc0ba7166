package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// Tutorial returns the plan that creates a new lab in the order in which it is taught:
// the namespaces, the bridges, each veth pair in the host namespace, from where its
// ends are moved, the other links, and then each namespace's addresses, links set up, and routes. It
// ends in the State that p ends in.
func Tutorial(p Plan) Plan {
	t := tutorial{uses: countNames(p)}
	for _, op := range p {
		t.add(op)
	}
	slices.SortStableFunc(t.steps, func(a, b tutorialStep) int {
		return cmp.Or(cmp.Compare(a.section, b.section), cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.rank, b.rank))
	})
	ops := make(Plan, len(t.steps))
	for i, s := range t.steps {
		ops[i] = s.op
	}
	return ops
}

// A Section is a part of a [Tutorial].
type Section int

// The sections, in their order.
const (
	Namespaces Section = iota - 5
	Bridges
	VethPairs
	Moves
	OtherLinks
	Settings // of one namespace after the other
)

// A tutorialStep is an Op with its place in the order.
type tutorialStep struct {
	op        Op
	section   Section
	namespace int // its index in tutorial.seen, where the section goes by namespace
	rank      int // within that
}

type tutorial struct {
	steps []tutorialStep
	uses  map[string]int // by name of a link: how many ends of veth pairs have it
	pairs int
	seen  []string // namespaces in the order in which their Settings come
}

// countNames counts the ends of veth pairs by name.
func countNames(p Plan) map[string]int {
	uses := map[string]int{}
	for _, op := range p {
		if links := op.Traits().NewLinks; len(links) == 2 {
			uses[links[0].Link.Link]++
			uses[links[1].Link.Link]++
		}
	}
	return uses
}

func (t *tutorial) add(op Op) {
	if add := op.Traits().tutorial; add != nil {
		add(t)
		return
	}
	t.step(op)
}

// addToTutorial leaves the link's index to the kernel.
func (op AddLink) addToTutorial(t *tutorial) {
	op.Index = 0
	t.step(op)
}

// step appends the step of an unchanged Op.
func (t *tutorial) step(op Op) {
	s := tutorialStep{op: op, section: op.Traits().Section}
	if name := op.At().Namespace; s.section == Settings || s.section == Namespaces {
		if !slices.Contains(t.seen, name) {
			t.seen = append(t.seen, name)
		}
		s.namespace = slices.Index(t.seen, name)
	}
	if s.section == Settings {
		s.rank = rankOf(op)
	}
	t.steps = append(t.steps, s)
}

// rankOf orders the settings of a namespace: those of the link itself, its addresses,
// up, and then what needs a link that is up.
func rankOf(op Op) int {
	const up = 2
	if op.Traits().SetsUp {
		return up
	}
	switch t := op.Traits().thing; {
	case t == nil || t.stage < onLink:
		return 0
	case t.stage == onLink:
		return 1
	default:
		return up + 1 + slices.Index(things(), t)
	}
}

// addToTutorial creates the pair in the host namespace and moves both ends. The kernel
// chooses their indexes.
func (op AddVeth) addToTutorial(t *tutorial) {
	t.pairs++
	var pair AddVeth
	for i, end := range op.Ends {
		end.Index = 0
		if end.MTU == state.DefaultMTU {
			end.MTU = 0
		}
		goal := end.Link
		end.Link = state.Endpoint{Namespace: state.Host, Link: t.nameOnHost(goal, i)}
		pair.Ends[i] = end
		if end.Link != goal {
			t.steps = append(t.steps, tutorialStep{op: MoveLink{Link: end.Link, To: goal}, section: Moves})
		}
	}
	t.steps = append(t.steps, tutorialStep{op: pair, section: VethPairs})
}

// nameOnHost returns the name of an end while it is in the host namespace: its own, if
// no other end has it, and no device of the host is likely to.
func (t *tutorial) nameOnHost(end state.Endpoint, side int) string {
	if end.Namespace == state.Host || t.uses[end.Link] == 1 && strings.HasPrefix(end.Link, "veth") {
		return end.Link
	}
	return fmt.Sprintf("cable%d%c", t.pairs, 'a'+side)
}
