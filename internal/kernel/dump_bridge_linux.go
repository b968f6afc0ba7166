package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

func decodeBridge(data []attribute) dump.Info {
	var b dump.Bridge
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_BR_FORWARD_DELAY:
			b.ForwardDelay = int(a.u32())
		case unix.IFLA_BR_HELLO_TIME:
			b.HelloTime = int(a.u32())
		case unix.IFLA_BR_MAX_AGE:
			b.MaxAge = int(a.u32())
		case unix.IFLA_BR_AGEING_TIME:
			b.AgeingTime = int(a.u32())
		case unix.IFLA_BR_STP_STATE:
			b.STP = a.u32() != 0
		case unix.IFLA_BR_PRIORITY:
			b.Priority = int(a.u16())
		case unix.IFLA_BR_VLAN_FILTERING:
			b.VLANFiltering = a.u8() != 0
		case unix.IFLA_BR_BRIDGE_ID:
			b.ID = bridgeID(a.data)
		}
	}
	return b
}

// bridgeID writes a struct ifla_bridge_id: a priority and an address.
func bridgeID(b []byte) string {
	if len(b) < 8 {
		return ""
	}
	return fmt.Sprintf("%.2x%.2x.%x:%x:%x:%x:%x:%x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7])
}

func decodePort(data []attribute) *dump.Port {
	p := &dump.Port{}
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_BRPORT_STATE:
			p.State = a.u8()
		case unix.IFLA_BRPORT_PRIORITY:
			p.Priority = int(a.u16())
		case unix.IFLA_BRPORT_COST:
			p.Cost = int(a.u32())
		case unix.IFLA_BRPORT_MODE:
			p.Hairpin = a.u8() != 0
		case unix.IFLA_BRPORT_GUARD:
			p.Guard = a.u8() != 0
		case unix.IFLA_BRPORT_PROTECT:
			p.RootBlock = a.u8() != 0
		case unix.IFLA_BRPORT_LEARNING:
			p.Learning = a.u8() != 0
		case unix.IFLA_BRPORT_UNICAST_FLOOD:
			p.Flood = a.u8() != 0
		case unix.IFLA_BRPORT_NO:
			p.Number = int(a.u16())
		case unix.IFLA_BRPORT_ISOLATED:
			p.Isolated = a.u8() != 0
		}
	}
	return p
}
