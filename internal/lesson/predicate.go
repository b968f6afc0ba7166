package lesson

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// named returns the name of a namespace or link within a sentence.
func named(e state.Endpoint) words.Text {
	ns := words.Both(e.Namespace)
	if e.Namespace == state.Host {
		ns = words.Text{En: "the host", ZhTW: "主機"}
	}
	if e.Link == "" {
		return ns
	}
	return words.Text{En: "%[2]s in %[1]s", ZhTW: "%[1]s 的 %[2]s"}.With(ns, e.Link)
}

// exists: the namespace or link exists.
type exists struct{}

func (exists) holds(w Network, c Check) bool {
	if c.At.Link == "" {
		return c.At.Namespace == state.Host || w.State.Namespace(c.At.Namespace) != nil
	}
	return w.State.Link(c.At) != nil
}

func (exists) unmet(at state.Endpoint) words.Text {
	if at.Link == "" {
		return words.Text{En: "The namespace %s does not exist.", ZhTW: "沒有 %s 這個命名空間。"}.With(at.Namespace)
	}
	return words.Text{En: "%s does not exist.", ZhTW: "沒有 %s。"}.With(named(at))
}

func (exists) unmetNot(at state.Endpoint) words.Text {
	if at.Link == "" {
		return words.Text{En: "The namespace %s still exists.", ZhTW: "命名空間 %s 還在。"}.With(at.Namespace)
	}
	return words.Text{En: "%s still exists.", ZhTW: "%s 還在。"}.With(named(at))
}

// up: the link has IFF_UP.
type up struct{}

// A missing link is neither up nor down.
func (up) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	if l == nil {
		return c.Not
	}
	return l.Up
}

func (up) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%s is not up.", ZhTW: "%s 還沒啟用（UP）。"}.With(named(at))
}

func (up) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%s should exist, and be down.", ZhTW: "%s 應該存在，而且是停用（DOWN）的。"}.With(named(at))
}

// bridge: the link is a bridge.
type bridge struct{}

func (bridge) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Kind.Traits().Forwards
}

func (bridge) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%s is not a bridge.", ZhTW: "%s 不是橋接器。"}.With(named(at))
}

func (bridge) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%s is a bridge.", ZhTW: "%s 是橋接器。"}.With(named(at))
}

// port: the link is a port of the bridge.
type port struct{ bridge string }

func readPort(s *sentence) (predicate, *mistake) {
	name := s.next()
	if name == "" {
		return nil, s.mistake(0, "", "missing bridge")
	}
	return port{name}, nil
}

func (p port) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Master == p.bridge
}

func (p port) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s is not a port of the bridge %[2]s.", ZhTW: "%[1]s 還不是橋接器 %[2]s 的埠。"}.With(named(at), p.bridge)
}

func (p port) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s is still a port of %[2]s.", ZhTW: "%[1]s 還是橋接器 %[2]s 的埠。"}.With(named(at), p.bridge)
}

// peer: the link is a veth with this peer.
type peer struct{ end state.Endpoint }

func readPeer(s *sentence) (predicate, *mistake) {
	word := s.next()
	end, ok := endpoint(word)
	if !ok || end.Link == "" {
		return nil, s.mistake(1, "", "invalid link %q (want one such as ns2:veth1)", word)
	}
	return peer{end}, nil
}

func (p peer) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	if l == nil {
		return false
	}
	end, ok := l.Peer()
	return ok && end == p.end
}

func (p peer) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "The peer of %[1]s is not %[2]s.", ZhTW: "%[1]s 的另一端不是 %[2]s。"}.With(named(at), named(p.end))
}

func (p peer) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "The peer of %[1]s is still %[2]s.", ZhTW: "%[1]s 的另一端還是 %[2]s。"}.With(named(at), named(p.end))
}

// address: the link has the address.
type address struct{ prefix netip.Prefix }

func readAddress(s *sentence) (predicate, *mistake) {
	p, m := s.prefix()
	return address{p}, m
}

func (a address) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Addresses.Contains(a.prefix)
}

func (a address) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not have the address %[2]s.", ZhTW: "%[1]s 沒有位址 %[2]s。"}.With(named(at), a.prefix)
}

func (a address) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s still has the address %[2]s.", ZhTW: "%[1]s 還有位址 %[2]s。"}.With(named(at), a.prefix)
}

// mtu: the link has the MTU.
type mtu struct{ bytes int }

func readMTU(s *sentence) (predicate, *mistake) {
	n, m := s.number(state.LoMTU)
	return mtu{n}, m
}

func (u mtu) holds(w Network, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.MTU == u.bytes
}

func (u mtu) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "The MTU of %[1]s is not %[2]d.", ZhTW: "%[1]s 的 MTU 不是 %[2]d。"}.With(named(at), u.bytes)
}

func (u mtu) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "The MTU of %[1]s is still %[2]d.", ZhTW: "%[1]s 的 MTU 還是 %[2]d。"}.With(named(at), u.bytes)
}

// route: the namespace has the route; if via is zero, by any gateway or on-link.
type route struct {
	to  netip.Prefix
	via netip.Addr
}

func readDefault(s *sentence) (predicate, *mistake) {
	if !s.skip("via") {
		s.next()
		return nil, s.mistake(1, "", "missing via: has default route via ADDRESS")
	}
	via, m := s.addr()
	if m != nil {
		return nil, m
	}
	return route{netip.PrefixFrom(unspecified(via), 0), via}, nil
}

func unspecified(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

func readRoute(s *sentence) (predicate, *mistake) {
	to, m := s.prefix()
	if m != nil || !s.skip("via") {
		return route{to: to.Masked()}, m
	}
	via, m := s.addr()
	return route{to.Masked(), via}, m
}

func (r route) holds(w Network, c Check) bool {
	ns := w.State.Namespace(c.At.Namespace)
	return ns != nil && slices.ContainsFunc(ns.Routes, func(known state.Route) bool {
		return known.To == r.to && (known.Via == r.via || !r.via.IsValid())
	})
}

func (r route) String() string {
	s := r.to.String()
	if r.to.Bits() == 0 {
		s = "default"
	}
	if r.via.IsValid() {
		s += " via " + r.via.String()
	}
	return s
}

func (r route) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not have this route: %[2]s.", ZhTW: "%[1]s 沒有這條路由：%[2]s。"}.With(named(at), r.String())
}

func (r route) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s still has this route: %[2]s.", ZhTW: "%[1]s 還有這條路由：%[2]s。"}.With(named(at), r.String())
}

// setting: the sysctl has the value.
type setting struct{ key, value string }

func readSetting(s *sentence) (predicate, *mistake) {
	c := setting{key: s.next()}
	if !strings.HasPrefix(c.key, "net.") {
		return nil, s.mistake(1, "", "invalid sysctl %q (want one that begins with net.)", c.key)
	}
	if !s.skip("=") {
		return nil, s.mistake(0, "", "missing =: has sysctl KEY = VALUE")
	}
	if c.value = s.next(); c.value == "" {
		return nil, s.mistake(0, "", "missing value")
	}
	return c, nil
}

func (v setting) holds(w Network, c Check) bool {
	ns := w.State.Namespace(c.At.Namespace)
	if ns == nil {
		return false
	}
	value, known := ns.Sysctls[v.key]
	if !known {
		value, known = state.SysctlDefault(v.key)
	}
	return known && value == v.value
}

func (v setting) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "In %[1]s %[2]s is not %[3]s.", ZhTW: "%[1]s 的 %[2]s 不是 %[3]s。"}.With(named(at), v.key, v.value)
}

func (v setting) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "In %[1]s %[2]s is still %[3]s.", ZhTW: "%[1]s 的 %[2]s 還是 %[3]s。"}.With(named(at), v.key, v.value)
}

// reach: the namespace gets an answer from the address.
type reach struct {
	to   netip.Addr
	via  string
	port uint16
}

func readReach(s *sentence) (predicate, *mistake) {
	to, m := s.addr()
	if m != nil {
		return nil, m
	}
	r := reach{to: to, via: "icmp"}
	if !s.more() {
		return r, nil
	}
	r.via = s.next()
	if !slices.Contains([]string{"tcp", "udp", "http"}, r.via) {
		return nil, s.mistake(1, "", "unknown protocol %q (want tcp, udp or http)", r.via)
	}
	n, m := s.number(1<<16 - 1)
	r.port = uint16(n)
	return r, m
}

func (r reach) holds(w Network, c Check) bool {
	if c.At.Namespace != state.Host && w.State.Namespace(c.At.Namespace) == nil {
		return false
	}
	return w.Reaches(Probe{From: c.At.Namespace, To: r.to, Via: r.via, Port: r.port})
}

func (r reach) target() string {
	if r.port == 0 {
		return r.to.String()
	}
	return netip.AddrPortFrom(r.to, r.port).String() + " (" + r.via + ")"
}

func (r reach) unmet(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not reach %[2]s.", ZhTW: "%[1]s 還連不到 %[2]s。"}.With(named(at), r.target())
}

func (r reach) unmetNot(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s reaches %[2]s, and should not.", ZhTW: "%[1]s 連得到 %[2]s，但不應該連得到。"}.With(named(at), r.target())
}
