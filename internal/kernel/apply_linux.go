package kernel

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Apply applies a plan, which is the difference to the State seen. It stops after the
// first run of Ops in which one fails; the error is or wraps an [*OpError]. Changes
// before it are not undone: another Diff continues from there.
func Apply(ctx context.Context, p plan.Plan, seen *state.State, opts Options) error {
	a := &applier{plan: p, known: indexesOf(seen, p), opts: opts}
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
	phaseCreate     phase = iota // creates a namespace with all that it must have before it has a name
	phaseRemove                  // deletes namespaces, all in one batch
	phaseConnect                 // creates veth pairs, in two namespaces each
	phaseStack                   // creates links through the namespace of their lower link
	phaseDisconnect              // deletes links, also in the namespaces of their peers
	phaseMove                    // moves links to another namespace, one by one
	phaseResize                  // sets MTUs, which bound those of upper devices in other namespaces, one by one
	phaseConfigure               // everything else
)

func phaseOf(op plan.Op) phase {
	if socketNamespace(op) != op.At().Namespace {
		return phaseStack
	}
	if op.Traits().OnlyMTU {
		return phaseResize
	}
	return opRows.For(op).phase
}

// runLength returns how many Ops from the i-th on make one run.
func (a *applier) runLength(i int) int {
	first := phaseOf(a.plan[i])
	end := i
	for end < len(a.plan) && phaseOf(a.plan[end]) == first {
		end++
		switch first {
		case phaseCreate:
			end = a.configureEnd(end)
		case phaseMove, phaseResize:
			return 1
		}
		if a.opts.Step != nil {
			break
		}
	}
	return end - i
}

// configureEnd returns the end of the Ops from the i-th on that configure the
// namespace created just before. They are applied before it has a name, so that it is
// never visible without its mark.
func (a *applier) configureEnd(i int) int {
	name := a.plan[i-1].At().Namespace
	for i < len(a.plan) && phaseOf(a.plan[i]) == phaseConfigure && a.plan[i].At().Namespace == name {
		i++
	}
	return i
}

// run applies the Ops from the i-th to the one before the j-th.
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
		err = a.each(a.group(i, j, socketNamespace), a.inside)
	}
	return a.explain(err)
}

// A group is the Ops of a run that go through the socket of one namespace, by position
// in the plan.
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

// socketNamespace returns the namespace whose socket an Op goes through: for a new link
// that of its lower link.
func socketNamespace(op plan.Op) string {
	if from := op.Traits().From; from != nil {
		return *from
	}
	return op.At().Namespace
}

// busierEnd returns a function that returns which end's namespace creates a veth
// pair: the one with more pairs, so that a switch is entered once and not once for
// each port. An end with an alias comes first, since the alias is set through the same
// socket. An end without an index comes last: the kernel uses the other's index only if
// the first has one.
func (a *applier) busierEnd(i, j int) func(plan.Op) string {
	pairs := map[string]int{}
	for _, op := range a.plan[i:j] {
		for _, end := range op.Traits().NewLinks {
			pairs[end.Link.Namespace]++
		}
	}
	return func(op plan.Op) string {
		ends := op.Traits().NewLinks
		here, there := ends[0].Link.Namespace, ends[1].Link.Namespace
		switch {
		case ends[0].Alias != "":
			return here
		case ends[1].Alias != "":
			return there
		}
		if ends[0].Index == 0 || ends[1].Index != 0 && pairs[there] > pairs[here] {
			return there
		}
		return here
	}
}

// each applies groups in parallel, each inside its namespace.
func (a *applier) each(groups []group, inside func(group) error) error {
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.namespace
	}
	return netns.Each(names, func(i int) error { return inside(groups[i]) })
}

// inside applies the Ops of a group on the calling thread, which is in its namespace.
func (a *applier) inside(g group) error {
	c, err := dial()
	if err != nil {
		return err
	}
	defer c.close()
	e := &encoder{conn: c, namespace: g.namespace, known: a.known, fds: map[string]int{}}
	defer e.closeFds()
	for _, i := range g.ops {
		if err := e.sendFull(); err != nil {
			return err
		}
		if err := e.encode(i, a.plan[i]); err != nil {
			return err
		}
	}
	return e.flush()
}

// disconnect deletes links one by one. One that is deleted already is not an error: the
// kernel was deleting the namespace of its peer when the State was observed.
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

// create creates namespaces, each with the Ops that configure it before it has a name.
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
		if alias := a.plan[i].Traits().Alias; alias != nil && a.plan[i].At().Link == state.Lo {
			return *alias
		}
	}
	return ""
}

// remove deletes namespaces and waits until the peers of their veths are deleted too.
// One that a process holds is not an error: its name is free.
func (a *applier) remove(ctx context.Context, i, j int) error {
	var names []string
	for _, op := range a.plan[i:j] {
		names = append(names, op.At().Namespace)
	}
	_, err := Remove(ctx, names)
	return err
}

// explain adds to an error the Op that failed.
func (a *applier) explain(err error) error {
	if r := (*refusal)(nil); errors.As(err, &r) {
		return &OpError{a.plan[r.op], r}
	}
	if o := (*opError)(nil); errors.As(err, &o) {
		return &OpError{a.plan[o.op], o.err}
	}
	return err
}
