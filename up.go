package vethlab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/preflight"
	"github.com/vethlab/vethlab/internal/record"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// Up converges the kernel to the description and returns the steps that it took: on a
// running lab only the difference. It returns when all links work. If it fails, a lab that
// did not exist before is removed again. In an existing lab the steps that were taken stay:
// another Up continues from there, Down removes the lab.
func (l *Lab) Up(ctx context.Context) (*Plan, error) {
	if l.compiled.Load() == nil {
		return nil, l.unknown()
	}
	return l.converge(ctx, nil)
}

// Apply gives the lab a new description and converges the kernel to it, as Up does. It
// ignores the description's name: lab and description keep theirs. If no step could be
// taken, the lab keeps its old description.
func (l *Lab) Apply(ctx context.Context, t *topo.Topology) (*Plan, error) {
	named := *t
	named.Name = l.name
	if old := l.Topology(); old != nil {
		named.Name = old.Name
	}
	d, err := describe(l.name, &named)
	if err != nil {
		return nil, err
	}
	return l.converge(ctx, d)
}

// converge converges the kernel to a description, which becomes the lab's; nil: its
// present one.
func (l *Lab) converge(ctx context.Context, d *description) (*Plan, error) {
	lock, err := l.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	old := l.compiled.Load()
	if d != nil {
		l.compiled.Store(d)
	}
	after := record.New(l.Topology(), l.wanted())
	before := l.known(after.Last(l.name))
	p, seen, err := l.prepare(before)
	meanwhile := after.Replacing(before)
	if err == nil {
		err = l.explain(meanwhile.Write(lock, before))
	}
	if err != nil {
		l.compiled.Store(old)
		if seen != nil && len(seen.State.Namespaces) == 0 {
			err = errors.Join(err, lock.Retire(ctx)) // nothing was made
		}
		return nil, err
	}
	if !p.Empty() || !lock.Finished() { // an Up that was interrupted did not wait for links
		l.up.Store(false)
		lock.Begin()
		if err := l.apply(ctx, lock, p, seen); err != nil {
			if len(seen.State.Namespaces) == 0 {
				err = errors.Join(err, l.undo(ctx, lock))
			}
			return p, err
		}
	} else if err := forget(map[string]plan.Stale{}, seen, l.wanted()); err != nil {
		return p, err
	}
	if err := after.Write(lock, meanwhile); err != nil {
		return p, err
	}
	l.up.Store(true)
	lock.Finish()
	return p, nil
}

// undo removes what a failed first Up has made, also if ctx has ended.
func (l *Lab) undo(ctx context.Context, lock *sandbox.Lock) error {
	names, err := l.namespaces()
	if err == nil {
		_, err = kernel.Remove(context.WithoutCancel(ctx), names)
	}
	if err == nil {
		err = errors.Join(kernel.RemoveLinks(l.name), l.clearLeftovers(), lock.Retire(ctx))
	}
	if err != nil {
		return fmt.Errorf("cannot remove what was made of lab %s: %w", l.name, err)
	}
	return nil
}

// apply applies a plan and waits until all links work.
func (l *Lab) apply(ctx context.Context, lock *sandbox.Lock, p *Plan, seen *kernel.Snapshot) error {
	enough, notes := lock.EnsureNeighbourLimit(ctx, l.wanted().NeighbourEntries())
	for _, note := range notes {
		l.notify(EventLimit, "%s", note)
	}
	l.notifyHost()
	if !p.Empty() {
		l.notify(EventChange, "lab %s: %s", l.name, words.Plural(p.Len(), "change"))
	}
	if err := kernel.Apply(ctx, p.ops, seen.State, kernel.Options{Step: l.step}); err != nil {
		return p.withRules(l.explain(err))
	}
	// A namespace in which a process runs or a socket is open stays when its name is
	// deleted, and with it the peers of its veths in other nodes.
	if p.deletesNodes() {
		if err := l.applyRest(ctx); err != nil {
			return err
		}
	}
	settled := l.settle(ctx, l.wanted())
	// When links come up, the kernel changes what others have prepared: their IPv6 MTU, and
	// link-local addresses after a change of addr_gen_mode.
	if settled == nil && (l.wanted().HasIPv6MTU() || len(seen.State.Namespaces) > 0) {
		if err := l.applyRest(ctx); err != nil {
			return err
		}
	}
	if err := forget(plan.StaleAfter(seen.State, l.wanted()), seen, l.wanted()); err != nil {
		return errors.Join(settled, err)
	}
	if !enough {
		if err := kernel.SeedNeighbours(l.wanted()); err != nil {
			return fmt.Errorf("cannot add neighbour entries: %w", err)
		}
	}
	return settled
}

// applyRest applies the differences that are left after a plan.
func (l *Lab) applyRest(ctx context.Context) error {
	rest, seen, err := l.plan(l.record(), kernel.Observe)
	if err != nil {
		return err
	}
	if err := kernel.Apply(ctx, rest.ops, seen.State, kernel.Options{}); err != nil {
		return l.explain(err)
	}
	return nil
}

// forget deletes learned and stale entries, and neighbour entries that contradict the
// State. It runs after links have settled, since the kernel also keeps failed neighbour
// entries.
func forget(stale map[string]plan.Stale, seen *kernel.Snapshot, now *state.State) error {
	plan.StaleLearned(stale, seen.Learned, seen.State, now)
	if err := kernel.Forget(stale); err != nil {
		return fmt.Errorf("cannot delete stale neighbour entries: %w", err)
	}
	return nil
}

// prepare returns the plan of Up, and an error if it conflicts with the machine. The
// State is the kernel's, nil if unknown.
func (l *Lab) prepare(before *record.Record) (*Plan, *kernel.Snapshot, error) {
	if err := l.clearLeftovers(); err != nil {
		return nil, nil, err
	}
	p, seen, err := l.plan(before, kernel.ObserveWithRules)
	if err != nil {
		return nil, nil, err
	}
	return p, seen, preflight.Check(l.compiled.Load().Lab, p.ops, seen)
}

// notifyHost reports that "host" is the sandbox, not the machine, if the lab has links to
// it.
func (l *Lab) notifyHost() {
	if host := l.wanted().Namespace(state.Host); host == nil || len(host.Links) == 0 || !sandbox.Rootless() {
		return
	}
	l.notify(EventHost, "the host namespace is that of the lab's sandbox, which can't reach the machine's networks: "+
		"a link to the machine's needs root (sudo vethlab up)")
}

// settleTime bounds the wait for links, besides [state.State.CarrierDelay]. They usually
// take 10 ms. Before Linux 6.8, where a kernel worker does it, 1,000 links take seconds.
const settleTime = 20 * time.Second

// quietTime is how long settle waits before it reports which links it waits for.
const quietTime = time.Second

// settle waits until the links of a part of the lab work.
func (l *Lab) settle(ctx context.Context, part *state.State) error {
	err := settleFor(ctx, part, quietTime)
	if unready := (*kernel.UnsettledError)(nil); !errors.As(err, &unready) || ctx.Err() != nil {
		return err
	}
	limit := settleTime + part.CarrierDelay()
	l.notify(EventWait, "%v: waiting up to %v", err, limit)
	return settleFor(ctx, part, limit)
}

func settleFor(ctx context.Context, part *state.State, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return kernel.Settle(ctx, part)
}
