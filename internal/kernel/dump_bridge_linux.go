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
		case unix.IFLA_BR_GROUP_FWD_MASK:
			b.GroupForwardMask = a.u16()
		case unix.IFLA_BR_MULTI_BOOLOPT: // struct br_boolopt_multi: values first
			b.NoLinkLocalLearn = a.u32()&noLinkLocalLearn != 0
		case unix.IFLA_BR_BRIDGE_ID:
			b.ID = bridgeID(a.data)
		}
	}
	return b
}

// noLinkLocalLearn is BR_BOOLOPT_NO_LL_LEARN (linux/if_bridge.h).
const noLinkLocalLearn = 1 << 0

// bridgeID writes a struct ifla_bridge_id: a priority and an address.
func bridgeID(b []byte) string {
	if len(b) < 8 {
		return ""
	}
	return fmt.Sprintf("%.2x%.2x.%x:%x:%x:%x:%x:%x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7])
}

// decodePort takes over numbers here and switches in portSwitch. Switches that
// older kernels do not have are as those kernels act.
func decodePort(data []attribute) *dump.Port {
	p := &dump.Port{MulticastFlood: true, BroadcastFlood: true}
	for _, a := range data {
		switch a.typ {
		case unix.IFLA_BRPORT_STATE:
			p.State = a.u8()
		case unix.IFLA_BRPORT_PRIORITY:
			p.Priority = int(a.u16())
		case unix.IFLA_BRPORT_COST:
			p.Cost = int(a.u32())
		case unix.IFLA_BRPORT_NO:
			p.Number = int(a.u16())
		case unix.IFLA_BRPORT_GROUP_FWD_MASK:
			p.GroupForwardMask = a.u16()
		default:
			if to := portSwitch(p, a.typ); to != nil {
				*to = a.u8() != 0
			}
		}
	}
	return p
}

// portSwitch returns where the attribute of that type belongs, which is on or off.
// Nil: it is another.
func portSwitch(p *dump.Port, typ uint16) *bool {
	switch typ {
	case unix.IFLA_BRPORT_MODE:
		return &p.Hairpin
	case unix.IFLA_BRPORT_GUARD:
		return &p.Guard
	case unix.IFLA_BRPORT_PROTECT:
		return &p.RootBlock
	case unix.IFLA_BRPORT_LEARNING:
		return &p.Learning
	case unix.IFLA_BRPORT_UNICAST_FLOOD:
		return &p.Flood
	case unix.IFLA_BRPORT_MCAST_FLOOD:
		return &p.MulticastFlood
	case unix.IFLA_BRPORT_BCAST_FLOOD:
		return &p.BroadcastFlood
	case unix.IFLA_BRPORT_PROXYARP:
		return &p.ProxyARP
	case unix.IFLA_BRPORT_ISOLATED:
		return &p.Isolated
	case unix.IFLA_BRPORT_LOCKED:
		return &p.Locked
	}
	return nil
}
