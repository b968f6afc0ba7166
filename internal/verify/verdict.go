package verify

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// verdictOfNetwork reports whether an error is what the network says, and not
// why it could not be asked.
func verdictOfNetwork(err error) bool {
	if open := (*probe.OpenError)(nil); errors.As(err, &open) {
		return false
	}
	for _, verdict := range []error{
		syscall.ENETUNREACH, syscall.EHOSTUNREACH, // no route
		syscall.EACCES, // a route that prohibits
		syscall.EINVAL, // a route into a black hole
		syscall.EPERM,  // dropped by a filter on the way out
	} {
		if errors.Is(err, verdict) {
			return true
		}
	}
	timeout, reset, icmp := (*probe.Timeout)(nil), (*probe.Reset)(nil), (*probe.ICMPError)(nil)
	return err == nil || errors.As(err, &timeout) || errors.As(err, &reset) || errors.As(err, &icmp)
}

// judge compares the answer of an address with what is expected. If it is no
// verdict of the network the test fails, whatever it expects.
func (t *engine) judge(q query, a *probe.Answer, verdict bool) {
	c := q.testRun
	c.result.Sent += a.Sent
	c.result.Received += a.Received
	c.rtts = append(c.rtts, a.RTTs...)
	found, why := t.outcome(c, a)
	ok := false
	switch {
	case !verdict:
		c.failPair(q.pair, q.address, "expect", string(c.Outcome()), "nothing", "it could not be asked: "+why)
	case !expected(c.Outcome(), found, a):
		timeout := (*probe.Timeout)(nil)
		silent := errors.As(a.Err, &timeout)
		if silent && c.Protocol() == topo.UDP && c.taken[c.Pairs[q.pair].Node] {
			why += "; a program listens there that does not answer what vethlab sends"
			silent = false
		}
		c.failPair(q.pair, q.address, "expect", string(c.Outcome()), string(found), why)
		c.failures[len(c.failures)-1].silent = silent
	case found == topo.Reachable:
		ok = c.quality(q, a)
	default:
		ok = true
	}
	c.mark(q.pair, ok)
}

// outcome returns what an answer comes to, and why.
func (t *engine) outcome(c *testRun, a *probe.Answer) (found topo.Expect, why string) {
	switch {
	case a.Found == probe.Reachable && a.Status >= 400:
		return answeredNo, fmt.Sprintf("HTTP status %d", a.Status)
	case a.Found == probe.Reachable && a.RCode != "" && a.RCode != "NOERROR":
		return answeredNo, fmt.Sprintf("the name server says %s to %s", a.RCode, c.Via.Name)
	case a.Found == probe.Reachable && c.Protocol() == topo.DNS && len(a.Addresses) == 0:
		return answeredNo, fmt.Sprintf("the name server has no address for %s", c.Via.Name)
	case a.Found == probe.Reachable:
		return topo.Reachable, ""
	case a.Found == probe.Refused:
		return topo.Refused, t.reason(a.Err)
	}
	return topo.Unreachable, t.reason(a.Err)
}

// answeredNo is found where an answer came that is none: what is sent arrives,
// and yet what is asked for is not there.
const answeredNo topo.Expect = "an error"

// expected reports whether what was found is what is expected. What is rejected
// on the way is both refused and unreachable.
func expected(want, found topo.Expect, a *probe.Answer) bool {
	return found == want || want == topo.Unreachable && found == topo.Refused && rejected(a)
}

// rejected reports whether somebody on the way refuses, and not who is asked.
func rejected(a *probe.Answer) bool {
	icmp := (*probe.ICMPError)(nil)
	return errors.As(a.Err, &icmp) && (!icmp.Closed() || icmp.By.IsValid() && icmp.By != a.To)
}

// quality compares how well an address answers with what is expected, and
// reports whether it is good enough.
func (c *testRun) quality(q query, a *probe.Answer) bool {
	before := len(c.failures)
	if median := a.RTTs.Percentile(50); c.Within > 0 && median > time.Duration(c.Within) {
		c.failPair(q.pair, q.address, "within", "within "+c.Within.String(), words.Duration(median), spread(a.RTTs))
	}
	if !c.Loss.Holds(topo.Percent(100 * a.Loss())) {
		why := fmt.Sprintf("%d of %d were answered", a.Received, a.Sent)
		c.failPair(q.pair, q.address, "loss", c.lossWanted(), words.Percent(a.Loss()), why)
	}
	return len(c.failures) == before
}

// spread says how round trips are distributed.
func spread(r probe.RTTs) string {
	if len(r) == 1 {
		return "it was asked once"
	}
	return fmt.Sprintf("of %d round trips: min %s, mean %s, max %s, deviation %s", len(r),
		words.Duration(r.Min()), words.Duration(r.Mean()), words.Duration(r.Max()), words.Duration(r.StdDev()))
}
