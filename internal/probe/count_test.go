//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

func TestCount(t *testing.T) {
	l := up(t, across)
	l.serve("b")
	const count, interval = 20, 5 * time.Millisecond
	l.eachFamily(t, func(t *testing.T, to string) {
		for _, q := range append([]probe.Question{{Via: probe.ICMP}}, calls...) {
			q.Target, q.Count, q.Interval = l.target("a", to), count, interval
			start := time.Now()
			a := askOne(t, q, probe.Options{})
			if a.Found != probe.Reachable || a.Err != nil || a.Sent != count || a.Received != count || len(a.RTTs) != count || a.RTTs.Min() <= 0 {
				t.Errorf("%+v", a)
			}
			if took := time.Since(start); took < (count-1)*interval {
				t.Errorf("%s: took %s", q.Via, took)
			}
		}
	})
}

// Packets are sent faster than a rate-limited link carries them.
func TestCountLoss(t *testing.T) {
	l := up(t, across)
	l.tc("r", "qdisc", "add", "dev", "eth1", "root", "tbf", "rate", "1mbit", "burst", "2kb", "limit", "2kb")
	l.serve("b")
	to := l.Address("b", false).String()
	for _, q := range []probe.Question{{Via: probe.ICMP}, {Via: probe.UDP, Port: 7000}} {
		// 1,000 bytes each 2 ms are 4 Mbit/s: three of four are dropped.
		q.Target, q.Size, q.Count, q.Interval = l.target("a", to), 1000, 200, 2*time.Millisecond
		withRetries(t, func(timeout time.Duration) error {
			a := askOne(t, q, probe.Options{Timeout: timeout})
			if a.Found != probe.Reachable || a.Sent != 200 || a.Received != len(a.RTTs) || a.Loss() < 0.5 || a.Loss() > 0.95 {
				return fmt.Errorf("%s: %s, %d of %d answered, %d round trips, %w", q.Via, a.Found, a.Received, a.Sent, len(a.RTTs), a.Err)
			}
			return nil
		})
	}
}

func TestCountUnanswered(t *testing.T) {
	l := up(t, dual)
	for _, via := range []probe.Protocol{probe.ICMP, probe.TCP, probe.UDP} {
		q := probe.Question{Target: l.target("a", "10.7.0.99"), Via: via, Port: 7, Count: 1000}
		start := time.Now()
		a := askOne(t, q, short)
		if timeout := (*probe.Timeout)(nil); a.Found != probe.Unreachable || a.Received != 0 || a.Sent == 0 || a.Loss() != 1 || !errors.As(a.Err, &timeout) {
			t.Errorf("%+v", a)
		}
		if took := time.Since(start); took > hang {
			t.Errorf("%s took %s", via, took)
		}
	}
}

// Size is that of the IP packet; one larger than the MTU arrives in fragments.
func TestSize(t *testing.T) {
	l := up(t, across)
	l.serve("b")
	l.eachFamily(t, func(t *testing.T, to string) {
		for _, via := range []probe.Protocol{probe.ICMP, probe.UDP} {
			for _, size := range []int{1, 100, 1500, 1501, 20000} {
				a := askOne(t, probe.Question{Target: l.target("a", to), Via: via, Port: 7000, Size: size}, probe.Options{})
				if a.Found != probe.Reachable {
					t.Errorf("%s with %d bytes: %v", via, size, a.Err)
				}
			}
		}
	})
}
