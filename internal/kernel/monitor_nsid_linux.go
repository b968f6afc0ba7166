package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// translate returns the observer's number of the namespace that another one calls
// so; -1: it is not known. To find that out it asks for a link there that leads to
// it; 0: for none.
func (m *Monitor) translate(by, name int32, index int) int32 {
	if m.observer.self != nil || name < 0 {
		return name
	}
	key := called{by, name}
	if id, ok := m.calls[key]; ok {
		return id
	}
	id, err := m.observer.throughLink(by, index)
	if err != nil || id < 0 || m.observer.nameOf(id, by) != name {
		id = m.observer.whoIs(by, name)
	}
	if id >= 0 {
		m.calls[key] = id
	}
	return id
}

// throughLink returns the number of the namespace that a link leads to. The kernel
// gives it one if it has none.
func (o *Observer) throughLink(netns int32, index int) (int32, error) {
	link, err := o.link(dump.LinkRef{Netns: netns, Index: index})
	if err != nil {
		return -1, err
	}
	if link.ParentNetns == nil {
		return -1, errMalformed
	}
	return *link.ParentNetns, nil
}

// link reads one link.
func (o *Observer) link(p dump.LinkRef) (dump.Link, error) {
	if p.Index == 0 {
		return dump.Link{}, unix.ENODEV
	}
	var b batch
	b.message(unix.RTM_GETLINK, 0, func() {
		b.ifinfo(p.Index, 0, 0)
		b.u32(unix.IFLA_TARGET_NETNSID, uint32(p.Netns))
		b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
	})
	answer, err := o.conns[0].get(&b)
	if err != nil {
		return dump.Link{}, err
	}
	link, ok := decodeLink(answer)
	if !ok {
		return dump.Link{}, errMalformed
	}
	return link, nil
}

// Attributes of RTM_GETNSID (linux/net_namespace.h).
const (
	netnsaTargetNsid  = 4
	netnsaCurrentNsid = 5
)

// nameOf returns by which number one namespace calls another, of which the
// observer's numbers are given; -1: by none.
func (o *Observer) nameOf(id, by int32) int32 {
	var b batch
	b.message(unix.RTM_GETNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaNsid, uint32(id))
		b.u32(netnsaTargetNsid, uint32(by))
	})
	answer, err := o.conns[0].get(&b)
	if err != nil {
		return -1
	}
	name, _ := readCalls(answer)
	return name
}

// whoIs returns the observer's number of the namespace that another one calls so;
// -1: it has none.
func (o *Observer) whoIs(by, name int32) int32 {
	id := int32(-1)
	err := o.conns[0].dump(unix.RTM_GETNSID,
		func(b *batch) {
			b.zeros(4) // struct rtgenmsg, aligned
			b.u32(netnsaTargetNsid, uint32(by))
		},
		func() { id = -1 },
		func(body []byte) {
			if called, own := readCalls(body); called == name {
				id = own
			}
		})
	if err != nil {
		return -1
	}
	return id
}

// readCalls reads by which numbers two namespaces call a third: the one that was
// asked about, and the one that asked.
func readCalls(body []byte) (called, own int32) {
	called, own = -1, -1
	for _, a := range attributes(body[min(4, len(body)):]) {
		switch a.typ {
		case netnsaNsid:
			called = int32(a.u32())
		case netnsaCurrentNsid:
			own = int32(a.u32())
		}
	}
	return called, own
}
