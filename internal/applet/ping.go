package applet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/iputils"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
)

// PingOptions are options of ping(8).
type PingOptions struct {
	probe.PingOptions
	From       string // an interface or address to send from
	IPv4, IPv6 bool   // only addresses of that family
	Quiet      bool   // print the summary only
}

// The exit codes of ping(8).
const (
	pingNoReply = 1
	pingFailed  = 2
)

// target returns the destination, with the source address or interface.
func (o PingOptions) target(to netip.Addr) probe.Target {
	t := probe.Target{From: netns.Host, To: to}
	if source, err := netip.ParseAddr(o.From); err == nil {
		t.Source = source
	} else {
		t.Interface = o.From
	}
	return t
}

// Ping pings a host as ping(8) does. The code is that of a ping which ended or
// was interrupted, as it was not by an error.
func Ping(ctx context.Context, host string, o PingOptions, s IO) (code int, err error) {
	addr, err := pingAddress(ctx, host, o)
	if err != nil {
		s.fail("ping", fmt.Errorf("%s: %w", host, err))
		return 0, &ExitError{Code: pingFailed}
	}
	began, noReply := time.Now(), "100% packet loss"
	s.print("%s", iputils.Header(host, addr))
	pinging, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stats, err := probe.Ping(pinging, o.target(addr), o.PingOptions, func(r probe.Reply) {
		if errors.Is(r.Err, unix.ENETUNREACH) {
			stop(errors.New("connect: Network is unreachable")) // later requests would fail too
			return
		}
		if e, ok := icmpError(r); ok {
			noReply = e.Description()
		}
		s.pingReply(r, o)
	})
	if err != nil && ctx.Err() == nil {
		s.fail("ping", cmp.Or(context.Cause(pinging), err))
		return 0, &ExitError{Code: pingFailed}
	}
	s.print("%s", iputils.Statistics{
		Sent: stats.Sent, Received: stats.Received, Took: time.Since(began),
		Min: stats.Min, Mean: stats.Mean, Max: stats.Max, StdDev: stats.StdDev,
	}.Summary(host))
	if stats.Received == 0 {
		s.explain(noReply)
		return pingNoReply, nil
	}
	return 0, nil
}

// pingAddress resolves a host to an address of the wanted family.
func pingAddress(ctx context.Context, host string, o PingOptions) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		if o.IPv4 && addr.Is6() || o.IPv6 && addr.Is4() {
			return addr, errors.New("Address family for hostname not supported") //nolint:staticcheck // ping's text
		}
		return addr, nil
	}
	network := map[bool]string{true: "ip6", false: "ip"}[o.IPv6]
	if o.IPv4 {
		network = "ip4"
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}, errors.New("Name or service not known") //nolint:staticcheck // ping's text
	}
	return addrs[0].Unmap(), nil
}

// icmpError returns the ICMP error with which a request was answered.
func icmpError(r probe.Reply) (e iputils.ICMPError, ok bool) {
	icmp, ok := errors.AsType[*probe.ICMPError](r.Err)
	if !ok {
		return e, false
	}
	return iputils.ICMPError{By: icmp.By, Type: icmp.Type, Code: icmp.Code, MTU: icmp.MTU, Reason: icmp.Reason()}, true
}

func (s IO) pingReply(r probe.Reply, o PingOptions) {
	e, refused := icmpError(r)
	switch {
	case o.Quiet:
	case refused:
		s.print("%s", e.Line(r.Seq))
	case r.Err != nil:
		s.fail("ping", fmt.Errorf("sendmsg: %w", r.Err))
	default:
		s.print("%s", iputils.Reply(r.From, r.Seq, r.TTL, r.RTT))
	}
}
