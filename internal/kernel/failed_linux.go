package kernel

import (
	"errors"

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
		b.message(unix.RTM_DELNEIGH, 0, func() {
			h := b.zeros(unix.SizeofNdMsg)
			h[0] = familyOf(n.To)
			native.PutUint32(h[4:], uint32(n.Index))
			b.attr(unix.NDA_DST, n.To.AsSlice())
		})
	}
	err := c.do(&b)
	if errors.Is(err, unix.ENOENT) {
		return nil // the kernel has deleted it meanwhile
	}
	return err
}
