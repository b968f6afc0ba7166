package vethlab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A Link is a link between two nodes of a running lab.
type Link struct {
	lab       *Lab
	endpoints [2]topo.Endpoint
	ends      [2]state.Endpoint
}

// ErrNoLink says that a lab has no such link.
var ErrNoLink = errors.New("no such link")

// Link returns the link between two nodes of the lab's description, or, where
// several join them, between two endpoints such as "r1:eth2". One of them may be
// a node alone. The error is [ErrNoLink] if there is none.
func (l *Lab) Link(a, b string) (*Link, error) {
	c := l.compiled.Load()
	if c == nil {
		return nil, l.unknown()
	}
	var found []*Link
	for _, k := range c.Links {
		ends := k.Endpoints
		if !matches(a, ends[0]) || !matches(b, ends[1]) {
			slices.Reverse(ends[:])
		}
		if matches(a, ends[0]) && matches(b, ends[1]) {
			found = append(found, newLink(l, c, ends))
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w: lab %s has none between %s and %s", ErrNoLink, l.name, a, b)
	case 1:
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, k := range found {
		names[i] = k.String()
	}
	return nil, fmt.Errorf("%d links of lab %s are between %s and %s, name an interface of one: %s",
		len(found), l.name, a, b, words.List(names, maxListed))
}

func newLink(l *Lab, c *description, endpoints [2]topo.Endpoint) *Link {
	k := &Link{lab: l, endpoints: endpoints}
	for i, e := range endpoints {
		node, _ := c.Node(e.Node)
		k.ends[i] = state.Endpoint{Namespace: node.Namespace, Link: e.Interface}
	}
	return k
}

// matches reports whether name is that of e or of its node.
func matches(name string, e topo.Endpoint) bool { return name == e.Node || name == e.String() }

// Endpoints returns the two ends of the link, with the names of their interfaces,
// in the order of the arguments of [Lab.Link].
func (k *Link) Endpoints() [2]topo.Endpoint { return k.endpoints }

// String returns "a:eth0–b:eth0".
func (k *Link) String() string { return k.endpoints[0].String() + "–" + k.endpoints[1].String() }

// Down sets both ends of the link down, as "ip link set … down" does, or only
// those that are named, by node or endpoint. The kernel deletes the routes through an
// end and its IPv6 addresses. [Lab.Up] and [Lab.Apply] set the link up again.
func (k *Link) Down(ctx context.Context, ends ...string) error {
	return k.set(ctx, false, ends)
}

// Up sets both ends of the link up, or only those that are named, restores the
// addresses and routes of the description that the kernel deleted, and returns when the
// link has a carrier. An end that is up is not changed.
func (k *Link) Up(ctx context.Context, ends ...string) error {
	return k.set(ctx, true, ends)
}

func (k *Link) set(ctx context.Context, up bool, names []string) error {
	ends, err := k.endsNamed(names)
	if err != nil {
		return err
	}
	lock, err := k.lab.acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	view, err := k.lab.view()
	if err != nil {
		return err
	}
	want, err := k.target(view.State, up, ends)
	if err != nil {
		return err
	}
	if err := kernel.Apply(ctx, plan.Diff(view.State, want), view.State, kernel.Options{}); err != nil {
		return k.lab.explain(err)
	}
	k.lab.notify(EventChange, "link %s: %s set %s", k, strings.Join(k.endNames(ends), " and "), upOrDown(up))
	if !up {
		return nil
	}
	settled := k.lab.settle(ctx, k.joined(want))
	return errors.Join(settled, forget(plan.StaleAfter(view.State, want), view, want))
}

func upOrDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// endsNamed returns the ends with these names; both without names.
func (k *Link) endsNamed(names []string) ([]state.Endpoint, error) {
	if len(names) == 0 {
		return k.ends[:], nil
	}
	var ends []state.Endpoint
	for _, name := range names {
		i := slices.IndexFunc(k.endpoints[:], func(e topo.Endpoint) bool { return matches(name, e) })
		if i < 0 {
			return nil, fmt.Errorf("%s is not an end of link %s", name, k)
		}
		ends = append(ends, k.ends[i])
	}
	return ends, nil
}

// endNames returns ends as they are written in a file.
func (k *Link) endNames(ends []state.Endpoint) []string {
	var list []string
	for _, e := range ends {
		list = append(list, k.endpoints[slices.Index(k.ends[:], e)].String())
	}
	return list
}

// target returns the State in which some ends are set up or down and all else is as
// seen. An end that is set up gets back what the description gives it.
func (k *Link) target(seen *state.State, up bool, ends []state.Endpoint) (*state.State, error) {
	described := k.lab.wanted()
	var changed []state.Endpoint
	for _, e := range ends {
		link := seen.Link(e)
		if link == nil || described.Link(e) == nil {
			return nil, fmt.Errorf("%w: %s not found", ErrNoLink, e)
		}
		if link.Up != up {
			changed = append(changed, e)
		}
	}
	if up {
		return plan.WithLinksUp(seen, described, changed), nil
	}
	return plan.WithLinksDown(seen, changed), nil
}

// joined returns the namespaces of a State that the link joins.
func (k *Link) joined(s *state.State) *state.State {
	joined := state.New()
	for _, e := range k.ends {
		if ns := s.Namespace(e.Namespace); ns != nil {
			joined.Namespaces[e.Namespace] = ns
		}
	}
	return joined
}
