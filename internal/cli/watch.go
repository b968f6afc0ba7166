package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
)

func newWatch(p *program) *cobra.Command {
	var o followed
	cmd := &cobra.Command{
		Use:   "watch [LAB|FILE]",
		Short: "Show a lab live: what is up, and what goes through",
		Long: `Show the interfaces of a lab, or of the whole machine, as they are now: state,
addresses, the other end, and what goes through in a second; below stands what has
changed last. Where they do not fit the busiest come first.

Keys: q ends it, s sorts by how busy interfaces are, or by name again.

Where the output is no terminal, what there is at first and what changes is
written line by line, as by vethlab events.`,
		Example: `  vethlab watch
  vethlab watch --host`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			if !p.out.terminal || p.out.dumb {
				e := eventsOptions{followed: o, format: formatText}
				if o.host {
					return promptly(cmd.Context(), func() error { return p.events(cmd.Context(), args, e) })
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
	countInterval = time.Second            // between two looks at what went through
	frameInterval = 100 * time.Millisecond // between two pictures
	foldedAtOnce  = 100                    // namespaces out of sight that are looked at in an interval
)

// A watcher shows what is followed on a screen.
type watcher struct {
	*kernel.Follower
	what    string // is watched
	screen  *screen
	paint   func(style, string) string
	rates   *live.Rates
	events  []line
	busiest bool
	seen    map[int32]bool // namespaces on the screen
	folded  []int32        // namespaces that are not, those first that were looked at longest ago
	changed bool
	size    [2]int // of the screen
}

// watch shows what is followed until a key or ctx ends it.
func (p *program) watch(ctx context.Context, args []string, o followed) error {
	f, what, err := p.follow(ctx, args, o)
	if err != nil {
		return err
	}
	defer f.Close()
	w := &watcher{Follower: f, what: what, paint: p.out.paint, rates: live.NewRates(), changed: true}
	stdin, _ := p.stdin.(*os.File)
	if w.screen, err = p.out.openScreen(stdin); err != nil {
		return err
	}
	defer w.screen.close()
	return ignoreEnd(ctx, w.run(ctx))
}

// within returns a ctx that ends in time for the next frame.
func within(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, frameInterval)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// run shows frames until it is to end.
func (w *watcher) run(ctx context.Context) error {
	var counted time.Time
	for {
		if time.Since(counted) >= countInterval {
			counted = time.Now()
			w.count(counted)
		}
		w.show()
		events, err := w.Next(within(ctx))
		w.hear(events)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		if w.press() || ctx.Err() != nil {
			return nil
		}
	}
}

// maxEvents is how many events are kept, as many as a large screen shows.
const maxEvents = 100

// hear takes in events.
func (w *watcher) hear(events []live.Event) {
	for _, e := range events {
		w.events = append(w.events, line{moment{time.Now()}, e})
		w.changed = true
	}
	w.events = w.events[max(0, len(w.events)-maxEvents):]
}

// press takes in the keys that were pressed, and reports whether to end.
func (w *watcher) press() bool {
	const ctrlC = 3
	for {
		select {
		case key := <-w.screen.keys:
			switch key {
			case 'q', 'Q', ctrlC:
				return true
			case 's', 'S':
				w.busiest, w.changed = !w.busiest, true
			}
			w.screen.more <- struct{}{}
		default:
			return false
		}
	}
}

// count looks at what went through: what is on the screen, and a part of the rest.
func (w *watcher) count(at time.Time) {
	w.changed = true
	var ids []int32
	there := map[int32]bool{}
	for _, n := range w.View.Nodes() {
		there[n.ID] = true
		if w.seen == nil || w.seen[n.ID] {
			ids = append(ids, n.ID)
		}
	}
	turn := min(len(w.folded), foldedAtOnce)
	ids = append(ids, w.folded[:turn]...)
	w.folded = append(w.folded[turn:], w.folded[:turn]...)
	for place, stats := range w.Count(ids) {
		w.rates.Count(place, at, stats)
	}
	w.rates.Forget(func(p dump.LinkRef) bool { return there[p.Netns] })
}

// show paints the screen if anything on it has changed.
func (w *watcher) show() {
	columns, lines := w.screen.size()
	if size := [2]int{columns, lines}; size != w.size {
		w.size, w.changed = size, true
	}
	if !w.changed {
		return
	}
	w.changed = false
	f := frame{
		what: w.what, now: time.Now(), events: w.events, busiest: w.busiest,
		columns: columns, lines: lines, paint: w.paint, text: func(l line) string { return l.text(w.paint) },
	}
	for _, n := range w.View.Nodes() {
		f.add(n, w.rates)
	}
	rows, shown := f.render()
	w.screen.paint(rows)
	w.turn(shown)
}

// turn takes note of which namespaces are on the screen, and which are not.
func (w *watcher) turn(shown map[int32]bool) {
	w.seen = shown
	waiting := map[int32]bool{}
	var folded []int32
	for _, id := range w.folded {
		if !shown[id] && !waiting[id] {
			folded, waiting[id] = append(folded, id), true
		}
	}
	for _, n := range w.View.Nodes() {
		if !shown[n.ID] && !waiting[n.ID] {
			folded = append(folded, n.ID)
		}
	}
	w.folded = folded
}
