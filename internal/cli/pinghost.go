package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/iputils"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
)

// newPingHost is ping(8) for machines without it: it pings from the current namespace with
// iputils' options, output and exit codes.
func newPingHost(p *program) *cobra.Command {
	var o pingHostOptions
	cmd := &cobra.Command{
		Use:    "ping-host [-c COUNT] [-i SECONDS] [-W SECONDS] [-4|-6] HOST",
		Short:  "ping(8) for machines without it",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.pingHost(cmd.Context(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.VarP(count{&o.Count}, "count", "c", "end after `N` requests")
	f.VarP(newSeconds(&o.Interval, time.Second), "interval", "i", "`SECONDS` between requests")
	f.VarP(newSeconds(&o.Timeout, time.Second), "timeout", "W", "`SECONDS` to wait for the last answer")
	f.IntVarP(&o.TTL, "ttl", "t", 0, "set the TTL to `N`")
	f.StringVarP(&o.from, "interface", "I", "", "send from an `INTERFACE` or address")
	f.BoolVarP(&o.ipv4, "ipv4", "4", false, "IPv4 only")
	f.BoolVarP(&o.ipv6, "ipv6", "6", false, "IPv6 only")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the summary only")
	f.BoolP("numeric", "n", false, "accepted and ignored")
	return cmd
}

type pingHostOptions struct {
	probe.PingOptions
	from              string
	ipv4, ipv6, quiet bool
}

// target returns the destination, with the source address or interface of -I.
func (o pingHostOptions) target(to netip.Addr) probe.Target {
	t := probe.Target{From: netns.Host, To: to}
	if source, err := netip.ParseAddr(o.from); err == nil {
		t.Source = source
	} else {
		t.Interface = o.from
	}
	return t
}

// The exit codes of ping(8).
const (
	pingNoReply = 1
	pingFailed  = 2
)

func (p *program) pingHost(ctx context.Context, host string, o pingHostOptions) error {
	addr, err := pingAddress(ctx, host, o)
	if err != nil {
		p.out.passStderr(fmt.Appendf(nil, "ping: %s: %v\n", host, err))
		return exitError{code: pingFailed}
	}
	began := time.Now()
	p.out.print("%s", iputils.Header(host, addr))
	pinging, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stats, err := probe.Ping(pinging, o.target(addr), o.PingOptions, func(r probe.Reply) {
		if errors.Is(r.Err, unix.ENETUNREACH) {
			stop(errors.New("connect: Network is unreachable")) // later requests would fail too
			return
		}
		p.pingReply(r, o)
	})
	if err != nil && ctx.Err() == nil {
		p.out.passStderr(fmt.Appendf(nil, "ping: %v\n", cmp.Or(context.Cause(pinging), err)))
		return exitError{code: pingFailed}
	}
	p.out.print("%s", iputils.Statistics{
		Sent: stats.Sent, Received: stats.Received, Took: time.Since(began),
		Min: stats.Min, Mean: stats.Mean, Max: stats.Max, StdDev: stats.StdDev,
	}.Summary(host))
	if stats.Received == 0 {
		return childExit{pingNoReply}
	}
	return childExit{exitDone} // 0 also after Ctrl-C, as ping(8)
}

// pingAddress resolves a host to an address of the wanted family.
func pingAddress(ctx context.Context, host string, o pingHostOptions) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		if o.ipv4 && addr.Is6() || o.ipv6 && addr.Is4() {
			return addr, errors.New("Address family for hostname not supported") //nolint:staticcheck // ping's text
		}
		return addr, nil
	}
	network := map[bool]string{true: "ip6", false: "ip"}[o.ipv6]
	if o.ipv4 {
		network = "ip4"
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}, errors.New("Name or service not known") //nolint:staticcheck // ping's text
	}
	return addrs[0].Unmap(), nil
}

func (p *program) pingReply(r probe.Reply, o pingHostOptions) {
	icmp := (*probe.ICMPError)(nil)
	switch {
	case o.quiet:
	case errors.As(r.Err, &icmp):
		e := iputils.ICMPError{By: icmp.By, Type: icmp.Type, Code: icmp.Code, MTU: icmp.MTU, Reason: icmp.Reason()}
		p.out.print("%s", e.Line(r.Seq))
	case r.Err != nil:
		p.out.passStderr(fmt.Appendf(nil, "ping: sendmsg: %v\n", r.Err))
	default:
		p.out.print("%s", iputils.Reply(r.From, r.Seq, r.TTL, r.RTT))
	}
}
