package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// RouteTo asks the kernel for the route that packets from a namespace to an address
// take. The error is the kernel's, such as ENETUNREACH.
func RouteTo(namespace string, to netip.Addr) (dump.Route, error) {
	var r dump.Route
	err := netns.Do(namespace, func() error {
		return inside(func(c *conn) error {
			answer, err := c.askRoute(to)
			if err == nil {
				r, _ = decodeWay(answer)
			}
			return err
		})
	})
	return r, err
}

// decodeRoute reads the body of an RTM_NEWROUTE. False: it is none of IP, or only
// remembers the outcome of another.
func decodeRoute(body []byte) (dump.Route, bool) {
	if len(body) < unix.SizeofRtMsg {
		return dump.Route{}, false
	}
	if native.Uint32(body[8:])&unix.RTM_F_CLONED != 0 {
		return dump.Route{}, false
	}
	return decodeWay(body)
}

// decodeWay is decodeRoute for an answer, which is an outcome.
func decodeWay(body []byte) (dump.Route, bool) {
	if len(body) < unix.SizeofRtMsg {
		return dump.Route{}, false
	}
	family, flags := body[0], native.Uint32(body[8:])
	zero, ok := unspecified(family)
	if !ok {
		return dump.Route{}, false
	}
	r := dump.Route{
		To:  netip.PrefixFrom(zero, int(body[1])),
		TOS: body[3], Table: uint32(body[4]), Protocol: body[5], Scope: body[6], Type: body[7], Flags: flags,
	}
	list := attributes(body[unix.SizeofRtMsg:])
	r.Other = join(routeUses.others(list), metricUses.others(attributes(find(list, unix.RTA_METRICS).data)))
	for _, a := range list {
		switch a.typ {
		case unix.RTA_DST:
			r.To = netip.PrefixFrom(a.addr(), int(body[1]))
		case unix.RTA_SRC:
			r.From = netip.PrefixFrom(a.addr(), int(body[2]))
		case unix.RTA_PREFSRC:
			r.Source = a.addr()
		case unix.RTA_MULTIPATH:
			r.Hops = decodeHops(a.data)
		default:
			decodeRouteNumber(&r, a)
		}
	}
	return r, true
}

func decodeRouteNumber(r *dump.Route, a attribute) {
	switch a.typ {
	case unix.RTA_GATEWAY, unix.RTA_VIA:
		r.Via = a.gateway()
	case unix.RTA_OIF:
		r.Index = int(a.u32())
	case unix.RTA_TABLE:
		r.Table = a.u32()
	case unix.RTA_PRIORITY:
		r.Metric = int(a.u32())
	case unix.RTA_PREF:
		r.Pref = a.u8()
	case unix.RTA_METRICS:
		for a := range eachAttribute(a.data) {
			if a.typ == unix.RTAX_MTU {
				r.MTU = int(a.u32())
			}
		}
	case unix.RTA_CACHEINFO: // struct rta_cacheinfo, in ticks of USER_HZ
		if len(a.data) >= 12 {
			r.Expires = int(native.Uint32(a.data[8:])) / userHz
		}
	}
}

// userHz is the number of clock ticks per second that the kernel reports to programs, on
// every machine that Go runs on.
const userHz = 100

// unspecified returns the zero address of a family of IP.
func unspecified(family uint8) (netip.Addr, bool) {
	switch family {
	case unix.AF_INET:
		return netip.IPv4Unspecified(), true
	case unix.AF_INET6:
		return netip.IPv6Unspecified(), true
	}
	return netip.Addr{}, false
}

// gateway reads an RTA_GATEWAY or a RTA_VIA, which begins with its family.
func (a attribute) gateway() netip.Addr {
	if a.typ == unix.RTA_VIA && len(a.data) > 2 {
		a.data = a.data[2:]
	}
	return a.addr()
}

// decodeHops reads the structs rtnexthop of an RTA_MULTIPATH.
func decodeHops(b []byte) []dump.Hop {
	var hops []dump.Hop
	for len(b) >= unix.SizeofRtNexthop {
		n := int(native.Uint16(b))
		if n < unix.SizeofRtNexthop || n > len(b) {
			break
		}
		h := dump.Hop{Flags: uint32(b[2]), Weight: int(b[3]) + 1, Index: int(native.Uint32(b[4:]))}
		for a := range eachAttribute(b[unix.SizeofRtNexthop:n]) {
			if a.typ == unix.RTA_GATEWAY || a.typ == unix.RTA_VIA {
				h.Via = a.gateway()
			}
			h.Other = h.Other.With(routeUses.other(a))
		}
		hops = append(hops, h)
		b = b[min(len(b), (n+unix.RTNH_ALIGNTO-1)&^(unix.RTNH_ALIGNTO-1)):]
	}
	return hops
}
