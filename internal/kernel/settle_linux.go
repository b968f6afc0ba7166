package kernel

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Settle waits until every link of a State that can pass packets does: it has its
// carrier and operstate, and answers for its IPv6 addresses.
// If ctx ends first the error is an [*UnsettledError].
func Settle(ctx context.Context, s *state.State) error {
	names := s.Names()
	slow := make([]bool, len(names))
	err := netns.Each(names, func(i int) error {
		return inside(func(c *conn) error {
			waiting, err := c.waiting(s, names[i])
			slow[i] = len(waiting) > 0
			return err
		})
	})
	if err != nil {
		return err
	}
	var again []string
	for i, name := range names {
		if slow[i] {
			again = append(again, name)
		}
	}
	return settleSlow(ctx, s, again)
}

// settleSlow waits for link events in the namespaces that were not ready at first.
func settleSlow(ctx context.Context, s *state.State, names []string) error {
	unready := make([][]Unready, len(names))
	err := netns.Each(names, func(i int) error {
		events, err := dial(unix.RTNLGRP_LINK)
		if err != nil {
			return err
		}
		defer events.close()
		return inside(func(c *conn) error {
			for {
				unready[i], err = c.waiting(s, names[i])
				if err != nil || len(unready[i]) == 0 {
					return err
				}
				if ctx.Err() != nil {
					return nil
				}
				if _, err := events.await(settleInterval); err != nil {
					return err
				}
				events.drain()
			}
		})
	})
	if all := slices.Concat(unready...); err == nil && len(all) > 0 {
		return &UnsettledError{all}
	}
	return err
}

// settleInterval is how often, in ms, links are checked without a link event. For
// addresses in use there are no events.
const settleInterval = 2

// drain discards the messages in the socket's buffer.
func (c *conn) drain() {
	var b [1]byte
	for range maxDrain {
		_, _, err := unix.Recvfrom(c.fd, b[:], unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EAGAIN) {
			return
		}
	}
}

// maxDrain is more datagrams than a socket's buffer holds, of at least 512 bytes each: more
// can arrive meanwhile, without end.
const maxDrain = monitorBuffer / 512

// waiting returns the links of a namespace that are not ready yet.
func (c *conn) waiting(s *state.State, name string) ([]Unready, error) {
	ns := &seenNamespace{name: name}
	if err := c.links(ns, managed); err != nil {
		return nil, err
	}
	links := c.waitingLinks(s, ns)
	if len(links) > 0 {
		return links, nil
	}
	return c.waitingAddresses(s, ns)
}

// waitingLinks returns the links that should have a carrier and do not yet. Reading
// one, see [conn.link], can bring up another, such as the bridge of a port: it reads
// them until nothing changes.
func (c *conn) waitingLinks(s *state.State, ns *seenNamespace) []Unready {
	waiting := slices.DeleteFunc(slices.Clone(ns.links), func(l *seenLink) bool {
		return l.works() || !s.Carrier(state.Endpoint{Namespace: ns.name, Link: l.Name})
	})
	for before := -1; len(waiting) != before; {
		before = len(waiting)
		waiting = slices.DeleteFunc(waiting, func(l *seenLink) bool {
			now, err := c.link(l.Index)
			return err == nil && now.works()
		})
	}
	var list []Unready
	for _, l := range waiting {
		list = append(list, Unready{state.Endpoint{Namespace: ns.name, Link: l.Name}, "no carrier"})
	}
	return list
}

// waitingAddresses returns the links that do not answer neighbour solicitations for one
// of their IPv6 addresses yet: the link joins the solicited-node group in a work queue
// of the whole machine (addrconf_dad_work in net/ipv6/addrconf.c), which takes a while
// on a busy machine. A lost solicitation is repeated only after a second. A link with ARP
// off joins none (addrconf_join_solict).
func (c *conn) waitingAddresses(s *state.State, ns *seenNamespace) ([]Unready, error) {
	if !slices.ContainsFunc(ns.links, func(l *seenLink) bool {
		link := s.Link(state.Endpoint{Namespace: ns.name, Link: l.Name})
		return link != nil && link.HasIPv6()
	}) {
		return nil, nil
	}
	joined, err := c.multicast()
	var list []Unready
	for _, l := range ns.links {
		e := state.Endpoint{Namespace: ns.name, Link: l.Name}
		if l.loopback() || l.noARP || l.Kind.Traits().NoARP || !s.Carrier(e) {
			continue
		}
		for _, p := range s.Link(e).Addresses {
			if p.Addr().Is6() && !joined[membership{l.Index, solicitedNode(p.Addr())}] {
				list = append(list, Unready{e, p.Addr().String() + " not in use"})
				break
			}
		}
	}
	return list, err
}

// works reports whether the link has its carrier and operstate.
func (l *seenLink) works() bool {
	return l.carrier && (l.operState == operUp || l.Kind.Traits().NoOperState)
}
