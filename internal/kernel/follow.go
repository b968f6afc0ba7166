package kernel

import (
	"context"

	"github.com/vethlab/vethlab/internal/live"
)

// A Follower keeps a view of namespaces up to date.
type Follower struct {
	*Monitor
	View *live.View
}

// Follow follows the namespaces that find returns, see [NewMonitor], and those that
// their links lead to, as far as they are in scope. The view begins with all that
// exists.
func Follow(find func() ([]NamespaceFile, error), scope live.Scope, o MonitorOptions) (*Follower, error) {
	m, err := NewMonitor(find, o)
	if err != nil {
		return nil, err
	}
	f := &Follower{m, live.New(scope)}
	// This does not wait: the host namespace always exists.
	updates, err := m.Next(context.Background())
	if err != nil {
		m.Close()
		return nil, err
	}
	f.apply(updates)
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
		updates, err := f.Monitor.Next(ctx)
		events := f.apply(updates)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || len(events) > 0 {
			return events, err
		}
	}
}
