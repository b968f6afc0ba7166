package vethlab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A query is a question of a test.
type query struct {
	clause  *clause
	pair    int // of the clause
	address netip.Addr
}

// ask asks what all pairs are asked, side by side, and judges the answers.
// vethlab listens where a test wants it to. What must not find a listener of
// ours is asked apart from what needs one on the same port.
func (t *trial) ask(ctx context.Context, clauses []*clause) {
	var waves waves
	for _, c := range clauses {
		for i, p := range c.Pairs {
			if !t.prepare(c, i) {
				continue
			}
			for _, a := range p.Addresses {
				if why := outside(t.lab, t.target(p.From, a), t.names[a]); why != "" {
					t.judge(query{c, i, a}, &probe.Answer{Err: errors.New(why)}, true)
					continue
				}
				waves.add(query{c, i, a}, t.question(c, p.From, a), t.port(c, i))
			}
		}
	}
	for _, w := range waves {
		t.serve(w, func() {
			for i, answer := range probe.Ask(ctx, w.questions, probe.Options{}) {
				t.judge(w.queries[i], &answer, verdictOfNetwork(answer.Err))
			}
		})
	}
}

// prepare reports whether a pair can be asked. If not it says why.
func (t *trial) prepare(c *clause, pair int) bool {
	p := c.Pairs[pair]
	for _, node := range []string{p.From, p.Node} {
		if _, running := t.namespaces[node]; !running && node != "" {
			c.failPair(pair, netip.Addr{}, "expect", string(c.Outcome()), "nothing", node+" is not running")
			c.mark(pair, false)
			return false
		}
	}
	if len(p.Addresses) > 0 {
		return true
	}
	c.found[topo.Unreachable]++
	ok := c.Outcome() == topo.Unreachable
	if !ok {
		c.failPair(pair, netip.Addr{}, "expect", string(c.Outcome()), string(topo.Unreachable), p.To+" has no address")
	}
	c.mark(pair, ok)
	return false
}

func (t *trial) target(from string, a netip.Addr) probe.Target {
	return probe.Target{From: t.namespaces[from], To: a}
}

// defaults of counts: enough for a median, and for a loss in hundredths.
const (
	countWithin = 5
	countLoss   = 100
)

// question returns what a test asks one address.
func (t *trial) question(c *clause, from string, a netip.Addr) probe.Question {
	q := probe.Question{
		Target: t.target(from, a), Via: protocols[c.Protocol()], Port: uint16(c.Via.Port),
		Path: c.Via.Path, Name: c.Via.Name, Count: c.Count, Timeout: time.Duration(c.Timeout),
	}
	if c.Via.Host != "" {
		q.Host = c.Via.Host
		if c.Via.Port != 0 {
			q.Host = net.JoinHostPort(q.Host, strconv.Itoa(c.Via.Port))
		}
	}
	switch {
	case q.Count > 0:
	case c.Loss.IsSet():
		q.Count = countLoss
	case c.Within > 0:
		q.Count = countWithin
	}
	return q
}

var protocols = map[topo.Protocol]probe.Protocol{
	topo.ICMP: probe.ICMP, topo.TCP: probe.TCP, topo.UDP: probe.UDP, topo.HTTP: probe.HTTP, topo.DNS: probe.DNS,
}

// outside says why a probe would not go into the lab, or "". From the machine
// itself is asked only what lies in the lab: nothing is ever sent into the
// machine's own network. Owner is the node that has the address, "" if none has.
func outside(lab string, t probe.Target, owner string) string {
	if t.From != state.Host {
		return ""
	}
	way, err := kernel.HostWay(t.To)
	switch {
	case err != nil:
		return fmt.Sprintf("the host has no way there: %v", err)
	case way.Dev == state.Lo && owner != "" && owner != topo.HostNode:
		return "the host has this address itself and would not send it into the lab"
	case way.Lab == "" && way.Dev != state.Lo:
		return fmt.Sprintf("the host would send it out of %s, not into the lab", way.Dev)
	case way.Lab != "" && way.Lab != lab:
		return fmt.Sprintf("the host would send it into lab %s", way.Lab)
	}
	return ""
}

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
func (t *trial) judge(q query, a *probe.Answer, verdict bool) {
	c := q.clause
	c.result.Sent += a.Sent
	c.result.Received += a.Received
	c.rtts = append(c.rtts, a.RTTs...)
	found, why := t.outcome(c, a)
	ok := verdict && expected(c.Outcome(), found, a)
	if ok {
		found = c.Outcome()
	}
	c.found[found]++
	switch {
	case !verdict:
		c.failPair(q.pair, q.address, "expect", string(c.Outcome()), "nothing", "it could not be asked: "+why)
	case !ok:
		c.failPair(q.pair, q.address, "expect", string(c.Outcome()), string(found), why)
		timeout := (*probe.Timeout)(nil)
		c.failures[len(c.failures)-1].silent = errors.As(a.Err, &timeout)
	case found == topo.Reachable:
		ok = c.quality(q, a)
	}
	c.mark(q.pair, ok)
}

// outcome returns what an answer comes to, and why.
func (t *trial) outcome(c *clause, a *probe.Answer) (found topo.Expect, why string) {
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

// reason says in words why there was no answer, with names of nodes for
// addresses.
func (t *trial) reason(err error) string {
	timeout, reset, icmp := (*probe.Timeout)(nil), (*probe.Reset)(nil), (*probe.ICMPError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &icmp) && icmp.By.IsValid():
		return fmt.Sprintf("%s says: %s", t.who(icmp.By), icmp.Reason())
	case errors.As(err, &icmp):
		return "ICMP says: " + icmp.Reason()
	case errors.As(err, &reset):
		return fmt.Sprintf("%s refuses connections to port %d", t.who(reset.By), reset.Port)
	case errors.As(err, &timeout):
		return "no answer in " + words.Duration(timeout.After)
	}
	return err.Error()
}

// who returns an address with the name of the node that has it.
func (t *trial) who(a netip.Addr) string {
	if name := t.names[a]; name != "" {
		return fmt.Sprintf("%s (%s)", name, a)
	}
	return a.String()
}

// quality compares how well an address answers with what is expected, and
// reports whether it is good enough.
func (c *clause) quality(q query, a *probe.Answer) bool {
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
