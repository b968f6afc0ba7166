package verify

import (
	"context"
	"errors"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// measure measures how much goes through, pair by pair.
func (t *engine) measure(ctx context.Context, c *testRun) {
	for i, p := range c.Pairs {
		if len(p.Addresses) == 0 || c.failedAt(i, p.Addresses[0]) || ctx.Err() != nil {
			continue
		}
		rate, err := t.throughput(ctx, c, i)
		ok := err == nil && c.Throughput.Holds(topo.Rate(rate))
		switch {
		case err != nil:
			c.failPair(i, p.Addresses[0], "throughput", c.throughputWanted(), "none", t.reason(err))
		case !ok:
			c.failPair(i, p.Addresses[0], "throughput", c.throughputWanted(), words.Rate(rate), "")
		}
		if err == nil {
			c.throughput = append(c.throughput, rate)
		}
		c.mark(i, ok)
	}
}

// throughput returns how many bits a second get from one of a pair to the other.
func (t *engine) throughput(ctx context.Context, c *testRun, pair int) (float64, error) {
	p := c.Pairs[pair]
	switch p.Node {
	case "":
		return 0, errors.New("nobody in the lab has this address, so there is no other end to measure at")
	case topo.HostNode:
		return 0, errors.New("vethlab does not listen on the machine itself: measure from there to the node")
	}
	route := probe.Route{Target: t.target(p.From, p.Addresses[0]), At: t.namespaces[p.Node]}
	flows, err := probe.Throughput(ctx, route, c.flow())
	if err != nil {
		return 0, err
	}
	return flows[0].BitsPerSecond(), nil
}

// flow returns how throughput is measured: on the port of via, where that has
// one of TCP or UDP.
func (c *testRun) flow() probe.FlowOptions {
	var o probe.FlowOptions
	if p := c.Protocol(); p == topo.TCP || p == topo.UDP {
		o.UDP, o.Port = p == topo.UDP, uint16(c.Via.Port)
	}
	return o
}
