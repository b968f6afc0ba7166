package probe_test

import (
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

func TestRTTs(t *testing.T) {
	r := probe.RTTs{4, 2, 4, 4, 5, 5, 7, 9} // the mean is 5, the standard deviation 2
	for what, got := range map[string][2]time.Duration{
		"min":    {r.Min(), 2},
		"max":    {r.Max(), 9},
		"mean":   {r.Mean(), 5},
		"stddev": {r.StdDev(), 2},
		"p0":     {r.Percentile(0), 2},
		"p12.5":  {r.Percentile(12.5), 2},
		"p13":    {r.Percentile(13), 4},
		"p50":    {r.Percentile(50), 4},
		"p99":    {r.Percentile(99), 9},
		"p100":   {r.Percentile(100), 9},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", what, got[0], got[1])
		}
	}
	var none probe.RTTs
	if none.Min() != 0 || none.Max() != 0 || none.Mean() != 0 || none.StdDev() != 0 || none.Percentile(50) != 0 {
		t.Error("statistics of no round trips are not 0")
	}
}

func TestLoss(t *testing.T) {
	for _, c := range []struct {
		answer probe.Answer
		want   float64
	}{
		{probe.Answer{Sent: 10, Received: 10}, 0},
		{probe.Answer{Sent: 10, Received: 9}, 0.1},
		{probe.Answer{Sent: 10}, 1},
		{probe.Answer{}, 1},
	} {
		if got := c.answer.Loss(); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%d of %d: loss %f, want %f", c.answer.Received, c.answer.Sent, got, c.want)
		}
	}
}

func TestStrings(t *testing.T) {
	for got, want := range map[string]string{
		probe.ICMP.String(): "icmp", probe.DNS.String(): "dns", probe.Protocol(77).String(): "protocol 77",
		probe.Reachable.String(): "reachable", probe.Unreachable.String(): "unreachable", probe.Refused.String(): "refused",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
