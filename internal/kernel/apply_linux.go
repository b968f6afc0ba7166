package kernel

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Apply makes the changes of a plan that was made from the State seen. It
// stops after the first run of Ops in which one fails; the error is or wraps
// an [*OpError]. What was done stays, so that another Diff can go on from there.
func Apply(ctx context.Context, p plan.Plan, seen *state.State, opts Options) error {
	a := &applier{plan: p, known: numbers(seen, p), opts: opts}
	for done := 0; done < len(p); {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := a.runLength(done)
		if err := a.run(ctx, done, done+n); err != nil {
			return err
		}
		done += n
		if opts.Step != nil {
			opts.Step(done)
		}
	}
	return nil
}

type applier struct {
	plan  plan.Plan
	known indexes
	opts  Options
}

// phase is what kind of work an Op is. The Ops of one phase that follow each
// other make a run: they depend on each other only within a namespace.
type phase int

const (
	phaseCreate     phase = iota // makes a namespace and what must be in it before it has a name
	phaseRemove                  // takes names away: the kernel cleans up all together
	phaseConnect                 // makes veth pairs: two namespaces each
	phaseStack                   // makes links from the namespace of one that they stand on
	phaseDisconnect              // deletes links, also in the namespaces of their other ends
	phaseMove                    // takes links from one namespace to another, one by one
	phaseConfigure               // all else
)

func phaseOf(op plan.Op) phase {
	if madeFrom(op) != op.At().Namespace {
		return phaseStack
	}
	return opRows.For(op).phase
}

// runLength returns how many Ops from the i-th on make one run.
func (a *applier) runLength(i int) int {
	first := phaseOf(a.plan[i])
	end := i
	for end < len(a.plan) && phaseOf(a.plan[end]) == first {
		end++
		switch {
		case first == phaseCreate:
			end = a.bornWith(end)
		case first == phaseMove:
			return 1
		case a.marks(end):
			end++
		}
		if a.opts.Step != nil {
			break
		}
	}
	return end - i
}

// bornWith returns the end of the Ops from the i-th on that configure the
// namespace made just before. They are done while it has no name yet, so that
// nobody ever sees it without its mark.
func (a *applier) bornWith(i int) int {
	name := a.plan[i-1].At().Namespace
	for i < len(a.plan) && phaseOf(a.plan[i]) == phaseConfigure && a.plan[i].At().Namespace == name {
		i++
	}
	return i
}

// marks reports whether the i-th Op marks the link that the one before makes in the
// machine's own namespace. Both go in one message to the kernel, so that a link
// without a mark is never left behind. (The kernel ignores an IFLA_IFALIAS in the
// request that makes a link.)
func (a *applier) marks(i int) bool {
	if i == len(a.plan) || phaseOf(a.plan[i-1]) != phaseOf(a.plan[i]) {
		return false
	}
	made := plan.NewLinks(a.plan[i-1])
	return len(made) == 1 && made[0].Link.Namespace == state.Host && made[0].Link == a.plan[i].At()
}

// run makes the Ops from the i-th to the one before the j-th.
func (a *applier) run(ctx context.Context, i, j int) error {
	var err error
	switch phaseOf(a.plan[i]) {
	case phaseCreate:
		err = a.create(i, j)
	case phaseRemove:
		err = a.remove(ctx, i, j)
	case phaseConnect:
		err = a.each(a.group(i, j, a.busierEnd(i, j)), a.inside)
	case phaseDisconnect:
		err = a.disconnect(i, j)
	default:
		err = a.each(a.group(i, j, madeFrom), a.inside)
	}
	return a.explain(err)
}

// A group is the Ops of a run that one namespace's socket makes, by number.
type group struct {
	namespace string
	ops       []int
}

// group sorts the Ops of a run by namespace, in order of appearance.
func (a *applier) group(i, j int, namespaceOf func(plan.Op) string) []group {
	var groups []group
	at := map[string]int{}
	for ; i < j; i++ {
		name := namespaceOf(a.plan[i])
		k, ok := at[name]
		if !ok {
			k = len(groups)
			at[name] = k
			groups = append(groups, group{namespace: name})
		}
		groups[k].ops = append(groups[k].ops, i)
	}
	return groups
}

// madeFrom returns the namespace that an Op is made from, which may be that of a link
// that a new one stands on.
func madeFrom(op plan.Op) string {
	if m, ok := op.(interface{ From() string }); ok {
		return m.From()
	}
	return op.At().Namespace
}

// busierEnd returns a function that says which end's namespace makes a veth
// pair: the one with more pairs to make, so that a switch is entered once and
// not once for each of its ports. An end that the kernel is to number comes
// last, for the kernel heeds the other's number only if the first has one.
func (a *applier) busierEnd(i, j int) func(plan.Op) string {
	pairs := map[string]int{}
	for _, op := range a.plan[i:j] {
		for _, end := range plan.NewLinks(op) {
			pairs[end.Link.Namespace]++
		}
	}
	return func(op plan.Op) string {
		ends := plan.NewLinks(op)
		here, there := ends[0].Link.Namespace, ends[1].Link.Namespace
		if ends[0].Index == 0 || ends[1].Index != 0 && pairs[there] > pairs[here] {
			return there
		}
		return here
	}
}

// each makes groups, a few at once, each inside its namespace.
func (a *applier) each(groups []group, inside func(group) error) error {
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.namespace
	}
	return netns.Each(names, func(i int) error { return inside(groups[i]) })
}

// inside makes the Ops of a group on the calling thread, which is in its
// namespace.
func (a *applier) inside(g group) error {
	c, err := dial()
	if err != nil {
		return err
	}
	defer c.close()
	e := &encoder{conn: c, namespace: g.namespace, known: a.known, fds: map[string]int{}}
	defer e.closeFds()
	for _, i := range g.ops {
		if i == 0 || !a.marks(i) {
			if err := e.sendFull(); err != nil {
				return err
			}
		}
		if err := e.encode(i, a.plan[i]); err != nil {
			return err
		}
	}
	return e.flush()
}

// disconnect deletes links one by one. One that is gone already is as wanted:
// it went with the namespace of its other end, which the kernel was cleaning up
// when we looked.
func (a *applier) disconnect(i, j int) error {
	groups := a.group(i, j, func(op plan.Op) string { return op.At().Namespace })
	return a.each(groups, func(g group) error {
		for _, i := range g.ops {
			err := a.inside(group{g.namespace, []int{i}})
			if err != nil && !errors.Is(err, unix.ENODEV) {
				return err
			}
		}
		return nil
	})
}

// create makes namespaces with what they are born with.
func (a *applier) create(i, j int) error {
	groups := a.group(i, j, func(op plan.Op) string { return op.At().Namespace })
	news := make([]netns.Spec, len(groups))
	for k, g := range groups {
		g.ops = g.ops[1:] // AddNamespace itself
		news[k] = netns.Spec{Name: g.namespace, Mark: a.mark(g), Inside: func() error { return a.inside(g) }}
	}
	return netns.CreateAll(news)
}

// mark returns the mark that a group of Ops puts on a namespace's lo.
func (a *applier) mark(g group) string {
	for _, i := range g.ops {
		if alias := plan.Alias(a.plan[i]); alias != nil && a.plan[i].At().Link == state.Lo {
			return *alias
		}
	}
	return ""
}

// remove takes namespaces away and waits until the other ends of their cables
// are gone too. One that somebody holds is no error: its name is free.
func (a *applier) remove(ctx context.Context, i, j int) error {
	var names []string
	for _, op := range a.plan[i:j] {
		names = append(names, op.At().Namespace)
	}
	_, err := Remove(ctx, names)
	return err
}

// explain says which Op an error belongs to.
func (a *applier) explain(err error) error {
	if r := (*refusal)(nil); errors.As(err, &r) {
		return &OpError{a.plan[r.op], r}
	}
	if o := (*opError)(nil); errors.As(err, &o) {
		return &OpError{a.plan[o.op], o.err}
	}
	return err
}
