package verify

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// An outcome is what a probe found.
type outcome int

// The outcomes. A test can expect the first three.
const (
	reachable outcome = iota
	unreachable
	refused
	answeredError // an error (HTTP ≥ 400, DNS RCODE ≠ NOERROR), or an answer to something else
	notProbed     // the probe could not be sent, for a local reason
)

// String returns the outcome as tests and reports write it.
func (o outcome) String() string {
	return [...]string{string(topo.Reachable), string(topo.Unreachable), string(topo.Refused), "an error", "nothing"}[o]
}

// couldNot precedes the reason why a probe could not be sent.
const couldNot = "cannot send the probe: "

// ofNetwork reports whether err is an answer of the network (no route, reject,
// timeout) rather than a local failure.
func ofNetwork(err error) bool {
	if open := (*probe.OpenError)(nil); errors.As(err, &open) {
		return false
	}
	for _, verdict := range []error{
		syscall.ENETUNREACH, syscall.EHOSTUNREACH, // no route
		syscall.EACCES, // a route of type prohibit
		syscall.EINVAL, // a route of type blackhole
		syscall.EPERM,  // dropped by an output filter
	} {
		if errors.Is(err, verdict) {
			return true
		}
	}
	timeout, reset, icmp, wrong := (*probe.Timeout)(nil), (*probe.Reset)(nil), (*probe.ICMPError)(nil), (*probe.WrongAnswer)(nil)
	return err == nil || errors.As(err, &timeout) || errors.As(err, &wrong) || errors.As(err, &reset) || errors.As(err, &icmp)
}

// judge compares the answer to a probe with what its test expects. A probe that
// could not be sent fails whatever is expected. Busy says that another program
// listens at the target's port.
func (e *engine) judge(t *compile.Test, q query, a *probe.Answer, busy bool) finding {
	f := finding{query: q, sent: a.Sent, received: a.Received, rtts: a.RTTs}
	from := t.Pairs[q.pair].From
	found, why := e.outcome(t, a)
	if self := e.answersItself(from, q.address); self != "" && found == reachable {
		found, why = notProbed, self
	}
	if refusal := e.ownRefusal(from, q.address, a.Err); refusal != "" && found == unreachable {
		why = refusal
	}
	switch {
	case !expected(t.Outcome(), found, a):
		timeout := (*probe.Timeout)(nil)
		f.silent = found != notProbed && errors.As(a.Err, &timeout)
		if f.silent && t.Protocol() == topo.UDP && busy {
			why += "; a program listens there that does not answer what vethlab sends"
			f.silent = false
		}
		f.failures = []Failure{q.failure(t, "expect", string(t.Outcome()), found.String(), why)}
	case found == reachable:
		f.failures = quality(t, q, a)
	}
	return f
}

// outcome returns the outcome of a probe and, but for reachable, the reason.
func (e *engine) outcome(t *compile.Test, a *probe.Answer) (found outcome, why string) {
	wrong := (*probe.WrongAnswer)(nil)
	switch {
	case errors.As(a.Err, &wrong):
		return answeredError, e.reason(a.Err)
	case !ofNetwork(a.Err):
		return notProbed, couldNot + e.reason(a.Err)
	case a.Found == probe.Reachable && a.Status >= 400:
		return answeredError, fmt.Sprintf("HTTP status %d", a.Status)
	case a.Found == probe.Reachable && a.RCode != "" && a.RCode != "NOERROR":
		return answeredError, fmt.Sprintf("the name server answers %s for %s", a.RCode, t.Via.Name)
	case a.Found == probe.Reachable && t.Protocol() == topo.DNS && len(a.Addresses) == 0:
		return answeredError, fmt.Sprintf("the name server has no address for %s", t.Via.Name)
	case a.Found == probe.Reachable:
		return reachable, ""
	case a.Found == probe.Refused:
		return refused, e.reason(a.Err)
	}
	return unreachable, e.reason(a.Err)
}

// expected reports whether an outcome is what a test expects. What a router
// rejects is both refused and unreachable.
func expected(want topo.Expect, found outcome, a *probe.Answer) bool {
	return found.String() == string(want) || want == topo.Unreachable && found == refused && rejected(a)
}

// rejected reports whether a node on the path rejected the probe rather than the
// target.
func rejected(a *probe.Answer) bool {
	icmp := (*probe.ICMPError)(nil)
	return errors.As(a.Err, &icmp) && (!icmp.Closed() || icmp.By.IsValid() && icmp.By != a.To)
}

// quality returns how an address that answers is slower, or loses more, than a
// test allows.
func quality(t *compile.Test, q query, a *probe.Answer) []Failure {
	var failures []Failure
	if median := a.RTTs.Percentile(50); t.Within > 0 && median > time.Duration(t.Within) {
		failures = append(failures, q.failure(t, "within", "within "+t.Within.String(), words.Duration(median), spread(a.RTTs)))
	}
	if !t.Loss.Holds(topo.Percent(100 * a.Loss())) {
		why := fmt.Sprintf("%d of %d were answered", a.Received, a.Sent)
		failures = append(failures, q.failure(t, "loss", lossWanted(t), words.Percent(a.Loss()), why))
	}
	return failures
}

// spread says how round-trip times are distributed.
func spread(r probe.RTTs) string {
	if len(r) == 1 {
		return "it is one round trip"
	}
	return fmt.Sprintf("of %d round trips: min %s, mean %s, max %s, deviation %s", len(r),
		words.Duration(r.Min()), words.Duration(r.Mean()), words.Duration(r.Max()), words.Duration(r.StdDev()))
}
