package vethlab

import (
	"context"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A Watch tells when a lab changes, whoever changes it.
type Watch struct {
	lab    *Lab
	seen   *state.State
	names  []string // of the namespaces that events come from
	events *kernel.Watch
}

// Watch watches a lab from now on. It may also be one that is not running yet.
func (l *Lab) Watch() (*Watch, error) {
	w := &Watch{lab: l}
	view, err := w.look()
	if err != nil {
		return nil, err
	}
	w.seen = view
	return w, nil
}

// Close ends the watch.
func (w *Watch) Close() {
	if w.events != nil {
		w.events.Close()
	}
}

// together is how long changes have to come one after the other to be told as
// one.
const together = 50 * time.Millisecond

// Next waits until the lab's links, addresses, routes or namespaces are others
// than at last, and returns the difference as iproute2 commands that would make
// it. If ctx ends first it returns its error.
func (w *Watch) Next(ctx context.Context) ([]string, error) {
	for {
		s, err := w.look()
		if err != nil {
			return nil, err
		}
		if ops := plan.Diff(w.seen, s); len(ops) > 0 {
			w.seen = s
			commands := make([]string, len(ops))
			for i, op := range ops {
				commands[i] = iproute2.Print(op)
			}
			return commands, nil
		}
		if err := w.events.Wait(ctx); err != nil {
			return nil, err
		}
		if err := pause(ctx, together); err != nil {
			return nil, err
		}
	}
}

// look returns what is there of the lab and sees to it that events of all of it
// come from then on.
func (w *Watch) look() (*state.State, error) {
	for {
		view, err := w.lab.State()
		if err != nil {
			return nil, err
		}
		names := view.State.Names()
		if w.events != nil && !w.events.Stale() && slices.Equal(names, w.names) {
			return view.State, nil
		}
		w.Close()
		w.names = names
		if w.events, err = kernel.NewWatch(names); err != nil {
			return nil, err
		}
	}
}
