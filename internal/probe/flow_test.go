//go:build linux

package probe_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

// flowTarget is b's address, with a as the sender.
func (l *lab) flowTarget(to string) probe.FlowTarget {
	n, _ := l.Node("b")
	return probe.FlowTarget{Target: l.target("a", to), At: n.Namespace}
}

// brief is the duration of flows in tests.
const brief = 200 * time.Millisecond

func TestThroughput(t *testing.T) {
	l := up(t, across)
	l.eachFamily(t, func(t *testing.T, to string) {
		for _, opts := range []probe.FlowOptions{
			{},
			{Reverse: true},
			{Both: true},
			{UDP: true},
			{UDP: true, Reverse: true},
			{UDP: true, Both: true},
		} {
			opts.Duration, opts.Interval = brief, brief/4
			samples := 0
			opts.Each = func(probe.Sample) { samples++ }
			t.Run(fmt.Sprintf("udp=%v,reverse=%v,both=%v", opts.UDP, opts.Reverse, opts.Both), func(t *testing.T) {
				flows, err := probe.Throughput(t.Context(), l.flowTarget(to), opts)
				if err != nil {
					t.Fatal(err)
				}
				want := []bool{opts.Reverse}
				if opts.Both {
					want = []bool{false, true}
				}
				if len(flows) != len(want) {
					t.Fatalf("%d flows, want %d", len(flows), len(want))
				}
				for i, f := range flows {
					if f.Reverse != want[i] {
						t.Errorf("flow %d: reverse %v", i, f.Reverse)
					}
					t.Logf("%.0f Mbit/s, %d retransmits, %d of %d lost, rtt %s, jitter %s", f.BitsPerSecond()/1e6, f.Retransmits, f.Lost, f.Datagrams, f.RTT, f.Jitter)
					checkFlow(t, &f, opts)
				}
				if samples < len(flows) {
					t.Errorf("%d samples for %d flows", samples, len(flows))
				}
			})
		}
	})
}

// checkFlow checks the invariants of a flow.
func checkFlow(t *testing.T, f *probe.Flow, opts probe.FlowOptions) {
	t.Helper()
	if f.Received <= 0 || f.Received > f.Sent || f.Duration < opts.Duration/2 {
		t.Errorf("%+v", f)
	}
	var sum int64
	end := time.Duration(0)
	for _, s := range f.Samples {
		sum += s.Received
		if s.Start != end || s.End <= s.Start {
			t.Errorf("a sample begins at %s after one that ends at %s", s.Start, end)
		}
		end = s.End
	}
	if sum != f.Received || end != f.Duration {
		t.Errorf("samples of %d bytes in %s; the flow has %d in %s", sum, end, f.Received, f.Duration)
	}
	if opts.UDP {
		if f.Datagrams <= 0 || f.Lost < 0 || f.Lost > f.Datagrams || f.Jitter <= 0 {
			t.Errorf("%+v", f)
		}
	} else if f.RTT <= 0 || f.Datagrams != 0 {
		t.Errorf("%+v", f)
	}
}

func TestThroughputRate(t *testing.T) {
	l := up(t, across)
	const rate = 20e6
	for _, udp := range []bool{false, true} {
		withRetries(t, func(time.Duration) error {
			flows, err := probe.Throughput(t.Context(), l.flowTarget(l.Address("b", false).String()),
				probe.FlowOptions{UDP: udp, Duration: time.Second, Rate: rate, Size: 1000})
			if err != nil {
				return err
			}
			f := flows[0]
			if got := f.BitsPerSecond(); got < rate*0.8 || got > rate*1.1 {
				return fmt.Errorf("udp %v: %.1f Mbit/s, want %.1f", udp, got/1e6, rate/1e6)
			}
			if udp && f.Lost > f.Datagrams/10 {
				return fmt.Errorf("%d of %d lost", f.Lost, f.Datagrams)
			}
			return nil
		})
	}
}

// On a rate-limited link UDP sent faster is lost, and TCP adapts.
func TestThroughputOfSlowLink(t *testing.T) {
	l := up(t, across)
	l.tc("r", "qdisc", "add", "dev", "eth1", "root", "tbf", "rate", "8mbit", "burst", "10kb", "limit", "20kb")
	to := l.Address("b", false).String()
	withRetries(t, func(time.Duration) error {
		flows, err := probe.Throughput(t.Context(), l.flowTarget(to), probe.FlowOptions{UDP: true, Duration: time.Second, Rate: 16e6})
		if err != nil {
			return err
		}
		if f := flows[0]; f.BitsPerSecond() > 9e6 || f.BitsPerSecond() < 6e6 || f.Lost < f.Datagrams/3 || f.Lost > f.Datagrams*2/3 {
			return fmt.Errorf("%.1f Mbit/s, %d of %d lost", f.BitsPerSecond()/1e6, f.Lost, f.Datagrams)
		}
		return nil
	})
	withRetries(t, func(time.Duration) error {
		flows, err := probe.Throughput(t.Context(), l.flowTarget(to), probe.FlowOptions{Duration: time.Second})
		if err != nil {
			return err
		}
		if f := flows[0]; f.BitsPerSecond() > 10e6 || f.BitsPerSecond() < 4e6 || f.Retransmits == 0 {
			return fmt.Errorf("%.1f Mbit/s, %d retransmits", f.BitsPerSecond()/1e6, f.Retransmits)
		}
		return nil
	})
}

// tc runs tc(8) inside a node.
func (l *lab) tc(node string, args ...string) {
	l.tb.Helper()
	if _, err := exec.LookPath("tc"); err != nil {
		l.tb.Skip("needs tc (iproute2)")
	}
	n, _ := l.Node(node)
	cmd := exec.CommandContext(l.tb.Context(), "tc", append([]string{"-n", n.Namespace}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.tb.Skipf("%s: %v\n%s", cmd, err, out)
	}
}

func TestThroughputUnreachable(t *testing.T) {
	l := up(t, dual)
	for _, udp := range []bool{false, true} {
		opts := probe.FlowOptions{UDP: udp, Timeout: short.Timeout}
		_, err := probe.Throughput(t.Context(), l.flowTarget("10.7.0.99"), opts)
		if timeout := (*probe.Timeout)(nil); !errors.As(err, &timeout) {
			t.Errorf("udp %v: %v", udp, err)
		}
		if _, err = probe.Throughput(t.Context(), l.flowTarget("203.0.113.1"), opts); !errors.Is(err, unix.ENETUNREACH) {
			t.Errorf("udp %v: %v", udp, err)
		}
	}
}

func TestThroughputCancelled(t *testing.T) {
	l := up(t, dual)
	for _, udp := range []bool{false, true} {
		withRetries(t, func(timeout time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			start := time.Now()
			flows, err := probe.Throughput(ctx, l.flowTarget(l.Address("b", false).String()), probe.FlowOptions{UDP: udp, Duration: time.Minute})
			if took := time.Since(start); took > hang {
				t.Errorf("took %s", took)
			}
			if !errors.Is(err, context.DeadlineExceeded) || len(flows) != 1 || flows[0].Received == 0 {
				return fmt.Errorf("udp %v: %+v, %w", udp, flows, err)
			}
			return nil
		})
	}
}
