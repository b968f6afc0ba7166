package probe

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// A Verdict is what a question found.
//
// A refusal by an ICMP error can pass for silence, and the target for
// [Unreachable]: whoever sends such errors sends only a few at once to the same
// host, and then one a second or none (icmp_ratelimit). A TCP reset is not
// limited.
type Verdict uint8

// The verdicts.
const (
	// Unreachable: nobody answered, or somebody on the way knew no way on. The
	// zero value, so that what was not asked is not taken for reached.
	Unreachable Verdict = iota
	// Reachable: the target answered.
	Reachable
	// Refused: somebody who could have answered or let it through said no: a TCP
	// reset, an ICMP port or protocol unreachable, a prohibition.
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

// An Answer is what came of a question.
type Answer struct {
	Question
	Found Verdict

	// Err is why the target was not reached: a [*Timeout], an [*ICMPError], a
	// [*Reset], an error of the system from sending, such as that there is no
	// route, an [*OpenError], or that of the context. It is nil where the target
	// was reached.
	Err error

	// Sent is how many requests were sent: as many as were to be counted, or with
	// a count of 0 those that were sent again, too. Received is how many of them
	// were answered, and RTTs says how fast, in the order of the requests. A round
	// trip is from the request to the answer; of TCP it is that of the handshake,
	// of HTTP it goes up to the response.
	Sent, Received int
	RTTs           RTTs

	Status    int          // HTTP: of the response
	RCode     string       // DNS: the code of the response, "NOERROR" or "NXDOMAIN" and so on
	Addresses []netip.Addr // DNS: what the response says of the name, IPv4 first
}

// Loss returns which share of the requests was not answered, from 0 to 1.
func (a *Answer) Loss() float64 {
	if a.Sent == 0 {
		return 1
	}
	return 1 - float64(a.Received)/float64(a.Sent)
}

// A reply is what came back of a question that is asked over a socket of its
// own.
type reply struct {
	sent      int // requests
	rtt       time.Duration
	status    int          // HTTP
	rcode     string       // DNS
	addresses []netip.Addr // DNS
}

// RTTs are round trips. Of none all figures are 0.
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

// StdDev returns the standard deviation, of these round trips and not of more
// that they would stand for.
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

// Percentile returns the shortest round trip that at least p percent of all do
// not exceed (the nearest rank): 50 is the median, 100 the longest.
func (r RTTs) Percentile(p float64) time.Duration {
	if len(r) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r))
	rank := int(math.Ceil(p / 100 * float64(len(r))))
	return sorted[min(max(rank, 1), len(r))-1]
}
