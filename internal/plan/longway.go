package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// LongWay returns the plan that makes a new lab in the order in which it is
// taught: the namespaces, the bridges, each pair of cable ends in the machine's own
// namespace, from where the ends are moved, and then each namespace's addresses,
// links set up, and routes. It ends in the State that p ends in.
func LongWay(p Plan) Plan {
	l := longWay{times: timesUsed(p)}
	for _, op := range p {
		l.add(op)
	}
	slices.SortStableFunc(l.steps, func(a, b taught) int {
		return cmp.Or(cmp.Compare(a.chapter, b.chapter), cmp.Compare(a.order, b.order), cmp.Compare(a.rank, b.rank))
	})
	long := make(Plan, len(l.steps))
	for i, s := range l.steps {
		long[i] = s.op
	}
	return long
}

// A Chapter is a part of a [LongWay].
type Chapter int

// The chapters, in their order.
const (
	Namespaces Chapter = iota
	Bridges
	Cables
	Moves
	Settings // of one namespace after the other
)

// ChapterOf returns where in a [LongWay] an Op is.
func ChapterOf(op Op) Chapter {
	switch op := op.(type) {
	case AddNamespace:
		return Namespaces
	case SetLink:
		if op.Link.Link == state.Lo {
			return Namespaces
		}
	case AddBridge:
		return Bridges
	case AddVeth:
		return Cables
	case MoveLink:
		return Moves
	}
	return Settings
}

// taught is an Op with its place.
type taught struct {
	op      Op
	chapter Chapter
	order   int // of what the Op is about, within a chapter
	rank    int // within that
}

type longWay struct {
	steps []taught
	times map[string]int // how often a link's name is used in the lab
	pairs int
	seen  []string // namespaces in the order in which their Settings come
}

// timesUsed counts the links of each name that a plan makes.
func timesUsed(p Plan) map[string]int {
	times := map[string]int{}
	for _, op := range p {
		if veth, ok := op.(AddVeth); ok {
			times[veth.Ends[0].Link.Link]++
			times[veth.Ends[1].Link.Link]++
		}
	}
	return times
}

func (l *longWay) add(op Op) {
	if veth, ok := op.(AddVeth); ok {
		l.addVeth(veth)
		return
	}
	if bridge, ok := op.(AddBridge); ok {
		bridge.Index = 0
		op = bridge
	}
	t := taught{op: op, chapter: ChapterOf(op)}
	if name := op.At().Namespace; t.chapter == Settings || t.chapter == Namespaces {
		if !slices.Contains(l.seen, name) {
			l.seen = append(l.seen, name)
		}
		t.order = slices.Index(l.seen, name)
	}
	if t.chapter == Settings {
		t.rank = rankOf(op)
	}
	l.steps = append(l.steps, t)
}

// rankOf orders the settings of a namespace: what a link is first, then its
// addresses, then up, for which all is ready, and then what needs that.
func rankOf(op Op) int {
	switch op := op.(type) {
	case AddAddress:
		return 1
	case SetLink:
		if op.Up != nil {
			return 2
		}
	case AddRoute:
		return 3
	case Nft:
		return 4
	}
	return 0
}

// addVeth makes a pair on the machine and moves both ends. Their numbers are the
// machine's to give.
func (l *longWay) addVeth(op AddVeth) {
	l.pairs++
	var here AddVeth
	for i, end := range op.Ends {
		end.Index = 0
		if end.MTU == DefaultMTU {
			end.MTU = 0
		}
		goal := end.Link
		end.Link = state.Endpoint{Namespace: state.Host, Link: l.nameHere(goal, i)}
		here.Ends[i] = end
		if end.Link != goal {
			l.steps = append(l.steps, taught{op: MoveLink{Link: end.Link, To: goal}, chapter: Moves})
		}
	}
	l.steps = append(l.steps, taught{op: here, chapter: Cables})
}

// nameHere returns what an end is called while it is on the machine: its own name,
// if no other end has it and no device of the machine is likely to.
func (l *longWay) nameHere(end state.Endpoint, side int) string {
	if end.Namespace == state.Host || l.times[end.Link] == 1 && strings.HasPrefix(end.Link, "veth") {
		return end.Link
	}
	return fmt.Sprintf("cable%d%c", l.pairs, 'a'+side)
}
