package kernel

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// Dump reads all that the namespace of that name shows, "" being the
// host namespace. It fails with [fs.ErrNotExist] if there is none.
func Dump(namespace string) (*dump.Namespace, error) {
	var ns *dump.Namespace
	err := netns.Do(namespace, func() (err error) {
		ns, err = dumpInside(namespace)
		return err
	})
	return ns, err
}

// NSIDs returns the numbers by which the host namespace calls others; -1:
// by none.
func NSIDs(names []string) (map[string]int32, error) {
	numbers := map[string]int32{}
	err := inside(func(c *conn) error {
		for _, name := range names {
			numbers[name] = c.netnsid(name)
		}
		return nil
	})
	return numbers, err
}

// dumpInside reads the calling thread's namespace.
func dumpInside(name string) (*dump.Namespace, error) {
	ns := &dump.Namespace{Name: name}
	err := inside(func(c *conn) error {
		return errors.Join(
			c.dumpLinks(ns), c.dumpAddresses(ns), c.dumpRoutes(ns), c.dumpRules(ns), c.dumpNeighbours(ns),
			c.dumpFDB(ns), c.dumpPeers(ns))
	})
	return ns, err
}

func (c *conn) dumpLinks(ns *dump.Namespace) error {
	return c.dumpLinksBy(ns, func(b *batch) { b.ifinfo(0, 0, 0) }, decodeWholeLink)
}

func (c *conn) dumpLinksBy(ns *dump.Namespace, request func(*batch), decode func([]byte) (dump.Link, bool)) error {
	err := dumpInto(c, &ns.Links, unix.RTM_GETLINK, request, decode)
	slices.SortFunc(ns.Links, func(a, b dump.Link) int { return a.Index - b.Index })
	return err
}

func (c *conn) dumpAddresses(ns *dump.Namespace) error {
	return c.dumpAddressesBy(ns, func(b *batch) { b.zeros(unix.SizeofIfAddrmsg) })
}

func (c *conn) dumpAddressesBy(ns *dump.Namespace, request func(*batch)) error {
	return dumpInto(c, &ns.Addresses, unix.RTM_GETADDR, request, decodeAddress)
}

func (c *conn) dumpRoutes(ns *dump.Namespace) error {
	request := func(b *batch) { b.zeros(unix.SizeofRtMsg) }
	return dumpInto(c, &ns.Routes, unix.RTM_GETROUTE, request, decodeRoute)
}

// dumpRules reads no rules of a kernel that knows of none.
func (c *conn) dumpRules(ns *dump.Namespace) error {
	request := func(b *batch) { b.zeros(unix.SizeofRtMsg) } // struct fib_rule_hdr
	err := dumpInto(c, &ns.Rules, unix.RTM_GETRULE, request, decodeRule)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

// dumpNeighbours reads the neighbours and, which is another question, for whom
// the links answer.
func (c *conn) dumpNeighbours(ns *dump.Namespace) error {
	var proxies []dump.Neighbour
	err := errors.Join(
		dumpInto(c, &ns.Neighbours, unix.RTM_GETNEIGH, func(b *batch) { b.zeros(unix.SizeofNdMsg) }, decodeNeighbour),
		dumpInto(c, &proxies, unix.RTM_GETNEIGH, func(b *batch) { b.zeros(unix.SizeofNdMsg)[10] = unix.NTF_PROXY }, decodeNeighbour))
	ns.Neighbours = append(ns.Neighbours, proxies...)
	return err
}

// dumpInto dumps objects of a kind into a list: those that decode accepts.
func dumpInto[T any](c *conn, list *[]T, typ uint16, request func(*batch), decode func([]byte) (T, bool)) error {
	err := c.dump(typ, request,
		func() { *list = []T{} },
		func(body []byte) {
			if t, ok := decode(body); ok {
				*list = append(*list, t)
			}
		})
	return c.foreign.accept(err, typ)
}

// dumpPeers finds the names of the namespaces that links lead to. Of several
// names of one namespace the first counts.
func (c *conn) dumpPeers(ns *dump.Namespace) error {
	if !slices.ContainsFunc(ns.Links, func(l dump.Link) bool { return l.ParentNetns != nil }) {
		return nil
	}
	names, err := netns.List()
	if err != nil {
		return err
	}
	ns.Peers = map[int32]string{}
	for _, name := range names {
		id := c.netnsid(name)
		if _, taken := ns.Peers[id]; id >= 0 && !taken {
			ns.Peers[id] = name
		}
	}
	return nil
}
