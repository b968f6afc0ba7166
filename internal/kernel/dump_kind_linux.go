package kernel

import (
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// decodeLinkInfo reads what kind a link is, and what it is as a port of a bridge.
func decodeLinkInfo(l *dump.Link, info attribute) {
	var data []attribute
	var master linkKind
	for a := range eachAttribute(info.data) {
		switch a.typ {
		case unix.IFLA_INFO_KIND:
			l.Kind = a.text()
		case unix.IFLA_INFO_DATA:
			data = attributes(a.data)
		case unix.IFLA_INFO_SLAVE_KIND:
			master = linkKinds[a.text()]
		case unix.IFLA_INFO_SLAVE_DATA:
			if master.decodePort != nil {
				l.Port = master.decodePort(attributes(a.data))
			}
		}
	}
	l.Info = decodeKind(l.Kind, data)
}

func decodeVLAN(data []attribute) dump.Info {
	var v dump.VLAN
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_VLAN_ID:
			v.ID = int(a.u16())
		case unix.IFLA_VLAN_PROTOCOL:
			v.Protocol = a.big16()
		}
	}
	return v
}

func decodeVXLAN(data []attribute) dump.Info {
	var v dump.VXLAN
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_VXLAN_ID:
			v.ID = int(a.u32())
		case unix.IFLA_VXLAN_LINK:
			v.Device = int(a.u32())
		case unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6:
			v.Local = a.certain()
		case unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6:
			v.Remote = a.certain()
		case unix.IFLA_VXLAN_PORT:
			v.Port = int(a.big16())
		}
	}
	return v
}

// macvlanModes are MACVLAN_MODE_* (linux/if_link.h).
var macvlanModes = map[uint32]string{1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}

func decodeMacvlan(tap bool) func([]attribute) dump.Info {
	return func(data []attribute) dump.Info {
		m := dump.Macvlan{Tap: tap}
		for _, a := range data {
			switch a.typ {
			case unix.IFLA_MACVLAN_MODE:
				m.Mode = macvlanModes[a.u32()]
			case unix.IFLA_MACVLAN_FLAGS:
				m.NoPromisc = a.u16()&macvlanNoPromisc != 0
				m.NoDst = a.u16()&macvlanNoDst != 0
			case unix.IFLA_MACVLAN_MACADDR_DATA:
				for _, source := range attributes(a.data) {
					m.Sources = append(m.Sources, slices.Clone(dump.HWAddr(source.data)))
				}
			case unix.IFLA_MACVLAN_BC_QUEUE_LEN:
				m.BCQueueLen = new(int(a.u32()))
			case unix.IFLA_MACVLAN_BC_QUEUE_LEN_USED:
				m.BCQueueLenUsed = new(int(a.u32()))
			}
		}
		return m
	}
}

// MACVLAN_FLAG_* and IPVLAN_F_* (linux/if_link.h).
const (
	macvlanNoPromisc = 1
	macvlanNoDst     = 2
	ipvlanPrivate    = 1
	ipvlanVEPA       = 2
)

// ipvlanModes are IPVLAN_MODE_* (linux/if_link.h).
var ipvlanModes = map[uint16]string{0: "l2", 1: "l3", 2: "l3s"}

func decodeIPVlan(data []attribute) dump.Info {
	var v dump.IPVlan
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_IPVLAN_MODE:
			v.Mode = ipvlanModes[a.u16()]
		case unix.IFLA_IPVLAN_FLAGS:
			switch flags := a.u16(); {
			case flags&ipvlanPrivate != 0:
				v.Flag = "private"
			case flags&ipvlanVEPA != 0:
				v.Flag = "vepa"
			}
		}
	}
	return v
}

// decodeIPTunnel reads IFLA_IPTUN_* (linux/if_tunnel.h).
func decodeIPTunnel(kind string) func([]attribute) dump.Info {
	return func(data []attribute) dump.Info {
		t := dump.Tunnel{Name: kind}
		for _, a := range data {
			switch a.typ {
			case 2:
				t.Local = a.certain()
			case 3:
				t.Remote = a.certain()
			case 4:
				t.TTL = int(a.u8())
			}
		}
		return t
	}
}

// decodeGRE reads IFLA_GRE_* (linux/if_tunnel.h).
func decodeGRE(kind string) func([]attribute) dump.Info {
	return func(data []attribute) dump.Info {
		const keyed = 0x2000 // GRE_KEY
		t := dump.Tunnel{Name: kind}
		hasKey := false
		for _, a := range data {
			switch a.typ {
			case 2:
				hasKey = a.big16()&keyed != 0
			case 4:
				t.Key = a.big32()
			case iflaGRELocal:
				t.Local = a.certain()
			case iflaGRERemote:
				t.Remote = a.certain()
			case 8:
				t.TTL = int(a.u8())
			}
		}
		if !hasKey {
			t.Key = 0
		}
		return t
	}
}

// decodeVTI reads IFLA_VTI_* (linux/if_tunnel.h).
func decodeVTI(kind string) func([]attribute) dump.Info {
	return func(data []attribute) dump.Info {
		t := dump.Tunnel{Name: kind}
		for _, a := range data {
			switch a.typ {
			case 2:
				t.Key = a.big32()
			case 4:
				t.Local = a.certain()
			case 5:
				t.Remote = a.certain()
			}
		}
		return t
	}
}

// decodeGeneve takes the number of the network for the key.
func decodeGeneve(data []attribute) dump.Info {
	t := dump.Tunnel{Name: "geneve"}
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_GENEVE_ID:
			t.Key = a.u32()
		case unix.IFLA_GENEVE_REMOTE, unix.IFLA_GENEVE_REMOTE6:
			t.Remote = a.certain()
		case unix.IFLA_GENEVE_TTL:
			t.TTL = int(a.u8())
		}
	}
	return t
}

func decodeTun(data []attribute) dump.Info {
	const tap = 2 // IFF_TAP (linux/if_tun.h)
	var t dump.Tun
	for _, a := range data {
		if a.typ == unix.IFLA_TUN_TYPE {
			t.Tap = a.u8() == tap
		}
	}
	return t
}

// certain returns an address, or none where it is "any".
func (a attribute) certain() netip.Addr {
	if addr := a.addr(); addr.IsValid() && !addr.IsUnspecified() {
		return addr
	}
	return netip.Addr{}
}
