// Package iputils writes the output of ping(8) of iputils, which scripts and people read.
// It is pure.
package iputils

import (
	"fmt"
	"math"
	"net/netip"
	"time"
)

// Header returns the first line of ping: 56 bytes of data, with the ICMP and IPv4 headers
// 84 bytes.
func Header(host string, addr netip.Addr) string {
	if addr.Is6() {
		return fmt.Sprintf("PING %s(%s) 56 data bytes\n", host, addr)
	}
	return fmt.Sprintf("PING %s (%s) 56(84) bytes of data.\n", host, addr)
}

// Reply returns the line of an echo reply.
func Reply(from netip.Addr, seq, ttl int, rtt time.Duration) string {
	return fmt.Sprintf("64 bytes from %s: icmp_seq=%d ttl=%d time=%s ms\n", from, seq, ttl, milliseconds(rtt))
}

// milliseconds returns a time with three significant digits, at most three of them
// decimals.
func milliseconds(d time.Duration) string {
	ms := inMilliseconds(d)
	decimals := 2 - int(math.Floor(math.Log10(max(ms, 0.001))))
	return fmt.Sprintf("%.*f", min(3, max(0, decimals)), ms)
}

func inMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Statistics are the totals of a ping. The times are 0 if no answer was received.
type Statistics struct {
	Sent, Received         int
	Min, Mean, Max, StdDev time.Duration
	Took                   time.Duration
}

// Summary returns the last lines of ping.
func (s Statistics) Summary(host string) string {
	text := fmt.Sprintf("\n--- %s ping statistics ---\n%d packets transmitted, %d received, %d%% packet loss, time %dms\n",
		host, s.Sent, s.Received, Loss(s.Sent, s.Received), s.Took.Milliseconds())
	if s.Received > 0 {
		text += fmt.Sprintf("rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n",
			inMilliseconds(s.Min), inMilliseconds(s.Mean), inMilliseconds(s.Max), inMilliseconds(s.StdDev))
	}
	return text
}

// Loss returns the share of unanswered requests in percent, rounded down.
func Loss(sent, received int) int {
	if sent == 0 {
		return 0
	}
	return 100 * (sent - received) / sent
}
