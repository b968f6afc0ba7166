//go:build linux

package probe_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

// ping collects the replies of a series.
func ping(ctx context.Context, target probe.Target, opts probe.PingOptions) ([]probe.Reply, probe.PingStats, error) {
	var replies []probe.Reply
	stats, err := probe.Ping(ctx, target, opts, func(r probe.Reply) { replies = append(replies, r) })
	return replies, stats, err
}

func TestPing(t *testing.T) {
	l := up(t, dual)
	for _, ipv6 := range []bool{false, true} {
		target := l.target("a", l.Address("b", ipv6).String())
		replies, stats, err := ping(t.Context(), target, probe.PingOptions{Count: 3, Interval: 10 * time.Millisecond})
		if err != nil || stats.Sent != 3 || stats.Received != 3 || len(replies) != 3 {
			t.Fatalf("%+v, %+v, %v", replies, stats, err)
		}
		for i, r := range replies {
			if r.From != target.To || r.Seq != i+1 || r.TTL != 64 || r.RTT <= 0 || r.Err != nil {
				t.Errorf("%+v", r)
			}
		}
		if stats.Min <= 0 || stats.Min > stats.Mean || stats.Mean > stats.Max || stats.StdDev > stats.Max {
			t.Errorf("%+v", stats)
		}
	}
}

func TestPingLost(t *testing.T) {
	l := up(t, dual)
	opts := probe.PingOptions{Count: 2, Interval: 10 * time.Millisecond, Timeout: 100 * time.Millisecond}
	replies, stats, err := ping(t.Context(), l.target("a", "10.7.0.99"), opts)
	if err != nil || len(replies) != 0 || stats != (probe.PingStats{Sent: 2}) {
		t.Errorf("%+v, %+v, %v", replies, stats, err)
	}
}

func TestPingRefused(t *testing.T) {
	l := up(t, routed)
	replies, stats, err := ping(t.Context(), l.target("a", "203.0.113.1"), probe.PingOptions{Count: 1})
	if err != nil || len(replies) != 1 || stats != (probe.PingStats{Sent: 1}) {
		t.Fatalf("%+v, %+v, %v", replies, stats, err)
	}
	want := l.Address("r", false)
	if refused := (*probe.ICMPError)(nil); !errors.As(replies[0].Err, &refused) || refused.By != want || replies[0].From != want {
		t.Errorf("%+v, want a refusal by %s", replies[0], want)
	}
}

func TestPingNoRoute(t *testing.T) {
	l := up(t, dual)
	opts := probe.PingOptions{Count: 1, Timeout: time.Minute}
	replies, stats, err := ping(t.Context(), l.target("a", "203.0.113.1"), opts)
	if err != nil || len(replies) != 1 || stats != (probe.PingStats{Sent: 1}) {
		t.Fatalf("%+v, %+v, %v", replies, stats, err)
	}
	if got := replies[0].Err.Error(); got != "network is unreachable: there is no route" {
		t.Error(got)
	}
}

func TestPingCancelled(t *testing.T) {
	l := up(t, dual)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := time.Now()
	target := l.target("a", l.Address("b", false).String())
	stats, err := probe.Ping(ctx, target, probe.PingOptions{Interval: time.Minute}, func(probe.Reply) { cancel() })
	if !errors.Is(err, context.Canceled) || stats.Sent != 1 || stats.Received != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	if took := time.Since(start); took > hang {
		t.Errorf("took %s", took)
	}
}
