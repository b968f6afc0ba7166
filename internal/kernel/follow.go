package kernel

import (
	"context"
	"errors"
	"time"

	"github.com/vethlab/vethlab/internal/live"
)

// A Follower keeps a view of namespaces up to date.
type Follower struct {
	*Monitor
	View *live.View

	// LeftOut are events of what the view does not begin with, see [live.LeftOut].
	LeftOut []live.Event

	flood live.FloodLimit
}

// Follow follows the namespaces that find returns, see [NewMonitor], and those that
// their links lead to, as far as they are in scope. The view begins with all that
// exists, up to the bounds for other users' namespaces.
func Follow(find func() ([]NamespaceFile, error), scope live.Scope, o MonitorOptions) (*Follower, error) {
	m, err := NewMonitor(find, o)
	if err != nil {
		return nil, err
	}
	f := &Follower{Monitor: m, View: live.New(scope)}
	// This does not wait: the host namespace always exists.
	updates, err := m.Next(context.Background())
	if err != nil {
		m.Close()
		return nil, err
	}
	for _, e := range f.apply(updates) {
		if e.Kind == live.LeftOut {
			f.LeftOut = append(f.LeftOut, e)
		}
	}
	return f, nil
}

func (f *Follower) apply(updates []live.Update) []live.Event {
	var events []live.Event
	for _, u := range updates {
		events = append(events, f.View.Apply(u)...)
	}
	return events
}

// Next waits for events in the scope and returns them. If ctx ends it returns its
// error, with the events until then.
func (f *Follower) Next(ctx context.Context) ([]live.Event, error) {
	for {
		updates, err := f.nextUpdates(ctx)
		owners := f.View.Owners() // before: a node may be deleted
		events := f.flood.Pass(time.Now(), f.apply(updates), owners)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || len(events) > 0 {
			return events, err
		}
	}
}

// nextUpdates returns none when events that were left out are to be reported.
func (f *Follower) nextUpdates(ctx context.Context) ([]live.Update, error) {
	due, pending := f.flood.Due()
	if !pending {
		return f.Monitor.Next(ctx)
	}
	until, cancel := context.WithDeadline(ctx, due)
	defer cancel()
	updates, err := f.Monitor.Next(until)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil
	}
	return updates, err
}
