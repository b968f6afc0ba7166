package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// translate returns the observer's nsid for an nsid of another namespace, of which the
// observer's nsid is in; -1: unknown. Index is a link there that leads to that
// namespace; 0: none.
func (m *Monitor) translate(in, nsid int32, index int) int32 {
	if m.observer.self != nil || nsid < 0 {
		return nsid
	}
	key := foreignNSID{in, nsid}
	if id, ok := m.nsids[key]; ok {
		return id
	}
	id, err := m.observer.peerNSID(in, index)
	if err != nil || id < 0 || m.observer.nsidIn(id, in) != nsid {
		id = m.observer.findNSID(in, nsid)
	}
	if id >= 0 {
		m.nsids[key] = id
	}
	return id
}

// peerNSID returns the nsid of the namespace that a link leads to. The kernel assigns
// one if there is none.
func (o *Observer) peerNSID(netns int32, index int) (int32, error) {
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

// nsidIn returns the nsid that one namespace has for another, both given by the
// observer's nsids; -1: none.
func (o *Observer) nsidIn(id, in int32) int32 {
	var b batch
	b.message(unix.RTM_GETNSID, 0, func() {
		b.zeros(4) // struct rtgenmsg, aligned
		b.u32(netnsaNsid, uint32(id))
		b.u32(netnsaTargetNsid, uint32(in))
	})
	answer, err := o.conns[0].get(&b)
	if err != nil {
		return -1
	}
	nsid, _ := readNSIDs(answer)
	return nsid
}

// findNSID returns the observer's nsid for an nsid of another namespace; -1: none.
func (o *Observer) findNSID(in, nsid int32) int32 {
	id := int32(-1)
	err := o.conns[0].dump(unix.RTM_GETNSID,
		func(b *batch) {
			b.zeros(4) // struct rtgenmsg, aligned
			b.u32(netnsaTargetNsid, uint32(in))
		},
		func() { id = -1 },
		func(body []byte) {
			if foreign, own := readNSIDs(body); foreign == nsid {
				id = own
			}
		})
	if err != nil {
		return -1
	}
	return id
}

// readNSIDs reads two nsids of one namespace: that in the target namespace of the
// request (NETNSA_NSID), and that in our own (NETNSA_CURRENT_NSID).
func readNSIDs(body []byte) (foreign, own int32) {
	foreign, own = -1, -1
	for a := range eachAttribute(body[min(4, len(body)):]) {
		switch a.typ {
		case netnsaNsid:
			foreign = int32(a.u32())
		case netnsaCurrentNsid:
			own = int32(a.u32())
		}
	}
	return foreign, own
}
