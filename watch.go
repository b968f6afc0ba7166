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

// A Watch tells when a lab changes, whoever changes it.
type Watch struct {
	lab    *Lab
	seen   *state.State
	events *kernel.Follower
}

// Watch watches a lab from now on. It may also be one that is not running yet.
func (l *Lab) Watch() (*Watch, error) {
	events, err := kernel.Follow(kernel.Names, live.Scope{Lab: l.name}, kernel.LiveOptions{})
	if err != nil {
		return nil, err
	}
	view, err := l.State()
	if err != nil {
		events.Close()
		return nil, err
	}
	return &Watch{l, view.State, events}, nil
}

// Close ends the watch.
func (w *Watch) Close() { w.events.Close() }

// together is how long changes have to come one after the other to be told as
// one.
const together = 50 * time.Millisecond

// Next waits until the lab's links, addresses, routes or namespaces are others
// than at last, and returns the difference as iproute2 commands that would make
// it. If ctx ends first it returns its error.
func (w *Watch) Next(ctx context.Context) ([]string, error) {
	for {
		view, err := w.lab.State()
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
		if err := pause(ctx, together); err != nil {
			return nil, err
		}
	}
}

// wait waits for something that a State may hold. Whom nodes have talked to is no
// such thing.
func (w *Watch) wait(ctx context.Context) error {
	for {
		events, err := w.events.Next(ctx)
		if err != nil || slices.ContainsFunc(events, func(e live.Event) bool { return e.Neighbour == nil }) {
			return err
		}
	}
}
