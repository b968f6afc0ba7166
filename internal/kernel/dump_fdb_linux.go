package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// dumpFDB reads the forwarding databases of all links of the namespace.
func (c *conn) dumpFDB(ns *dump.Namespace) error {
	request := func(b *batch) { b.zeros(unix.SizeofNdMsg)[0] = unix.AF_BRIDGE }
	return dumpInto(c, &ns.FDB, unix.RTM_GETNEIGH, request, decodeFDBEntry)
}

// decodeFDBEntry reads the body of an RTM_NEWNEIGH of AF_BRIDGE. False: it is of
// another family, or an address that a device filters by.
func decodeFDBEntry(body []byte) (dump.FDBEntry, bool) {
	if len(body) < unix.SizeofNdMsg || body[0] != unix.AF_BRIDGE {
		return dump.FDBEntry{}, false
	}
	e := dump.FDBEntry{Index: int(native.Uint32(body[4:])), State: native.Uint16(body[8:]), Flags: body[10]}
	list := attributes(body[unix.SizeofNdMsg:])
	e.Other = fdbUses.others(list)
	for _, a := range list {
		switch a.typ {
		case unix.NDA_LLADDR:
			e.Address = a.copy()
		case unix.NDA_MASTER:
			e.Master = int(a.u32())
		case unix.NDA_VLAN:
			e.VLAN = int(a.u16())
		case unix.NDA_DST:
			e.To = a.addr()
		}
	}
	return e, e.Master != 0 || e.To.IsValid()
}
