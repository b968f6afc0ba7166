package kernel

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// Peers finds the other ends of the veths of a namespace, by index, as far as
// they are in namespaces with names or in the namespace itself.
func Peers(ns *dump.Namespace) (map[int]Peer, error) {
	names := append(slices.Sorted(maps.Values(ns.Peers)), ns.Name)
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	others := make(map[string]*seenNamespace, len(names))
	marks := make([]state.Mark, len(names))
	for _, name := range names {
		others[name] = &seenNamespace{name: name}
	}
	err := netns.Each(names, func(i int) error {
		return inside(func(c *conn) error {
			marks[i] = c.mark(names[i])
			return c.links(others[names[i]], func(*seenLink) bool { return true })
		})
	})
	peers := map[int]Peer{}
	for _, l := range ns.Links {
		if !l.Paired() {
			continue
		}
		name, known := ns.Name, true
		if l.ParentNetns != nil {
			name, known = ns.Peers[*l.ParentNetns]
		}
		for _, o := range others[name].all() {
			if known && o.Index == l.Parent {
				peers[l.Index] = Peer{name, marks[slices.Index(names, name)], o.Name}
			}
		}
	}
	return peers, ignoreDeleted(err)
}

// all returns the links of a namespace, none of nil.
func (ns *seenNamespace) all() []*seenLink {
	if ns == nil {
		return nil
	}
	return ns.links
}
