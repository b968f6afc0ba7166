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
	if c, ok := op.(interface{ chapter() Chapter }); ok {
		return c.chapter()
	}
	return Settings
}

func (AddNamespace) chapter() Chapter { return Namespaces }
func (AddVeth) chapter() Chapter      { return Cables }
func (MoveLink) chapter() Chapter     { return Moves }

func (op AddLink) chapter() Chapter {
	if op.Kind.Traits().Forwards {
		return Bridges
	}
	return Settings
}

func (op SetLink) chapter() Chapter {
	if op.Link.Link == state.Lo {
		return Namespaces
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
		if births := Births(op); len(births) == 2 {
			times[births[0].Link.Link]++
			times[births[1].Link.Link]++
		}
	}
	return times
}

func (l *longWay) add(op Op) {
	if t, ok := op.(interface{ takeLongWay(l *longWay) }); ok {
		t.takeLongWay(l)
		return
	}
	l.place(op)
}

// takeLongWay leaves the link's number to the machine.
func (op AddLink) takeLongWay(l *longWay) {
	op.Index = 0
	l.place(op)
}

// place puts an Op where it belongs.
func (l *longWay) place(op Op) {
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

// rankOf orders the settings of a namespace: what a link is first, then what it has,
// then up, for which all is ready, and then what needs that.
func rankOf(op Op) int {
	const up = 2
	if set, ok := op.(interface{ comesUp() bool }); ok && set.comesUp() {
		return up
	}
	switch t, row := thingOf(op); {
	case t == nil || t.stage < onLink:
		return 0
	case t.stage == onLink:
		return 1
	default:
		return up + 1 + row
	}
}

func (op SetLink) comesUp() bool { return op.Up != nil }

// takeLongWay makes a pair on the machine and moves both ends. Their numbers are the
// machine's to give.
func (op AddVeth) takeLongWay(l *longWay) {
	l.pairs++
	var here AddVeth
	for i, end := range op.Ends {
		end.Index = 0
		if end.MTU == state.DefaultMTU {
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
