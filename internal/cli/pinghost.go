package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
)

// newPingHost is the ping of places where the machine has none: as iputils' ping,
// from where it is run.
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
	f.IntVarP(&o.Count, "count", "c", 0, "end after `N` requests")
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

// target returns whom to ask, and how.
func (o pingHostOptions) target(to netip.Addr) probe.Target {
	t := probe.Target{From: netns.Host, To: to}
	if source, err := netip.ParseAddr(o.from); err == nil {
		t.Source = source
	} else {
		t.Interface = o.from
	}
	return t
}

// The exit codes of ping.
const (
	pingSilence = 1
	pingFailed  = 2
)

func (p *program) pingHost(ctx context.Context, host string, o pingHostOptions) error {
	addr, err := pingAddress(ctx, host, o)
	if err != nil {
		p.out.pass(fmt.Appendf(nil, "ping: %s: %v\n", host, err))
		return exitError{code: pingFailed}
	}
	began := time.Now()
	header := "PING %s (%s) 56(84) bytes of data.\n"
	if addr.Is6() {
		header = "PING %s(%s) 56 data bytes\n"
	}
	p.out.print(header, host, addr)
	pinging, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stats, err := probe.Ping(pinging, o.target(addr), o.PingOptions, func(r probe.Reply) {
		if errors.Is(r.Err, unix.ENETUNREACH) {
			stop(errors.New("connect: Network is unreachable")) // nor will the next request find a way
			return
		}
		p.pingReply(r, o)
	})
	if err != nil && ctx.Err() == nil {
		p.out.pass(fmt.Appendf(nil, "ping: %v\n", cmp.Or(context.Cause(pinging), err)))
		return exitError{code: pingFailed}
	}
	p.pingSum(host, stats, time.Since(began))
	if stats.Received == 0 {
		return reexecError{pingSilence}
	}
	return reexecError{exitDone} // that it was interrupted is how it ends
}

// pingAddress finds the address of a host.
func pingAddress(ctx context.Context, host string, o pingHostOptions) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		if o.ipv4 && addr.Is6() || o.ipv6 && addr.Is4() {
			return addr, errors.New("Address family for hostname not supported") //nolint:staticcheck // the words of ping
		}
		return addr, nil
	}
	network := map[bool]string{true: "ip6", false: "ip"}[o.ipv6]
	if o.ipv4 {
		network = "ip4"
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}, errors.New("Name or service not known") //nolint:staticcheck // the words of ping
	}
	return addrs[0].Unmap(), nil
}

func (p *program) pingReply(r probe.Reply, o pingHostOptions) {
	icmp := (*probe.ICMPError)(nil)
	switch {
	case o.quiet:
	case errors.As(r.Err, &icmp):
		p.out.print("From %s icmp_seq=%d %s\n", icmp.By, r.Seq, pingWords(icmp))
	case r.Err != nil:
		p.out.pass(fmt.Appendf(nil, "ping: sendmsg: %v\n", r.Err))
	default:
		p.out.print("64 bytes from %s: icmp_seq=%d ttl=%d time=%s ms\n", r.From, r.Seq, r.TTL, milliseconds(r.RTT))
	}
}

// milliseconds writes a time with three digits that count.
func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	digits := 3 - max(0, int(math.Floor(math.Log10(max(ms, 0.001))))+1)
	return fmt.Sprintf("%.*f", min(3, max(0, digits)), ms)
}

func (p *program) pingSum(host string, s probe.PingStats, took time.Duration) {
	p.out.print("\n--- %s ping statistics ---\n", host)
	p.out.print("%d packets transmitted, %d received, %d%% packet loss, time %dms\n",
		s.Sent, s.Received, loss(s.Sent, s.Received), took.Milliseconds())
	if s.Received > 0 {
		ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
		p.out.print("rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n", ms(s.Min), ms(s.Mean), ms(s.Max), ms(s.StdDev))
	}
}
