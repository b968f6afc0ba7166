package kernel

import (
	"slices"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// hostPairs are the wanted links of a lab in the host namespace that are one of a pair, each
// with the namespaces of its peer. Without their mark, which is an alias that anybody can
// set, they are the lab's all the same if the peer is in such a namespace of the lab.
type hostPairs map[string][]string

// newHostPairs returns the pairs of States that may be nil.
func newHostPairs(states ...*state.State) hostPairs {
	pairs := hostPairs{}
	for _, s := range states {
		if s == nil || s.Namespaces[state.Host] == nil {
			continue
		}
		for name, l := range s.Namespaces[state.Host].Links {
			if peer, paired := l.Peer(); paired && peer.Namespace != state.Host {
				pairs[name] = append(pairs[name], peer.Namespace)
			}
		}
	}
	return pairs
}

// has reports whether a link of the host namespace may be one of the pairs.
func (pairs hostPairs) has(l *seenLink) bool {
	_, paired := l.Peer()
	return paired && l.netnsid != nil && len(pairs[l.Name]) > 0
}

// lead reports whether the peer of a link is in one of the namespaces of its pair, which
// fits. The conn is in the host namespace.
func (pairs hostPairs) lead(c *conn, l *seenLink, fits func(state.Mark) bool) bool {
	return slices.ContainsFunc(pairs[l.Name], func(name string) bool {
		return c.netnsid(name) == *l.netnsid && fits(markOf(name))
	})
}

// markOf returns the mark of a named namespace; the zero Mark if there is none.
func markOf(name string) (m state.Mark) {
	err := netns.Do(name, func() error {
		return inside(func(c *conn) error {
			m = c.mark(name)
			return nil
		})
	})
	if err != nil {
		return state.Mark{} // deleted meanwhile
	}
	return m
}

// hostLinks dumps the links of the host namespace that are in scope.
func (sc scope) hostLinks(c *conn, ns *seenNamespace) error {
	err := c.links(ns, func(l *seenLink) bool { return sc.hostLink(l) || sc.pairs.has(l) })
	ns.links = slices.DeleteFunc(ns.links, func(l *seenLink) bool {
		return !sc.hostLink(l) && !sc.pairs.lead(c, l, sc.namespace)
	})
	return err
}
