package kernel

import (
	"errors"
	"maps"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
)

// Forget makes namespaces forget what they have learned and what is stale. They learn
// it again with the next packet.
func Forget(stale map[string]plan.Stale) error {
	names := slices.Sorted(maps.Keys(stale))
	return ignoreDeleted(netns.Each(names, func(i int) error {
		s := stale[names[i]]
		err := inside(func(c *conn) error { return c.forget(s) })
		if s.Conntrack {
			err = errors.Join(err, flushConntrack())
		}
		return err
	}))
}

func (c *conn) forget(s plan.Stale) error {
	var b batch
	for _, index := range s.Bridges {
		b.message(unix.RTM_NEWLINK, 0, func() {
			b.ifinfo(index, 0, 0)
			b.kindInfo("bridge", func() { b.attr(unix.IFLA_BR_FDB_FLUSH, nil) })
		})
	}
	for i, n := range s.Neighbours {
		b.op = i
		b.deleteNeighbour(n.Index, n.Address)
	}
	return unlessDeleted(c.do(&b))
}

// deleteNeighbour appends a message that deletes an entry of a neighbour table.
func (b *batch) deleteNeighbour(index int, a netip.Addr) {
	b.message(unix.RTM_DELNEIGH, 0, func() { b.neighbourHead(a, index, 0) })
}

// unlessDeleted drops the error that says that an entry, or its link, does not exist.
func unlessDeleted(err error) error {
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}

// ctDelete is IPCTNL_MSG_CT_DELETE (linux/netfilter/nfnetlink_conntrack.h); without a
// tuple it deletes all connections of the namespace.
const ctDelete = 2

// flushConntrack deletes the tracked connections of the calling thread's namespace. A
// kernel that cannot be asked to (EINVAL) keeps them.
func flushConntrack() error {
	c, err := dialProtocol(unix.NETLINK_NETFILTER)
	if err != nil {
		return err
	}
	defer c.close()
	var b batch
	b.message(unix.NFNL_SUBSYS_CTNETLINK<<8|ctDelete, 0, func() { b.nfgenmsg(unix.AF_UNSPEC, 0) })
	if err := c.do(&b); !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	return nil
}
