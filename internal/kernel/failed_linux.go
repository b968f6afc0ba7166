package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// FlushFailedNeigh deletes the neighbour entries that are incomplete or failed, so that
// the next packet starts a resolution. The kernel would retry once a second and queue
// packets meanwhile: a network that was just repaired would look broken for so long.
func FlushFailedNeigh(names []string) error {
	return ignoreDeleted(netns.Each(names, func(i int) error {
		return inside((*conn).flushFailedNeigh)
	}))
}

func (c *conn) flushFailedNeigh() error {
	var ns dump.Namespace
	if err := c.dumpNeighbours(&ns); err != nil {
		return err
	}
	var b batch
	for _, n := range ns.Neighbours {
		if n.State&(unix.NUD_INCOMPLETE|unix.NUD_FAILED) == 0 || n.Proxy {
			continue
		}
		b.deleteNeighbour(n.Index, n.To)
	}
	return unlessDeleted(c.do(&b)) // the kernel may have deleted it meanwhile
}
