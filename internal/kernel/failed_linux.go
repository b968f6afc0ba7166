package kernel

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// FlushFailedNeigh makes namespaces forget for which neighbours they have looked
// in vain, so that they look again with the next packet. By itself the kernel
// asks once a second, and lets packets wait meanwhile: a network that has just
// been fixed seems broken for so long.
func FlushFailedNeigh(names []string) error {
	return ignoreGone(netns.Each(names, func(i int) error {
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
		return nil // the kernel has forgotten it by itself
	}
	return err
}
