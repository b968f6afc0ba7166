package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// Count returns the statistics of the links of namespaces, given by the observer's
// nsids. Deleted ones are left out.
func (m *Monitor) Count(ids []int32) map[dump.LinkRef]dump.Stats {
	counts := map[dump.LinkRef]dump.Stats{}
	for _, id := range ids {
		ns := &dump.Namespace{}
		c := m.observer.conns[0]
		c.foreign = m.observer.reader(id)
		err := c.dumpLinksBy(ns, func(b *batch) {
			b.ifinfo(0, 0, 0)
			if m.observer.self == nil {
				b.u32(unix.IFLA_TARGET_NETNSID, uint32(id))
			}
		}, decodeLink)
		c.foreign = nil
		if err != nil {
			continue
		}
		for _, link := range ns.Links {
			if link.Stats != nil {
				counts[dump.LinkRef{Netns: id, Index: link.Index}] = *link.Stats
			}
		}
	}
	return counts
}
