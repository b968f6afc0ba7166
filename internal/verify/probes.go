package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A query is a question of a test.
type query struct {
	testRun *testRun
	pair    int // of the testRun
	address netip.Addr
}

// ask asks what all pairs are asked, side by side, and judges the answers.
// vethlab listens where a test wants it to. What must not find a listener of
// ours is asked apart from what needs one on the same port.
func (t *engine) ask(ctx context.Context, runs []*testRun) {
	var rounds rounds
	for _, c := range runs {
		for i, p := range c.Pairs {
			if !t.prepare(c, i) {
				continue
			}
			for _, a := range p.Addresses {
				if why := LeavesLab(t.lab, t.target(p.From, a), t.owners[a]); why != "" {
					t.judge(query{c, i, a}, &probe.Answer{Err: errors.New(why)}, true)
					continue
				}
				rounds.add(query{c, i, a}, t.question(c, p.From, a), t.port(c, i))
			}
		}
	}
	for _, w := range rounds {
		t.serve(w, func() {
			for i, answer := range probe.Ask(ctx, w.questions, probe.Options{Namespaces: t.state.Names()}) {
				t.judge(w.queries[i], &answer, verdictOfNetwork(answer.Err))
			}
		})
	}
}

// prepare reports whether a pair can be asked. If not it says why.
func (t *engine) prepare(c *testRun, pair int) bool {
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
	ok := c.Outcome() == topo.Unreachable
	if !ok {
		c.failPair(pair, netip.Addr{}, "expect", string(c.Outcome()), string(topo.Unreachable), p.To+" has no address")
	}
	c.mark(pair, ok)
	return false
}

func (t *engine) target(from string, a netip.Addr) probe.Target {
	return probe.Target{From: t.namespaces[from], To: a}
}

// defaults of counts: enough for a median, and for a loss in hundredths.
const (
	countWithin = 5
	countLoss   = 100
)

// question returns what a test asks one address.
func (t *engine) question(c *testRun, from string, a netip.Addr) probe.Question {
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
func LeavesLab(lab string, t probe.Target, owner string) string {
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
