package probe

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// A Verdict is the outcome of a question.
//
// A target that refuses by an ICMP error can appear [Unreachable]: Linux sends a
// burst of six ICMP errors to one host, then one a second (icmp_ratelimit), and
// drops the rest. A TCP reset is not rate-limited.
type Verdict uint8

// The verdicts.
const (
	// Unreachable: no answer came within the timeout, or a router had no route.
	// It is the zero value, so that a question not asked does not count as
	// reachable.
	Unreachable Verdict = iota
	// Reachable: the target answered.
	Reachable
	// Refused: the target or a router rejected the packet, by a TCP reset or an
	// ICMP error: port or protocol unreachable, or administratively prohibited.
	Refused
)

// String returns "reachable" and so on.
func (v Verdict) String() string {
	switch v {
	case Reachable:
		return "reachable"
	case Refused:
		return "refused"
	}
	return "unreachable"
}

// An Answer is the result of a question.
type Answer struct {
	Question
	Found Verdict

	// Err is why the target was not reached: a [*Timeout], a [*WrongAnswer] if only
	// such answers came before the timeout, an [*ICMPError], a
	// [*Reset], the error of a system call (ENETUNREACH: no route), an
	// [*OpenError], or the context's error. It is nil if the target was reached.
	Err error

	// Sent is the number of requests sent: Count of them or, if Count is 0, all
	// including retries. Received is the number of answers, and RTTs are their
	// round-trip times in the order of the requests: from the request to the
	// answer, for TCP of the handshake, for HTTP until the response.
	Sent, Received int
	RTTs           RTTs

	Status    int          // HTTP: status code of the response
	RCode     string       // DNS: code of the response, "NOERROR" or "NXDOMAIN" and so on
	Addresses []netip.Addr // DNS: addresses of the name, IPv4 first
}

// Loss returns the share of requests without an answer, from 0 to 1.
func (a *Answer) Loss() float64 {
	if a.Sent == 0 {
		return 1
	}
	return 1 - float64(a.Received)/float64(a.Sent)
}

// A reply is the result of one exchange over a socket of its own.
type reply struct {
	sent      int // requests
	rtt       time.Duration
	status    int          // HTTP
	rcode     string       // DNS
	addresses []netip.Addr // DNS
}

// RTTs are round-trip times. If there are none, all statistics are 0.
type RTTs []time.Duration

// Min returns the shortest round trip.
func (r RTTs) Min() time.Duration {
	if len(r) == 0 {
		return 0
	}
	return slices.Min(r)
}

// Max returns the longest round trip.
func (r RTTs) Max() time.Duration {
	if len(r) == 0 {
		return 0
	}
	return slices.Max(r)
}

// Mean returns the arithmetic mean.
func (r RTTs) Mean() time.Duration {
	if len(r) == 0 {
		return 0
	}
	var sum time.Duration
	for _, rtt := range r {
		sum += rtt
	}
	return sum / time.Duration(len(r))
}

// StdDev returns the population standard deviation.
func (r RTTs) StdDev() time.Duration {
	if len(r) == 0 {
		return 0
	}
	mean := float64(r.Mean())
	var squares float64
	for _, rtt := range r {
		squares += (float64(rtt) - mean) * (float64(rtt) - mean)
	}
	return time.Duration(math.Sqrt(squares / float64(len(r))))
}

// Percentile returns the p-th percentile by nearest rank: 50 is the median, 100 the
// longest round trip.
func (r RTTs) Percentile(p float64) time.Duration {
	if len(r) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r))
	rank := int(math.Ceil(p / 100 * float64(len(r))))
	return sorted[min(max(rank, 1), len(r))-1]
}
