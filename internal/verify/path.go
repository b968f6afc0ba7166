package verify

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

// survey finds out what the ways look like: the hops and the MTU where tests ask
// for them, and how far one comes where nobody answered.
func (t *engine) survey(ctx context.Context, runs []*testRun) {
	t.lastHops(ctx, runs)
	ways := map[probe.Target]*way{}
	var order []*way
	var asked []query
	for _, c := range runs {
		if c.Path == nil && c.MTU == 0 {
			continue
		}
		for i, p := range c.Pairs {
			for _, a := range p.Addresses {
				if c.failedAt(i, a) {
					continue
				}
				target := t.target(p.From, a)
				if ways[target] == nil {
					ways[target] = &way{target: target}
					order = append(order, ways[target])
				}
				ways[target].include(c)
				asked = append(asked, query{c, i, a})
			}
		}
	}
	sideBySide(len(order), func(i int) { order[i].look(ctx) })
	for _, q := range asked {
		before := len(q.testRun.failures)
		t.judgeWay(q, ways[t.target(q.testRun.Pairs[q.pair].From, q.address)])
		q.testRun.mark(q.pair, len(q.testRun.failures) == before)
	}
}

// A way leads to an address. It is looked at once, for all tests that ask.
type way struct {
	target            probe.Target
	wantMTU, wantHops bool
	timeout           time.Duration // the longest that a test gives

	mtu     probe.MTU
	mtuErr  error
	hops    []probe.Hop
	hopsErr error
}

func (w *way) include(c *testRun) {
	w.wantMTU = w.wantMTU || c.MTU > 0
	w.wantHops = w.wantHops || c.Path != nil
	w.timeout = max(w.timeout, time.Duration(c.Timeout))
}

func (w *way) look(ctx context.Context) {
	if w.wantMTU {
		w.mtu, w.mtuErr = probe.PathMTU(ctx, w.target, probe.MTUOptions{Timeout: w.timeout})
	}
	if w.wantHops {
		w.hops, w.hopsErr = w.trace(ctx)
	}
}

// maxTraces is how often a way is traced in which a hop is silent: routers send
// one host few ICMP errors a second, and other traces want them too.
const maxTraces = 4

// trace finds the hops of the way, each in the trace in which it answers.
func (w *way) trace(ctx context.Context) ([]probe.Hop, error) {
	var known []probe.Hop
	for range maxTraces {
		hops, err := probe.Trace(ctx, w.target, probe.TraceOptions{Probes: 1, Timeout: w.timeout})
		if err != nil {
			return nil, err
		}
		for i, h := range known[:min(len(known), len(hops))] {
			if len(hops[i].By) == 0 {
				hops[i] = h
			}
		}
		known = hops
		if !slices.ContainsFunc(known, func(h probe.Hop) bool { return len(h.By) == 0 }) {
			break
		}
	}
	return known, nil
}

// failedAt reports whether an address of the n-th pair has failed already.
func (c *testRun) failedAt(n int, a netip.Addr) bool {
	if !c.failed[n] {
		return false
	}
	p := c.Pairs[n]
	return slices.ContainsFunc(c.failures, func(f Failure) bool {
		return f.From == p.From && f.To == p.To && (f.Address == a || !f.Address.IsValid())
	})
}

// maxJobs is how many ways are looked at, or commands run, at the same time.
const maxJobs = 16

// sideBySide calls fn for each of n things, a few at a time, and waits.
func sideBySide(n int, fn func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxJobs)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			fn(i)
		})
	}
	wg.Wait()
}

func (t *engine) judgeWay(q query, w *way) {
	if q.testRun.MTU > 0 {
		t.judgeMTU(q, w.mtu, w.mtuErr)
	}
	if q.testRun.Path != nil {
		t.judgePath(q, w.hops, w.hopsErr)
	}
}

func (t *engine) judgeMTU(q query, mtu probe.MTU, err error) {
	c := q.testRun
	want := fmt.Sprintf("mtu %d", c.MTU)
	switch {
	case err != nil:
		c.failPair(q.pair, q.address, "mtu", want, "none", t.reason(err))
	case mtu.Size != c.MTU:
		c.failPair(q.pair, q.address, "mtu", want, strconv.Itoa(mtu.Size), t.limit(mtu))
	}
}

// limit says who takes no larger packets.
func (t *engine) limit(mtu probe.MTU) string {
	switch {
	case mtu.Own:
		return "the interface that it leaves by takes no more"
	case mtu.By.IsValid():
		return t.who(mtu.By) + " says that the next link takes no more"
	}
	return "larger packets get lost, and nobody says so"
}

// judgePath compares the hops, up to the target, with those that are expected.
func (t *engine) judgePath(q query, hops []probe.Hop, err error) {
	c := q.testRun
	want := pathText(c.Path)
	if err != nil {
		c.failPair(q.pair, q.address, "path", want, "none", t.reason(err))
		return
	}
	why := ""
	var path []string
	for _, h := range hops {
		switch {
		case h.Target:
		case h.Err != nil:
			why = "it ends with: " + t.reason(h.Err)
			path = append(path, t.hop(h, c.Path, len(path)))
		default:
			path = append(path, t.hop(h, c.Path, len(path)))
		}
	}
	arrived := len(hops) > 0 && hops[len(hops)-1].Target
	if !arrived && why == "" {
		why = "it does not come to an end"
	}
	if !arrived || !slices.Equal(path, c.Path) {
		c.failPair(q.pair, q.address, "path", want, pathText(path), why)
	}
}

// hop returns the node that a hop is: the one that is expected at that place, if
// it is among those that answered.
func (t *engine) hop(h probe.Hop, want []string, place int) string {
	var names []string
	for _, a := range h.By {
		name := t.owners[a]
		if name == "" {
			name = a.String()
		}
		if place < len(want) && name == want[place] {
			return name
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "(silent)"
	}
	return names[0]
}

// pathText says what a path is: "path r1, r2".
func pathText(path []string) string {
	if len(path) == 0 {
		return "no hop between"
	}
	return "path " + strings.Join(path, ", ")
}
