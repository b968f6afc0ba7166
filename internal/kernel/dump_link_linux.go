package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// decodeLink reads the body of an RTM_NEWLINK.
func decodeLink(body []byte) (dump.Link, bool) {
	if len(body) < unix.SizeofIfInfomsg || body[0] == unix.AF_BRIDGE {
		return dump.Link{}, false
	}
	l := dump.Link{
		Type:        native.Uint16(body[2:]),
		Index:       int(int32(native.Uint32(body[4:]))),
		Flags:       dump.Flags(native.Uint32(body[8:])),
		OperState:   operStates[0],
		AddrGenMode: -1,
	}
	for a := range eachAttribute(body[unix.SizeofIfInfomsg:]) {
		if !decodeLinkNumber(&l, a) {
			decodeLinkPart(&l, a)
		}
	}
	return l, true
}

// decodeWholeLink is decodeLink with the attributes that no field holds. They are not read
// where a lab is only observed or watched.
func decodeWholeLink(body []byte) (dump.Link, bool) {
	l, ok := decodeLink(body)
	if ok {
		l.Other = linkOthers(l, attributes(body[unix.SizeofIfInfomsg:]))
	}
	return l, ok
}

// decodeLinkPart takes over an attribute that is more than a number.
func decodeLinkPart(l *dump.Link, a attribute) {
	switch a.typ {
	case unix.IFLA_IFNAME:
		l.Name = a.text()
	case unix.IFLA_ADDRESS:
		l.Address = a.copy()
	case unix.IFLA_BROADCAST:
		l.Broadcast = a.copy()
	case unix.IFLA_PERM_ADDRESS:
		l.PermAddress = a.copy()
	case unix.IFLA_OPERSTATE:
		if s := int(a.u8()); s < len(operStates) {
			l.OperState = operStates[s]
		}
	case unix.IFLA_LINK_NETNSID:
		l.ParentNetns = new(int32(a.u32()))
	case unix.IFLA_QDISC:
		l.Qdisc = a.text()
	case unix.IFLA_IFALIAS:
		l.Alias = a.text()
	case unix.IFLA_PARENT_DEV_NAME:
		l.ParentDevice = a.text()
	case unix.IFLA_PARENT_DEV_BUS_NAME:
		l.ParentBus = a.text()
	case unix.IFLA_PROP_LIST:
		l.AltNames = decodeAltNames(a)
	case unix.IFLA_AF_SPEC:
		l.AddrGenMode = decodeAddrGenMode(a)
	case unix.IFLA_STATS64:
		l.Stats = decodeStats(a.data)
	case unix.IFLA_LINKINFO:
		decodeLinkInfo(l, a)
	}
}

// decodeLinkNumber takes over an attribute that is a number of the same name.
// False: it is another.
func decodeLinkNumber(l *dump.Link, a attribute) bool {
	switch a.typ {
	case unix.IFLA_MTU:
		l.MTU = int(a.u32())
	case unix.IFLA_MIN_MTU:
		l.MinMTU = int(a.u32())
	case unix.IFLA_MAX_MTU:
		l.MaxMTU = int(a.u32())
	case unix.IFLA_MASTER:
		l.Master = int(a.u32())
	case unix.IFLA_LINK:
		l.Parent = int(a.u32())
		l.Unbound = l.Parent == 0
	case unix.IFLA_TXQLEN:
		l.TxQueueLen = int(a.u32())
	case unix.IFLA_GROUP:
		l.Group = a.u32()
	case unix.IFLA_LINKMODE:
		l.Mode = a.u8()
	case unix.IFLA_PROMISCUITY:
		l.Promiscuity = int(a.u32())
	case unix.IFLA_ALLMULTI:
		l.AllMulti = new(int(a.u32()))
	case unix.IFLA_NUM_TX_QUEUES:
		l.TxQueues = int(a.u32())
	case unix.IFLA_NUM_RX_QUEUES:
		l.RxQueues = int(a.u32())
	default:
		return decodeOffload(l, a)
	}
	return true
}

// decodeOffload takes over what the link may be given to cut up or put together.
func decodeOffload(l *dump.Link, a attribute) bool {
	switch a.typ {
	case unix.IFLA_GSO_MAX_SIZE:
		l.GSOMaxSize = int(a.u32())
	case unix.IFLA_GSO_MAX_SEGS:
		l.GSOMaxSegs = int(a.u32())
	case unix.IFLA_TSO_MAX_SIZE:
		l.TSOMaxSize = int(a.u32())
	case unix.IFLA_TSO_MAX_SEGS:
		l.TSOMaxSegs = int(a.u32())
	case unix.IFLA_GRO_MAX_SIZE:
		l.GROMaxSize = int(a.u32())
	case unix.IFLA_GSO_IPV4_MAX_SIZE:
		l.GSOIPv4MaxSize = int(a.u32())
	case unix.IFLA_GRO_IPV4_MAX_SIZE:
		l.GROIPv4MaxSize = int(a.u32())
	default:
		return false
	}
	return true
}

func decodeAltNames(list attribute) []string {
	var names []string
	for a := range eachAttribute(list.data) {
		if a.typ == unix.IFLA_ALT_IFNAME {
			names = append(names, a.text())
		}
	}
	return names
}

func decodeAddrGenMode(spec attribute) int {
	for family := range eachAttribute(spec.data) {
		if family.typ != unix.AF_INET6 {
			continue
		}
		for a := range eachAttribute(family.data) {
			if a.typ == iflaInet6AddrGenMode {
				return int(a.u8())
			}
		}
	}
	return -1
}

// decodeStats reads a struct rtnl_link_stats64 (linux/if_link.h), of which older
// kernels have fewer fields. Nil: it is too short for that.
func decodeStats(b []byte) *dump.Stats {
	const fields = 18 // up to tx_carrier_errors
	if len(b) < 8*fields {
		return nil
	}
	at := func(i int) uint64 { return native.Uint64(b[8*i:]) }
	return &dump.Stats{
		RxPackets: at(0), TxPackets: at(1), RxBytes: at(2), TxBytes: at(3),
		RxErrors: at(4), TxErrors: at(5), RxDropped: at(6), TxDropped: at(7),
		Multicast: at(8), Collision: at(9), RxMissed: at(15), TxCarrier: at(17),
	}
}
