package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/monitor"
)

func newWatch(p *program) *cobra.Command {
	var o followOptions
	cmd := &cobra.Command{
		Use:   "watch [LAB|FILE]",
		Short: "Show the interfaces and rates of a lab live",
		Long: `Show the interfaces of a lab, or of the whole machine, live: state, addresses,
peer, and bits and packets per second; below them the last events. If not all
interfaces fit, those with the highest rates are shown.

Keys: q quits, s toggles between sorting by rate and by name.

If the output is not a terminal, it writes lines as vethlab events does.`,
		Example: `  vethlab watch
  vethlab watch --host`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			if !p.out.terminal || p.out.dumb {
				e := eventsOptions{followOptions: o, format: formatText}
				if o.host {
					return returnOnCancel(cmd.Context(), func() error { return p.events(cmd.Context(), args, e) })
				}
				return p.events(cmd.Context(), args, e)
			}
			return p.watch(cmd.Context(), args, o)
		},
	}
	hostFlag(cmd, &o)
	return cmd
}

const (
	countInterval = time.Second            // between reads of the counters
	frameInterval = 100 * time.Millisecond // between frames
)

// A watcher shows a followed view on a screen.
type watcher struct {
	*kernel.Follower
	screen   *screen
	frame    monitor.Frame // without rows
	rates    *live.Rates
	schedule monitor.Schedule
	changed  bool
}

// watch shows the followed view until a key or ctx ends it.
func (p *program) watch(ctx context.Context, args []string, o followOptions) error {
	f, subject, err := p.follow(ctx, args, o)
	if err != nil {
		return err
	}
	defer f.Close()
	w := &watcher{Follower: f, frame: monitor.Frame{Subject: subject, Paint: p.out.paint}, rates: live.NewRates(), changed: true}
	stdin, _ := p.stdin.(*os.File)
	if w.screen, err = p.out.openScreen(stdin); err != nil {
		return err
	}
	defer w.screen.close()
	return ignoreEnd(ctx, w.run(ctx))
}

// untilNextFrame returns a ctx with the timeout of one frame.
func untilNextFrame(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, frameInterval)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// run shows frames until a key or ctx ends it.
func (w *watcher) run(ctx context.Context) error {
	var counted time.Time
	for {
		if time.Since(counted) >= countInterval {
			counted = time.Now()
			w.count(counted)
		}
		w.show()
		events, err := w.Next(untilNextFrame(ctx))
		w.addEvents(events)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		if w.readKeys() || ctx.Err() != nil {
			return nil
		}
	}
}

// maxEvents bounds the kept events: as many as a large screen shows.
const maxEvents = 100

func (w *watcher) addEvents(events []live.Event) {
	f := &w.frame
	for _, e := range events {
		f.Events = append(f.Events, monitor.Event{Time: monitor.Time{Time: time.Now()}, Event: e})
		w.changed = true
	}
	f.Events = f.Events[max(0, len(f.Events)-maxEvents):]
}

// readKeys handles the keys that were pressed, and reports whether to end.
func (w *watcher) readKeys() bool {
	const ctrlC = 3
	for {
		select {
		case key := <-w.screen.keys:
			switch key {
			case 'q', 'Q', ctrlC:
				return true
			case 's', 'S':
				w.frame.ByRate, w.changed = !w.frame.ByRate, true
			}
			w.screen.handled <- struct{}{}
		default:
			return false
		}
	}
}

// ids returns the IDs of the namespaces in the view.
func (w *watcher) ids() []int32 {
	return mapSlice(w.View.Nodes(), func(n live.Node) int32 { return n.ID })
}

// count reads the counters of the namespaces that are due.
func (w *watcher) count(at time.Time) {
	w.changed = true
	ids := w.ids()
	for link, stats := range w.Count(w.schedule.Next(ids)) {
		w.rates.Count(link, at, stats)
	}
	w.rates.Forget(func(r dump.LinkRef) bool { return slices.Contains(ids, r.Netns) })
}

// show paints a frame if anything in it has changed.
func (w *watcher) show() {
	columns, lines := w.screen.size()
	if columns == w.frame.Columns && lines == w.frame.Lines && !w.changed {
		return
	}
	w.changed = false
	w.frame.Columns, w.frame.Lines, w.frame.Now = columns, lines, time.Now()
	f := w.frame
	for _, n := range w.View.Nodes() {
		f.Add(n, w.rates)
	}
	rows, shown := f.Render()
	w.screen.paint(rows)
	w.schedule.Framed(w.ids(), shown)
}
