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
// its cable are up, the kernel knows it, and neighbours find its addresses. If
// ctx ends first the error is an [*UnsettledError].
func Settle(ctx context.Context, s *state.State) error {
	if err := settleLinks(ctx, s); err != nil {
		return err
	}
	return settleGroups(ctx, s)
}

// settleLinks waits until the links work.
func settleLinks(ctx context.Context, s *state.State) error {
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
	unready := make([][]state.Endpoint, len(names))
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
				if events.poll(ctx) != nil {
					return nil
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

// waiting returns the links of a namespace that should work and do not yet.
// Asking for one can bring up another, as a port does its bridge: it asks until
// that stops.
func (c *conn) waiting(s *state.State, name string) ([]state.Endpoint, error) {
	seen := &seenNamespace{name: name}
	if err := c.links(seen, managed); err != nil {
		return nil, err
	}
	waiting := slices.DeleteFunc(seen.links, func(l *seenLink) bool {
		return l.works() || !canWork(s, state.Endpoint{Namespace: name, Link: l.Name})
	})
	for before := -1; len(waiting) != before; {
		before = len(waiting)
		waiting = slices.DeleteFunc(waiting, func(l *seenLink) bool {
			now, err := c.link(l.Index)
			return err == nil && now.works()
		})
	}
	var list []state.Endpoint
	for _, l := range waiting {
		list = append(list, state.Endpoint{Namespace: name, Link: l.Name})
	}
	return list, nil
}

// works reports whether packets can pass, as far as the link alone can tell.
func (l *seenLink) works() bool { return l.carrier && l.operState == operUp }

// canWork reports whether a link has all it needs to be operational: it is a
// cable with both ends up, or a bridge with such a port.
func canWork(s *state.State, e state.Endpoint) bool {
	l := s.Link(e)
	if l == nil || !l.Up {
		return false
	}
	switch kind := l.Kind.(type) {
	case state.Veth:
		peer := s.Link(kind.Peer)
		return peer != nil && peer.Up
	case state.Bridge:
		return slices.ContainsFunc(s.Namespaces[e.Namespace].LinkNames(), func(name string) bool {
			port := state.Endpoint{Namespace: e.Namespace, Link: name}
			return s.Link(port).Master == e.Link && canWork(s, port)
		})
	}
	return false
}
