package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
)

// moveLink moves a link, renames it, or does both at once: in its new namespace
// it is never seen by its old name.
func (e *encoder) moveLink(op plan.MoveLink) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	fd := -1
	if op.To.Namespace != op.Link.Namespace {
		if fd, err = e.fd(op.To.Namespace); err != nil {
			return err
		}
	}
	e.message(unix.RTM_NEWLINK, 0, func() {
		e.ifinfo(index, 0, 0)
		if op.To.Link != op.Link.Link {
			e.text(unix.IFLA_IFNAME, op.To.Link)
		}
		if fd >= 0 {
			e.u32(unix.IFLA_NET_NS_FD, uint32(fd))
		}
	})
	return nil
}
