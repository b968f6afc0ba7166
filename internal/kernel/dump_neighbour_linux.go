package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// decodeNeighbour reads the body of an RTM_NEWNEIGH. False: it is none of IP, such
// as an entry of a bridge.
func decodeNeighbour(body []byte) (dump.Neighbour, bool) {
	if len(body) < unix.SizeofNdMsg {
		return dump.Neighbour{}, false
	}
	if _, ok := unspecified(body[0]); !ok {
		return dump.Neighbour{}, false
	}
	n := dump.Neighbour{
		Index: int(native.Uint32(body[4:])), State: native.Uint16(body[8:]), Flags: body[10],
		Proxy: body[10]&unix.NTF_PROXY != 0,
	}
	list := attributes(body[unix.SizeofNdMsg:])
	n.Other = neighbourUses.others(list)
	for _, a := range list {
		switch a.typ {
		case unix.NDA_DST:
			n.To = a.addr()
		case unix.NDA_LLADDR:
			n.Address = a.copy()
		case ndaProtocol:
			n.Protocol = a.u8()
		}
	}
	return n, n.To.IsValid()
}
