package cli

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

func newTrace(p *program) *cobra.Command {
	var o vethlab.TraceOptions
	var f format
	cmd := &cobra.Command{
		Use:   "trace NODE TARGET",
		Short: "Show the routers on the path from a node",
		Long: `Find the path from one node to another, as traceroute(8) does; traceroute need not be
installed. TARGET is a node of the same lab, node:interface or an address. All hops
are probed at once, by ICMP. A hop that does not answer is shown as *.

The exit code is 1 if the target is not reached.`,
		Example: `  vethlab trace a b
  vethlab trace lab/a 10.0.2.2 -o json`,
		Args:              arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: p.completeNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.trace(cmd.Context(), args[0], args[1], o, f)
		},
	}
	o.MaxHops, o.Probes = 64, 3
	cmd.Flags().VarP(count{&o.MaxHops}, "max-hops", "m", "stop after `N` hops")
	cmd.Flags().VarP(count{&o.Probes}, "queries", "q", "send `N` probes to each hop")
	cmd.Flags().VarP(newSeconds(&o.Timeout, 0), "wait", "w", "wait `SECONDS` for hops that are silent (default: 1.3)")
	outputFlag(cmd, &f)
	return cmd
}

func (p *program) trace(ctx context.Context, from, to string, o vethlab.TraceOptions, f format) error {
	lab, node, target, err := p.findSourceAndTarget(from, to)
	if err != nil {
		return err
	}
	until, stop := untilDown(ctx, lab, node)
	defer stop()
	trace, err := lab.Trace(until, node, target, o)
	if err := ended(ctx, until, err); err != nil {
		return err
	}
	if f == formatJSON {
		err = p.out.json(trace)
	} else {
		p.printTrace(trace)
	}
	if err == nil && !trace.Reached {
		err = exitError{code: exitFailed}
	}
	return err
}

func (p *program) printTrace(t *vethlab.Trace) {
	var rows [][]string
	for _, h := range t.Hops {
		rows = append(rows, hopRow(h))
	}
	if len(rows) > 0 {
		p.out.table([]string{"HOP", "NODE", "ADDRESS", "MIN", "MEDIAN", "MAX"}, rows)
	}
	if !t.Reached {
		to := t.To
		if a := t.Address.String(); a != to {
			to = fmt.Sprintf("%s (%s)", to, a)
		}
		why := whyNotReached(t)
		if t.Reason != "" {
			why += ": " + t.Reason
		}
		p.out.notice("%s is not reached from %s: %s", to, t.From, why)
	}
}

func hopRow(h vethlab.Hop) []string {
	if len(h.Addresses) == 0 {
		return []string{fmt.Sprint(h.TTL), "*", "", "", "", ""}
	}
	return []string{
		fmt.Sprint(h.TTL), strings.Join(h.Nodes, " "), joinAddresses(h.Addresses),
		short(h.RTT.Min), short(h.RTT.Median), short(h.RTT.Max),
	}
}

func joinAddresses(addresses []netip.Addr) string {
	var texts []string
	for _, a := range addresses {
		texts = append(texts, a.String())
	}
	return strings.Join(texts, " ")
}

func whyNotReached(t *vethlab.Trace) string {
	if len(t.Hops) == 0 {
		return "no hop answers"
	}
	last := t.Hops[len(t.Hops)-1]
	if who := strings.Join(last.Nodes, " "); last.Reason != "" {
		return fmt.Sprintf("%s reports: %s", who, last.Reason)
	} else if who != "" {
		return fmt.Sprintf("no hop after %s answers", who)
	}
	return "no hop answers"
}
