package kernel

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// Peers finds the peers and the lower devices of the links of a namespace, by index, as far
// as they are in namespaces with names or in the namespace itself.
func Peers(ns *dump.Namespace) (map[int]Peer, error) {
	names := append(slices.Sorted(maps.Values(ns.Peers)), ns.Name)
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	others := make(map[string]*seenNamespace, len(names))
	marks := make([]state.Mark, len(names))
	for _, name := range names {
		others[name] = &seenNamespace{name: name}
	}
	err := insideEach(names, func(c *conn, i int) error {
		marks[i] = c.mark(names[i])
		return c.links(others[names[i]], func(*seenLink) bool { return true })
	})
	peers := map[int]Peer{}
	for _, l := range ns.Links {
		to, refers := l.Target(ownNetns)
		if !refers {
			continue
		}
		name, known := ns.Name, true
		if to.Netns != ownNetns {
			name, known = ns.Peers[to.Netns]
		}
		for _, o := range others[name].all() {
			if known && o.Index == to.Index {
				peers[l.Index] = Peer{name, marks[slices.Index(names, name)], o.Name}
			}
		}
	}
	return peers, ignoreDeleted(err)
}

// ownNetns stands for the namespace of a link where others have their nsid.
const ownNetns = -1

// all returns the links of a namespace, none of nil.
func (ns *seenNamespace) all() []*seenLink {
	if ns == nil {
		return nil
	}
	return ns.links
}
