package vethlab

import (
	"context"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A Watch reports changes of a lab, whoever makes them.
type Watch struct {
	lab    *Lab
	seen   *state.State
	events *kernel.Follower
}

// Watch watches a lab from now on. The lab need not run yet.
func (l *Lab) Watch() (*Watch, error) {
	events, err := kernel.Follow(kernel.NamespaceFiles, live.Scope{Lab: l.name}, kernel.MonitorOptions{})
	if err != nil {
		return nil, err
	}
	view, err := l.view()
	if err != nil {
		events.Close()
		return nil, err
	}
	return &Watch{l, view.State, events}, nil
}

// Close ends the watch.
func (w *Watch) Close() { w.events.Close() }

// batchTime is how long Next waits after a change for further changes to report
// together.
const batchTime = 50 * time.Millisecond

// Next waits until the lab's links, addresses, routes or namespaces have changed
// since the last call, and returns the iproute2 commands that would make the
// change. If ctx ends first it returns its error.
func (w *Watch) Next(ctx context.Context) ([]string, error) {
	for {
		view, err := w.lab.view()
		if err != nil {
			return nil, err
		}
		if ops := plan.Diff(w.seen, view.State); len(ops) > 0 {
			w.seen = view.State
			commands := make([]string, len(ops))
			for i, op := range ops {
				commands[i] = iproute2.Print(op)
			}
			return commands, nil
		}
		if err := w.wait(ctx); err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(batchTime):
		}
	}
}

// wait waits for a change of the State, which does not include learned neighbour
// entries.
func (w *Watch) wait(ctx context.Context) error {
	for {
		events, err := w.events.Next(ctx)
		if err != nil || slices.ContainsFunc(events, func(e live.Event) bool { return e.Neighbour == nil }) {
			return err
		}
	}
}
