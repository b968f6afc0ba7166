package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/iputils"
	"github.com/vethlab/vethlab/topo"
)

func newPing(p *program) *cobra.Command {
	var o vethlab.PingOptions
	cmd := &cobra.Command{
		Use:   "ping NODE TARGET",
		Short: "Ping from inside a node",
		Long: `Send ICMP echo requests from inside a node, as ping(8) does; ping need not be
installed. TARGET is a node of the same lab, node:interface or an address.

The exit code is 1 if there was no answer at all.`,
		Example: `  vethlab ping ns1 ns2
  vethlab ping -c 3 -i 0.2 lab/ns1 172.18.0.3`,
		Args:              arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: p.completeNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.ping(cmd.Context(), args[0], args[1], o)
		},
	}
	cmd.Flags().VarP(count{&o.Count}, "count", "c", "stop after `N` requests (default: when interrupted)")
	cmd.Flags().VarP(newSeconds(&o.Interval, time.Second), "interval", "i", "wait `SECONDS` between requests")
	cmd.Flags().VarP(newSeconds(&o.Timeout, time.Second), "timeout", "W", "wait `SECONDS` for the last answer")
	return cmd
}

// ping pings and prints each reply. If interrupted, it still prints the totals.
func (p *program) ping(ctx context.Context, from, to string, o vethlab.PingOptions) error {
	lab, node, target, err := p.findSourceAndTarget(from, to)
	if err != nil {
		return err
	}
	s, err := lab.State()
	if err != nil {
		return err
	}
	addr, err := s.Resolve(target)
	if err != nil {
		return err
	}
	p.out.print("PING %s (%s) from %s\n", target, addr, node)
	until, stop := untilDown(ctx, lab, node)
	defer stop()
	stats, err := lab.Ping(until, node, addr.String(), o, func(r vethlab.Reply) { p.printReply(r) })
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	p.printStats(target, stats)
	if err := ended(ctx, until, nil); err != nil {
		return err
	}
	if stats.Received == 0 {
		return exitError{code: exitFailed}
	}
	return nil
}

// findSourceAndTarget returns the lab of NODE and TARGET and both without the lab's name.
// If NODE is host, the lab is that of TARGET.
func (p *program) findSourceAndTarget(from, to string) (lab *vethlab.Lab, node, target string, err error) {
	toLab, target, qualified := strings.Cut(to, "/")
	if !qualified {
		target = to
	}
	if from == topo.HostNode {
		if host, _, _ := strings.Cut(to, ":"); !isAddress(to) {
			if lab, _, err = p.findNode(host); err != nil {
				return nil, "", "", err
			}
			return lab, from, target, nil
		}
	}
	lab, n, err := p.findNode(from)
	if err != nil {
		return nil, "", "", err
	}
	if qualified && toLab != lab.Name() {
		return nil, "", "", fmt.Errorf("%s and %s are in different labs, which no link connects", from, to)
	}
	return lab, n.Name(), target, nil
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func (p *program) printReply(r vethlab.Reply) {
	if r.Err != nil {
		p.out.print("icmp_seq=%d: %v\n", r.Seq, r.Err)
		return
	}
	p.out.print("reply from %s: icmp_seq=%d ttl=%d time=%s\n", r.From, r.Seq, r.TTL, short(r.RTT))
}

func (p *program) printStats(target string, s vethlab.PingStats) {
	p.out.print("\n--- %s ping statistics ---\n", target)
	p.out.print("%d packets transmitted, %d received, %d%% packet loss\n", s.Sent, s.Received, iputils.Loss(s.Sent, s.Received))
	if s.Received > 0 {
		p.out.print("rtt min/avg/max/mdev = %s/%s/%s/%s\n", short(s.Min), short(s.Mean), short(s.Max), short(s.StdDev))
	}
}
