package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/monitor"
	"github.com/vethlab/vethlab/internal/words"
)

func newEvents(p *program) *cobra.Command {
	var o eventsOptions
	cmd := &cobra.Command{
		Use:   "events [LAB|FILE]",
		Short: "Print the changes of a lab as they happen",
		Long: `Print a line for each change in a lab, or on the whole machine, whoever makes it:
links, carriers, addresses, routes, rules, neighbours; added and deleted nodes;
interfaces that move between nodes. The first line is a snapshot. It ends when
interrupted.

With -o json each line is an object with time, kind, node, interface and the fields
of its kind; docs/watch.md lists them. If the kernel drops notifications (ENOBUFS),
all state is read again, and the differences follow an event of kind resync.`,
		Example: `  vethlab events
  vethlab events --host --no-snapshot
  vethlab events -o json | jq -r 'select(.kind == "carrier-down") | .node'
  vethlab events --no-snapshot --count 1 --for 10s`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			if o.host {
				return returnOnCancel(cmd.Context(), func() error { return p.events(cmd.Context(), args, o) })
			}
			return p.events(cmd.Context(), args, o)
		},
	}
	hostFlag(cmd, &o.followOptions)
	cmd.Flags().VarP(count{&o.count}, "count", "c", "stop after `N` events, not counting the snapshot")
	cmd.Flags().Var(newSeconds(&o.time, 0), "for", "stop after `SECONDS`, or a time such as 5m")
	cmd.Flags().BoolVar(&o.noSnapshot, "no-snapshot", false, "begin with the first change")
	outputFlag(cmd, &o.format)
	return cmd
}

type eventsOptions struct {
	followOptions
	count      int
	time       time.Duration
	noSnapshot bool
	format     format
}

// events writes events until their count is reached or ctx ends.
func (p *program) events(ctx context.Context, args []string, o eventsOptions) error {
	f, _, err := p.follow(ctx, args, o.followOptions)
	if err != nil {
		return err
	}
	defer f.Close()
	if !o.noSnapshot {
		if err := p.writeEvent(f.View.Snapshot(), o.format); err != nil {
			return err
		}
	}
	if o.time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.time)
		defer cancel()
	}
	for written := 0; p.out.writeError() == nil; {
		events, err := f.Next(ctx)
		for _, e := range events {
			if err := p.writeEvent(e, o.format); err != nil {
				return err
			}
			if written++; written == o.count {
				return nil
			}
		}
		if err != nil {
			return ignoreEnd(ctx, err)
		}
	}
	return nil // Main reports the failed write
}

// ignoreEnd returns nil if ctx has ended, else err.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (p *program) writeEvent(e live.Event, f format) error {
	event := monitor.Event{Time: monitor.Time{Time: time.Now()}, Event: e}
	if f == formatJSON {
		return p.out.jsonLine(event)
	}
	p.out.print("%s\n", event.Text(p.out.paint))
	return nil
}

// followOptions select what is followed: a lab, or the whole machine.
type followOptions struct {
	host bool
}

func hostFlag(cmd *cobra.Command, f *followOptions) {
	cmd.Flags().BoolVar(&f.host, "host", false, "everything on this machine, not only labs")
}

func (f followOptions) check(cmd *cobra.Command, args []string) error {
	if f.host && len(args) > 0 {
		return usageError{cmd, errors.New("give --host or a lab, not both")}
	}
	return nil
}

// sweepInterval is how often new namespaces are searched for: the kernel does not notify
// of them.
const sweepInterval = 2 * time.Second

// follow starts to follow a lab or the machine. A lab given as a file need not run. The
// subject is its name for people.
func (p *program) follow(ctx context.Context, args []string, f followOptions) (follower *kernel.Follower, subject string, err error) {
	what, scope, options := "this machine", live.Scope{}, kernel.MonitorOptions{Sweep: sweepInterval}
	find := func() ([]kernel.NamespaceFile, error) { return hostmap.NamespaceFiles(ctx) }
	if !f.host {
		lab, err := p.find(args, "")
		if err != nil {
			return nil, "", err
		}
		what, scope, options, find = "lab "+lab.Name(), live.Scope{Lab: lab.Name()}, kernel.MonitorOptions{}, kernel.NamespaceFiles
	}
	if f.host {
		p.noteIgnored()
	}
	follower, err = followUntil(ctx, func() (*kernel.Follower, error) { return kernel.Follow(find, scope, options) })
	if err == nil && len(follower.LeftOut) > 0 {
		p.out.notice("too large to follow whole: %s", escape.Line(words.List(mapSlice(follower.LeftOut, live.Event.String), maxLeftOut)))
	}
	if err == nil && follower.HostOnly() {
		p.out.notice("only the namespace of this shell can be seen; for the others:")
		p.out.hint("sudo vethlab %s", strings.Join(p.process.Args, " "))
	}
	return follower, what, err
}

// followUntil returns when ctx ends, although the first read goes on.
func followUntil(ctx context.Context, follow func() (*kernel.Follower, error)) (*kernel.Follower, error) {
	type result struct {
		follower *kernel.Follower
		err      error
	}
	done := make(chan result, 1)
	go func() {
		f, err := follow()
		done <- result{f, err}
	}()
	select {
	case r := <-done:
		return r.follower, r.err
	case <-ctx.Done():
		return nil, ctx.Err() // the program ends
	}
}
