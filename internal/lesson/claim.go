package lesson

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// place names a namespace or link within a sentence.
func place(e state.Endpoint) words.Text {
	ns := words.Both(e.Namespace)
	if e.Namespace == state.Host {
		ns = words.Text{En: "the host", ZhTW: "主機"}
	}
	if e.Link == "" {
		return ns
	}
	return words.Text{En: "%[2]s in %[1]s", ZhTW: "%[1]s 的 %[2]s"}.With(ns, e.Link)
}

// exists claims that a namespace or link is there.
type exists struct{}

func (exists) holds(w World, c Check) bool {
	if c.At.Link == "" {
		return c.At.Namespace == state.Host || w.State.Namespace(c.At.Namespace) != nil
	}
	return w.State.Link(c.At) != nil
}

func (exists) missing(at state.Endpoint) words.Text {
	if at.Link == "" {
		return words.Text{En: "There is no namespace %s.", ZhTW: "沒有 %s 這個命名空間。"}.With(at.Namespace)
	}
	return words.Text{En: "There is no %s.", ZhTW: "找不到%s。"}.With(place(at))
}

func (exists) still(at state.Endpoint) words.Text {
	if at.Link == "" {
		return words.Text{En: "The namespace %s is still there.", ZhTW: "命名空間 %s 還在。"}.With(at.Namespace)
	}
	return words.Text{En: "%s is still there.", ZhTW: "%s 還在。"}.With(place(at))
}

// up claims that a link is switched on.
type up struct{}

// A link that is not there is neither up nor down.
func (up) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	if l == nil {
		return c.Not
	}
	return l.Up
}

func (up) missing(at state.Endpoint) words.Text {
	return words.Text{En: "%s is not up.", ZhTW: "%s 還沒啟用（UP）。"}.With(place(at))
}

func (up) still(at state.Endpoint) words.Text {
	return words.Text{En: "%s should be there, and down.", ZhTW: "%s 應該要在，而且是停用（DOWN）的。"}.With(place(at))
}

// bridge claims that a link is one.
type bridge struct{}

func (bridge) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Kind.Traits().Forwards
}

func (bridge) missing(at state.Endpoint) words.Text {
	return words.Text{En: "There is no bridge %s.", ZhTW: "找不到橋接器：%s。"}.With(place(at))
}

func (bridge) still(at state.Endpoint) words.Text {
	return words.Text{En: "%s is a bridge.", ZhTW: "%s 是橋接器。"}.With(place(at))
}

// port claims that a link is a port of a bridge.
type port struct{ bridge string }

func readPort(s *sentence) (claim, *mistake) {
	name := s.next()
	if name == "" {
		return nil, s.wrong(0, "", "of which bridge?")
	}
	return port{name}, nil
}

func (p port) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Master == p.bridge
}

func (p port) missing(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s is no port of the bridge %[2]s.", ZhTW: "%[1]s 還沒接到橋接器 %[2]s 上。"}.With(place(at), p.bridge)
}

func (p port) still(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s is still a port of %[2]s.", ZhTW: "%[1]s 還接在橋接器 %[2]s 上。"}.With(place(at), p.bridge)
}

// peer claims that a link is joined to another.
type peer struct{ end state.Endpoint }

func readPeer(s *sentence) (claim, *mistake) {
	word := s.next()
	end, ok := endpoint(word)
	if !ok || end.Link == "" {
		return nil, s.wrong(1, "", "%q is no link, such as ns2:veth1", word)
	}
	return peer{end}, nil
}

func (p peer) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	if l == nil {
		return false
	}
	end, ok := l.Peer()
	return ok && end == p.end
}

func (p peer) missing(at state.Endpoint) words.Text {
	return words.Text{En: "The other end of %[1]s is not %[2]s.", ZhTW: "%[1]s 的另一端不是 %[2]s。"}.With(place(at), place(p.end))
}

func (p peer) still(at state.Endpoint) words.Text {
	return words.Text{En: "The other end of %[1]s is still %[2]s.", ZhTW: "%[1]s 的另一端還是 %[2]s。"}.With(place(at), place(p.end))
}

// address claims that a link has an address.
type address struct{ prefix netip.Prefix }

func readAddress(s *sentence) (claim, *mistake) {
	p, m := s.prefix()
	return address{p}, m
}

func (a address) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.Addresses.Contains(a.prefix)
}

func (a address) missing(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not have the address %[2]s.", ZhTW: "%[1]s 沒有位址 %[2]s。"}.With(place(at), a.prefix)
}

func (a address) still(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s still has the address %[2]s.", ZhTW: "%[1]s 還有位址 %[2]s。"}.With(place(at), a.prefix)
}

// mtu claims how long packets through a link may be.
type mtu struct{ bytes int }

func readMTU(s *sentence) (claim, *mistake) {
	n, m := s.number(state.LoMTU)
	return mtu{n}, m
}

func (u mtu) holds(w World, c Check) bool {
	l := w.State.Link(c.At)
	return l != nil && l.MTU == u.bytes
}

func (u mtu) missing(at state.Endpoint) words.Text {
	return words.Text{En: "The MTU of %[1]s is not %[2]d.", ZhTW: "%[1]s 的 MTU 不是 %[2]d。"}.With(place(at), u.bytes)
}

func (u mtu) still(at state.Endpoint) words.Text {
	return words.Text{En: "The MTU of %[1]s is still %[2]d.", ZhTW: "%[1]s 的 MTU 還是 %[2]d。"}.With(place(at), u.bytes)
}

// route claims that a namespace knows a way. Without via any way will do.
type route struct {
	to  netip.Prefix
	via netip.Addr
}

func readDefault(s *sentence) (claim, *mistake) {
	if !s.skip("via") {
		s.next()
		return nil, s.wrong(1, "", "via whom? has default route via ADDRESS")
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

func readRoute(s *sentence) (claim, *mistake) {
	to, m := s.prefix()
	if m != nil || !s.skip("via") {
		return route{to: to.Masked()}, m
	}
	via, m := s.addr()
	return route{to.Masked(), via}, m
}

func (r route) holds(w World, c Check) bool {
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

func (r route) missing(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not have this route: %[2]s.", ZhTW: "%[1]s 沒有這條路由：%[2]s。"}.With(place(at), r.String())
}

func (r route) still(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s still has this route: %[2]s.", ZhTW: "%[1]s 還有這條路由：%[2]s。"}.With(place(at), r.String())
}

// setting claims what a sysctl is.
type setting struct{ key, value string }

func readSetting(s *sentence) (claim, *mistake) {
	c := setting{key: s.next()}
	if !strings.HasPrefix(c.key, "net.") {
		return nil, s.wrong(1, "", "%q is no setting of a network: they begin with net.", c.key)
	}
	if !s.skip("=") {
		return nil, s.wrong(0, "", "has sysctl KEY = VALUE")
	}
	if c.value = s.next(); c.value == "" {
		return nil, s.wrong(0, "", "which value?")
	}
	return c, nil
}

func (v setting) holds(w World, c Check) bool {
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

func (v setting) missing(at state.Endpoint) words.Text {
	return words.Text{En: "In %[1]s %[2]s is not %[3]s.", ZhTW: "%[1]s 的 %[2]s 不是 %[3]s。"}.With(place(at), v.key, v.value)
}

func (v setting) still(at state.Endpoint) words.Text {
	return words.Text{En: "In %[1]s %[2]s is still %[3]s.", ZhTW: "%[1]s 的 %[2]s 還是 %[3]s。"}.With(place(at), v.key, v.value)
}

// reach claims that packets get there and back.
type reach struct {
	to   netip.Addr
	via  string
	port uint16
}

func readReach(s *sentence) (claim, *mistake) {
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
		return nil, s.wrong(1, "it is tcp, udp or http", "%q is no protocol to ask by", r.via)
	}
	n, m := s.number(1<<16 - 1)
	r.port = uint16(n)
	return r, m
}

func (r reach) holds(w World, c Check) bool {
	if c.At.Namespace != state.Host && w.State.Namespace(c.At.Namespace) == nil {
		return false
	}
	return w.Reach(Reach{From: c.At.Namespace, To: r.to, Via: r.via, Port: r.port})
}

func (r reach) target() string {
	if r.port == 0 {
		return r.to.String()
	}
	return netip.AddrPortFrom(r.to, r.port).String() + " (" + r.via + ")"
}

func (r reach) missing(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s does not reach %[2]s.", ZhTW: "%[1]s 還連不到 %[2]s。"}.With(place(at), r.target())
}

func (r reach) still(at state.Endpoint) words.Text {
	return words.Text{En: "%[1]s reaches %[2]s, and should not.", ZhTW: "%[1]s 連得到 %[2]s，但不應該連得到。"}.With(place(at), r.target())
}
