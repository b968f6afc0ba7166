package kernel

import (
	"cmp"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func (e *encoder) addRoute(op plan.AddRoute) error {
	flags := uint16(createNew)
	if op.Replace {
		flags = unix.NLM_F_CREATE | unix.NLM_F_REPLACE
	}
	scope := uint8(unix.RT_SCOPE_UNIVERSE)
	if !op.Route.Via.IsValid() && op.Route.To.Addr().Is4() {
		scope = unix.RT_SCOPE_LINK
	}
	return e.route(unix.RTM_NEWROUTE, flags, rtmsg{cmp.Or(op.Protocol, unix.RTPROT_BOOT), scope, unix.RTN_UNICAST}, op.At(), op.Route)
}

// delRoute leaves the scope open: the destination, the metric, the protocol and what is
// known of the way say which route is meant. Of one without a gateway it reads the protocol
// and the type, since the kernel may have one to the same subnet itself. An IPv6 route
// without a metric has the default one; without it in the request, another one to the same
// destination could go.
func (e *encoder) delRoute(op plan.DelRoute) error {
	if op.Route.Metric == 0 && op.Route.To.Addr().Is6() {
		op.Route.Metric = defaultMetric6
	}
	m := rtmsg{protocol: op.Protocol, scope: unix.RT_SCOPE_NOWHERE}
	if m.protocol == 0 && !op.Route.Via.IsValid() {
		var err error
		if m.protocol, m.typ, err = e.addedAs(op); err != nil {
			return err
		}
	}
	return e.route(unix.RTM_DELROUTE, 0, m, op.At(), op.Route)
}

// addedAs returns the protocol and the type of the first route without a gateway that
// somebody added and that a DelRoute is about; 0 if there is none. The routes are those of
// before this encoder's first such Op.
func (e *encoder) addedAs(op plan.DelRoute) (protocol, typ uint8, err error) {
	if e.conn == nil || op.Route.Dev != "" && e.known.index(op.At(), e.op) == 0 {
		return 0, 0, nil
	}
	if e.routes == nil {
		if err := e.flushLinks(); err != nil { // what waits may be about routes
			return 0, 0, err
		}
		all, err := e.conn.routes()
		if err != nil {
			return 0, 0, err
		}
		e.routes = all.added
	}
	index := 0
	if op.Route.Dev != "" {
		index = e.known.index(op.At(), e.op)
	}
	metric := func(r state.Route) int {
		if r.To.Addr().Is6() {
			return cmp.Or(r.Metric, defaultMetric6)
		}
		return r.Metric
	}
	i := slices.IndexFunc(e.routes, func(r seenRoute) bool {
		return r.To == op.Route.To && !r.Via.IsValid() && r.index == index && metric(r.Route) == metric(op.Route)
	})
	if i < 0 {
		return 0, 0, nil
	}
	found := e.routes[i]
	e.routes = slices.Delete(e.routes, i, i+1)
	return found.protocol, found.typ, nil
}

// rtmsg is the part of a struct rtmsg that making and deleting differ in.
type rtmsg struct{ protocol, scope, typ uint8 }

func (e *encoder) route(typ, flags uint16, m rtmsg, link state.Endpoint, r state.Route) error {
	index := 0
	if link.Link != "" {
		var err error
		if index, err = e.index(link); err != nil {
			return err
		}
	}
	e.message(typ, flags, func() {
		h := e.zeros(unix.SizeofRtMsg)
		h[0], h[1] = familyOf(r.To.Addr()), uint8(r.To.Bits())
		h[4], h[5], h[6], h[7] = unix.RT_TABLE_MAIN, m.protocol, m.scope, m.typ
		if r.To.Bits() > 0 {
			e.attr(unix.RTA_DST, r.To.Addr().AsSlice())
		}
		if r.Via.IsValid() {
			e.gateway(r)
		}
		if index != 0 {
			e.u32(unix.RTA_OIF, uint32(index))
		}
		if r.Metric != 0 {
			e.u32(unix.RTA_PRIORITY, uint32(r.Metric))
		}
	})
	return nil
}

// gateway writes the RTA_GATEWAY of a route. For an IPv6 gateway of an IPv4 route it writes
// an RTA_VIA, which is a family and an address (struct rtvia, linux/rtnetlink.h).
func (b *batch) gateway(r state.Route) {
	if r.Via.Is4() == r.To.Addr().Is4() {
		b.attr(unix.RTA_GATEWAY, r.Via.AsSlice())
		return
	}
	b.attr(unix.RTA_VIA, append(native.AppendUint16(nil, uint16(familyOf(r.Via))), r.Via.AsSlice()...))
}

// defaultMetric6 is the metric of an IPv6 route that was given none
// (IP6_RT_PRIO_USER).
const defaultMetric6 = 1024

// seenRoute is a route with the number of its link.
type seenRoute struct {
	index         int
	protocol, typ uint8 // rtm_protocol, rtm_type
	state.Route
}

// readRoute reads a route that was decoded of the body of an RTM_NEWROUTE. False: the kernel
// added it, it is in another table, or it is only for packets with a TOS or from a source.
func readRoute(d dump.Route, body []byte) (seenRoute, bool) {
	if d.Table != unix.RT_TABLE_MAIN || d.TOS != 0 || d.From.IsValid() || !written(d) {
		return seenRoute{}, false
	}
	r := seenRoute{index: d.Index, protocol: d.Protocol, typ: d.Type, Route: state.Route{To: d.To, Via: d.Via, Metric: stateMetric(d)}}
	if byNexthop(body) {
		r.index, r.Via = 0, netip.Addr{}
	}
	return r, true
}

// stateMetric returns the metric of a route as a State has it: 0 for the default.
func stateMetric(r dump.Route) int {
	if r.To.Addr().Is6() && r.Metric == defaultMetric6 {
		return 0
	}
	return r.Metric
}

// rtaNhID is RTA_NH_ID (linux/rtnetlink.h).
const rtaNhID = 30

// byNexthop reports whether a route leads to a nexthop object (ip nexthop). The kernel does
// not delete such a route by gateway and link (fib_nh_match in net/ipv4/fib_semantics.c).
func byNexthop(body []byte) bool {
	return slices.ContainsFunc(attributes(body[unix.SizeofRtMsg:]), func(a attribute) bool { return a.typ == rtaNhID })
}

// written reports whether a user added a route, rather than the kernel: for
// a subnet on a link, or from a router's advertisement.
func written(r dump.Route) bool {
	switch r.Protocol {
	case unix.RTPROT_KERNEL, unix.RTPROT_RA, unix.RTPROT_REDIRECT:
		return false
	}
	switch r.Type {
	case unix.RTN_LOCAL, unix.RTN_BROADCAST, unix.RTN_ANYCAST, unix.RTN_MULTICAST:
		return false
	}
	return true
}

// HostEgress asks the kernel where the host namespace would send packets
// for an address. The error is the kernel's, such as ENETUNREACH.
func HostEgress(to netip.Addr) (Egress, error) {
	var w Egress
	err := netns.Do(state.Host, func() error {
		return inside(func(c *conn) error {
			index, err := c.outgoing(to)
			if err != nil {
				return err
			}
			l, err := c.link(index)
			if err != nil {
				return err
			}
			mark, _ := state.ParseMark(l.Alias)
			w = Egress{l.Name, mark.Lab}
			return nil
		})
	})
	return w, err
}

// askRoute returns the kernel's answer, an RTM_NEWROUTE.
func (c *conn) askRoute(to netip.Addr) ([]byte, error) {
	var b batch
	b.message(unix.RTM_GETROUTE, 0, func() {
		h := b.zeros(unix.SizeofRtMsg)
		h[0], h[1] = familyOf(to), uint8(to.BitLen())
		native.PutUint32(h[8:], unix.RTM_F_LOOKUP_TABLE)
		b.attr(unix.RTA_DST, to.AsSlice())
	})
	return c.get(&b)
}

// outgoing returns the number of the link that packets for an address leave by.
func (c *conn) outgoing(to netip.Addr) (int, error) {
	answer, err := c.askRoute(to)
	if err != nil {
		return 0, err
	}
	for a := range eachAttribute(answer[min(unix.SizeofRtMsg, len(answer)):]) {
		if a.typ == unix.RTA_OIF {
			return int(a.u32()), nil
		}
	}
	return 0, unix.ENETUNREACH
}
