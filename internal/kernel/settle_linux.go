package kernel

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Settle waits until every link of a State that can work does: both ends of
// its cable are up and the kernel knows it, and it answers for its IPv6 addresses.
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

// settleSlow waits for link events in the namespaces that were not ready at
// first sight.
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
				if _, err := events.await(settleLook); err != nil {
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

// settleLook is how often, in ms, what is not ready is looked at where no event of
// a link comes. For addresses there are none.
const settleLook = 2

// drain throws away the messages that wait.
func (c *conn) drain() {
	var b [1]byte
	for {
		_, _, err := unix.Recvfrom(c.fd, b[:], unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EAGAIN) {
			return
		}
	}
}

// waiting returns what should work in a namespace and does not yet.
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

// waitingLinks returns the links that should have a carrier and do not yet. Asking
// for one can bring up another, as a port does its bridge: it asks until that
// stops.
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

// waitingAddresses returns the links that do not hear yet when somebody looks for
// one of their IPv6 addresses: the kernel listens only when a worker of the whole
// machine gets to it (addrconf_dad_work in net/ipv6/addrconf.c), which takes a
// while on a busy one. An answer that is missed is asked for again after a second.
func (c *conn) waitingAddresses(s *state.State, ns *seenNamespace) ([]Unready, error) {
	if !slices.ContainsFunc(ns.links, func(l *seenLink) bool {
		link := s.Link(state.Endpoint{Namespace: ns.name, Link: l.Name})
		return link != nil && link.HasIPv6()
	}) {
		return nil, nil
	}
	heard, err := c.multicast()
	var list []Unready
	for _, l := range ns.links {
		e := state.Endpoint{Namespace: ns.name, Link: l.Name}
		if l.loopback() || l.Kind.Traits().NoARP || !s.Carrier(e) {
			continue
		}
		for _, p := range s.Link(e).Addresses {
			if p.Addr().Is6() && !heard[membership{l.Index, solicitedNode(p.Addr())}] {
				list = append(list, Unready{e, p.Addr().String() + " not in use"})
				break
			}
		}
	}
	return list, err
}

// works reports whether packets can pass, as far as the link alone can tell.
func (l *seenLink) works() bool {
	return l.carrier && (l.operState == operUp || l.Kind.Traits().NoOperState)
}
