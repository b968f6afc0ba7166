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

// Follow follows the namespaces that find tells of, see [NewMonitor], and those that
// their links lead to. What of them counts the scope says. The view shows what
// is there at first.
func Follow(find func() ([]NamespaceFile, error), scope live.Scope, o MonitorOptions) (*Follower, error) {
	m, err := NewMonitor(find, o)
	if err != nil {
		return nil, err
	}
	f := &Follower{m, live.New(scope)}
	// Since the ground's own namespace is always there, it does not wait.
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

// Next waits until something has happened that counts and returns what. If ctx ends
// it returns its error, with what has happened until then.
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
