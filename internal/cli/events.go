package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/monitor"
)

func newEvents(p *program) *cobra.Command {
	var o eventsOptions
	cmd := &cobra.Command{
		Use:   "events [LAB|FILE]",
		Short: "Write down what changes in a lab, as it happens",
		Long: `Write a line for everything that changes in a lab, or on the whole machine,
whoever changes it: links, carriers, addresses, routes, rules, neighbours; nodes
that come and go; interfaces that move between them. The first line says what is
there. It ends when interrupted.

With -o json each line is an object with time, kind, node, interface and what
belongs to the kind; docs/watch.md lists them. Nothing gets lost unsaid: where the
kernel tells more than can be heard, everything is read anew, and a line of the
kind resync stands before the differences.`,
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
				return promptly(cmd.Context(), func() error { return p.events(cmd.Context(), args, o) })
			}
			return p.events(cmd.Context(), args, o)
		},
	}
	hostFlag(cmd, &o.followed)
	cmd.Flags().IntVarP(&o.count, "count", "c", 0, "stop after `N` events, not counting the snapshot")
	cmd.Flags().Var(newSeconds(&o.time, 0), "for", "stop after `SECONDS`, or a time such as 5m")
	cmd.Flags().BoolVar(&o.bare, "no-snapshot", false, "begin with the first change")
	outputFlag(cmd, &o.format)
	return cmd
}

type eventsOptions struct {
	followed
	count  int
	time   time.Duration
	bare   bool // no snapshot
	format format
}

// events writes events until there were enough, or ctx ends: then it is done.
func (p *program) events(ctx context.Context, args []string, o eventsOptions) error {
	f, _, err := p.follow(ctx, args, o.followed)
	if err != nil {
		return err
	}
	defer f.Close()
	if !o.bare {
		if err := p.writeEvent(f.View.Snapshot(), o.format); err != nil {
			return err
		}
	}
	if o.time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.time)
		defer cancel()
	}
	for written := 0; p.out.failed() == nil; {
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
	return nil // the failed write is told of at the end
}

// ignoreEnd returns nil if an error comes of the end of ctx.
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

// followed says what is followed.
type followed struct {
	host bool // everything on the machine
}

func hostFlag(cmd *cobra.Command, f *followed) {
	cmd.Flags().BoolVar(&f.host, "host", false, "everything on this machine, labs or not")
}

func (f followed) check(cmd *cobra.Command, args []string) error {
	if f.host && len(args) > 0 {
		return usageError{cmd, errors.New("--host is the whole machine: name no lab with it")}
	}
	return nil
}

// sweepInterval is how often namespaces of the machine are looked for that the
// kernel does not tell of.
const sweepInterval = 2 * time.Second

// follow begins to follow a lab, which need not run if it is given as a file, or
// the machine. It also returns what to call that.
func (p *program) follow(ctx context.Context, args []string, f followed) (follower *kernel.Follower, what string, err error) {
	what, scope, options, find := "this machine", live.Scope{}, kernel.MonitorOptions{Sweep: sweepInterval}, machineSpots(ctx)
	if !f.host {
		lab, err := p.find(args, "")
		if err != nil {
			return nil, "", err
		}
		what, scope, options, find = "lab "+lab.Name(), live.Scope{Lab: lab.Name()}, kernel.MonitorOptions{}, kernel.NamespaceFiles
	}
	follower, err = kernel.Follow(find, scope, options)
	if err == nil && follower.HostOnly() {
		p.out.say("only the namespace of this shell can be seen; for the others:")
		p.out.hint("sudo vethlab %s", strings.Join(p.args, " "))
	}
	return follower, what, err
}
