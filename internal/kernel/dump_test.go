//go:build linux

package kernel

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// body returns the bytes that write appends.
func body(write func(*batch)) []byte {
	var b batch
	write(&b)
	return b.buf
}

func big16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func big32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func raw16(v uint16) []byte { return native.AppendUint16(nil, v) }
func raw32(v uint32) []byte { return native.AppendUint32(nil, v) }
func ip(s string) []byte    { return netip.MustParseAddr(s).AsSlice() }

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDecodeLink(t *testing.T) {
	got, ok := decodeLink(body(func(b *batch) {
		b.ifinfo(7, uint32(dump.Up|dump.LowerUp), 0)
		native.PutUint16(b.buf[2:], unix.ARPHRD_ETHER)
		b.text(unix.IFLA_IFNAME, "eth0")
		b.attr(unix.IFLA_ADDRESS, []byte{2, 0, 0, 0, 0, 1})
		b.attr(unix.IFLA_BROADCAST, []byte{255, 255, 255, 255, 255, 255})
		b.u8(unix.IFLA_OPERSTATE, 6)
		b.u8(unix.IFLA_LINKMODE, 1)
		for typ, v := range map[uint16]uint32{
			unix.IFLA_MTU: 1400, unix.IFLA_MIN_MTU: 68, unix.IFLA_MAX_MTU: 65535, unix.IFLA_MASTER: 3, unix.IFLA_LINK: 8,
			unix.IFLA_LINK_NETNSID: 0, unix.IFLA_TXQLEN: 1000, unix.IFLA_GROUP: 5, unix.IFLA_PROMISCUITY: 1, unix.IFLA_ALLMULTI: 2,
			unix.IFLA_NUM_TX_QUEUES: 4, unix.IFLA_NUM_RX_QUEUES: 9, unix.IFLA_GSO_MAX_SIZE: 11, unix.IFLA_GSO_MAX_SEGS: 12, unix.IFLA_TSO_MAX_SIZE: 13,
			unix.IFLA_TSO_MAX_SEGS: 14, unix.IFLA_GRO_MAX_SIZE: 15, unix.IFLA_GSO_IPV4_MAX_SIZE: 16, unix.IFLA_GRO_IPV4_MAX_SIZE: 17,
		} {
			b.u32(typ, v)
		}
		b.text(unix.IFLA_QDISC, "noqueue")
		b.text(unix.IFLA_IFALIAS, "an alias")
		b.text(unix.IFLA_PARENT_DEV_NAME, "0000:00:03.0")
		b.text(unix.IFLA_PARENT_DEV_BUS_NAME, "pci")
		b.nest(unix.IFLA_PROP_LIST|unix.NLA_F_NESTED, func() {
			b.text(unix.IFLA_ALT_IFNAME, "enp3s0")
			b.text(unix.IFLA_ALT_IFNAME, "to-the-switch")
		})
		b.nest(unix.IFLA_AF_SPEC, func() {
			b.nest(unix.AF_INET, func() {})
			b.nest(unix.AF_INET6, func() { b.u8(iflaInet6AddrGenMode, 3) })
		})
		b.attr(unix.IFLA_STATS64, body(func(b *batch) {
			for i := range 25 {
				native.PutUint64(b.zeros(8), uint64(100+i))
			}
		}))
		b.nest(unix.IFLA_LINKINFO, func() {
			b.text(unix.IFLA_INFO_KIND, "veth")
			b.text(unix.IFLA_INFO_SLAVE_KIND, "bridge")
			b.nest(unix.IFLA_INFO_SLAVE_DATA, func() {
				b.u8(unix.IFLA_BRPORT_STATE, 3)
				b.attr(unix.IFLA_BRPORT_PRIORITY, raw16(32))
				b.u32(unix.IFLA_BRPORT_COST, 2)
				for _, yes := range []uint16{
					unix.IFLA_BRPORT_MODE, unix.IFLA_BRPORT_LEARNING, unix.IFLA_BRPORT_ISOLATED, unix.IFLA_BRPORT_LOCKED, unix.IFLA_BRPORT_PROXYARP,
				} {
					b.u8(yes, 1)
				}
				for _, no := range []uint16{
					unix.IFLA_BRPORT_GUARD, unix.IFLA_BRPORT_PROTECT, unix.IFLA_BRPORT_UNICAST_FLOOD, unix.IFLA_BRPORT_BCAST_FLOOD,
				} {
					b.u8(no, 0)
				}
				b.attr(unix.IFLA_BRPORT_NO, raw16(1))
				b.attr(unix.IFLA_BRPORT_GROUP_FWD_MASK, raw16(8))
			})
		})
	}))
	want := dump.Link{
		Index: 7, Name: "eth0", Kind: "veth", Type: 1, Flags: dump.Up | dump.LowerUp, OperState: "up", Mode: 1,
		Port: &dump.Port{
			State: 3, Priority: 32, Cost: 2, Hairpin: true, Learning: true, Isolated: true, Number: 1, Locked: true, ProxyARP: true,
			MulticastFlood: true /* as older kernels, that do not say */, GroupForwardMask: 8,
		},
		Address: dump.HWAddr{2, 0, 0, 0, 0, 1}, Broadcast: dump.HWAddr{255, 255, 255, 255, 255, 255},
		MTU: 1400, MinMTU: 68, MaxMTU: 65535, Master: 3, Parent: 8, ParentNetns: new(int32), TxQueueLen: 1000, Group: 5,
		Promiscuity: 1, AllMulti: new(2), TxQueues: 4, RxQueues: 9, GSOMaxSize: 11, GSOMaxSegs: 12, TSOMaxSize: 13, TSOMaxSegs: 14,
		GROMaxSize: 15, GSOIPv4MaxSize: 16, GROIPv4MaxSize: 17, Qdisc: "noqueue", Alias: "an alias",
		ParentDevice: "0000:00:03.0", ParentBus: "pci", AltNames: []string{"enp3s0", "to-the-switch"}, AddrGenMode: 3,
		Stats: &dump.Stats{
			RxPackets: 100, TxPackets: 101, RxBytes: 102, TxBytes: 103, RxErrors: 104, TxErrors: 105, RxDropped: 106, TxDropped: 107,
			Multicast: 108, Collision: 109, RxMissed: 115, TxCarrier: 117,
		},
	}
	if !ok {
		t.Error("refused")
	}
	same(t, got, want)
}

func TestDecodeKind(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	gre := func(b *batch) {
		b.attr(2, big16(0x2000))
		b.attr(4, big32(9))
		b.attr(iflaGRELocal, ip("0.0.0.0"))
		b.attr(iflaGRERemote, ip("192.0.2.1"))
		b.u8(8, 64)
	}
	for _, c := range []struct {
		kind string
		data func(*batch)
		want dump.Info
	}{
		{"veth", func(*batch) {}, nil},
		{"bridge", func(b *batch) {
			b.u32(unix.IFLA_BR_FORWARD_DELAY, 1500)
			b.u32(unix.IFLA_BR_HELLO_TIME, 200)
			b.u32(unix.IFLA_BR_MAX_AGE, 2000)
			b.u32(unix.IFLA_BR_AGEING_TIME, 30000)
			b.u32(unix.IFLA_BR_STP_STATE, 1)
			b.attr(unix.IFLA_BR_PRIORITY, raw16(32768))
			b.u8(unix.IFLA_BR_VLAN_FILTERING, 1)
			b.attr(unix.IFLA_BR_GROUP_FWD_MASK, raw16(0x4000))
			b.attr(unix.IFLA_BR_MULTI_BOOLOPT, append(raw32(1), raw32(0xff)...))
			b.attr(unix.IFLA_BR_BRIDGE_ID, []byte{0x80, 0, 2, 0, 0, 0, 0, 0x1f})
		}, dump.Bridge{
			STP: true, ForwardDelay: 1500, HelloTime: 200, MaxAge: 2000, AgeingTime: 30000, Priority: 32768,
			VLANFiltering: true, ID: "8000.2:0:0:0:0:1f", GroupForwardMask: 0x4000, NoLinkLocalLearn: true,
		}},
		{"vlan", func(b *batch) {
			b.attr(unix.IFLA_VLAN_ID, raw16(42))
			b.attr(unix.IFLA_VLAN_PROTOCOL, big16(0x88a8))
		}, dump.VLAN{ID: 42, Protocol: 0x88a8}},
		{"vxlan", func(b *batch) {
			b.u32(unix.IFLA_VXLAN_ID, 7)
			b.u32(unix.IFLA_VXLAN_LINK, 3)
			b.attr(unix.IFLA_VXLAN_LOCAL, ip("192.0.2.1"))
			b.attr(unix.IFLA_VXLAN_GROUP6, ip("2001:db8::1"))
			b.attr(unix.IFLA_VXLAN_PORT, big16(4789))
		}, dump.VXLAN{ID: 7, Device: 3, Local: v4, Remote: v6, Port: 4789}},
		{"macvlan", func(b *batch) { b.u32(unix.IFLA_MACVLAN_MODE, 4) }, dump.Macvlan{Mode: "bridge"}},
		{"macvlan", func(b *batch) {
			b.u32(unix.IFLA_MACVLAN_MODE, 16)
			b.attr(unix.IFLA_MACVLAN_FLAGS, raw16(1|2))
			b.u32(unix.IFLA_MACVLAN_BC_QUEUE_LEN, 0)
			b.u32(unix.IFLA_MACVLAN_BC_QUEUE_LEN_USED, 1000)
			b.nest(unix.IFLA_MACVLAN_MACADDR_DATA, func() { b.attr(unix.IFLA_MACVLAN_MACADDR, []byte{2, 0, 0, 0, 0, 1}) })
		}, dump.Macvlan{
			Mode: "source", NoPromisc: true, NoDst: true, BCQueueLen: new(0), BCQueueLenUsed: new(1000),
			Sources: []dump.HWAddr{{2, 0, 0, 0, 0, 1}},
		}},
		{"macvtap", func(b *batch) { b.u32(unix.IFLA_MACVLAN_MODE, 2) }, dump.Macvlan{Tap: true, Mode: "vepa"}},
		{"ipvlan", func(b *batch) { b.attr(unix.IFLA_IPVLAN_MODE, raw16(2)) }, dump.IPVlan{Mode: "l3s"}},
		{"ipvlan", func(b *batch) { b.attr(unix.IFLA_IPVLAN_FLAGS, raw16(1)) }, dump.IPVlan{Flag: "private"}},
		{"ipvlan", func(b *batch) { b.attr(unix.IFLA_IPVLAN_FLAGS, raw16(2)) }, dump.IPVlan{Flag: "vepa"}},
		{"sit", func(b *batch) {
			b.attr(2, ip("192.0.2.1"))
			b.attr(3, ip("0.0.0.0"))
			b.u8(4, 64)
		}, dump.Tunnel{Name: "sit", Local: v4, TTL: 64}},
		{"ip6tnl", func(b *batch) { b.attr(3, ip("2001:db8::1")) }, dump.Tunnel{Name: "ip6tnl", Remote: v6}},
		{"gre", gre, dump.Tunnel{Name: "gre", Remote: v4, TTL: 64, Key: 9}},
		{"gretap", func(b *batch) { b.attr(4, big32(9)) }, dump.Tunnel{Name: "gretap"}},
		{"vti", func(b *batch) {
			b.attr(2, big32(5))
			b.attr(4, ip("192.0.2.1"))
		}, dump.Tunnel{Name: "vti", Key: 5, Local: v4}},
		{"geneve", func(b *batch) {
			b.u32(unix.IFLA_GENEVE_ID, 6)
			b.attr(unix.IFLA_GENEVE_REMOTE6, ip("2001:db8::1"))
			b.u8(unix.IFLA_GENEVE_TTL, 3)
		}, dump.Tunnel{Name: "geneve", Key: 6, Remote: v6, TTL: 3}},
		{"tun", func(b *batch) { b.u8(unix.IFLA_TUN_TYPE, 2) }, dump.Tun{Tap: true}},
		{"tun", func(b *batch) { b.u8(unix.IFLA_TUN_TYPE, 1) }, dump.Tun{}},
	} {
		data := body(c.data)
		got := decodeKind(c.kind, attributes(data))
		clear(data) // as the next message does, in the same buffer
		same(t, got, c.want)
		if got != nil && got.Kind() != c.kind {
			t.Errorf("%s has the kind %s", c.kind, got.Kind())
		}
	}
}

func TestDecodeAddress(t *testing.T) {
	plain, _ := decodeAddress(body(func(b *batch) { b.address(7, netip.MustParsePrefix("fd00::1/64")) }))
	same(t, plain, dump.Address{
		Index: 7, Prefix: netip.MustParsePrefix("fd00::1/64"), Flags: unix.IFA_F_NODAD, Valid: dump.Forever, Preferred: dump.Forever,
	})
	full, ok := decodeAddress(body(func(b *batch) {
		h := b.zeros(unix.SizeofIfAddrmsg)
		h[0], h[1], h[2], h[3] = unix.AF_INET, 24, 1, unix.RT_SCOPE_LINK
		native.PutUint32(h[4:], 9)
		b.attr(unix.IFA_ADDRESS, ip("10.0.0.2"))
		b.attr(unix.IFA_LOCAL, ip("10.0.0.1"))
		b.attr(unix.IFA_BROADCAST, ip("10.0.0.255"))
		b.text(unix.IFA_LABEL, "eth0:1")
		b.u32(unix.IFA_FLAGS, 0x281)
		b.u32(unix.IFA_RT_PRIORITY, 50)
		b.u8(ifaProto, 3)
		b.attr(unix.IFA_CACHEINFO, words(10, 20, 1, 2))
	}))
	same(t, full, dump.Address{
		Index: 9, Prefix: netip.MustParsePrefix("10.0.0.1/24"), Peer: netip.MustParseAddr("10.0.0.2"),
		Broadcast: netip.MustParseAddr("10.0.0.255"), Label: "eth0:1", Scope: 253, Flags: 0x281, Protocol: 3, Metric: 50,
		Preferred: 10, Valid: 20,
	})
	if !ok {
		t.Error("refused")
	}
}

// routeHead writes a struct rtmsg, or the struct fib_rule_hdr of the same size.
func routeHead(b *batch, flags uint32, bytes ...byte) {
	h := b.zeros(unix.SizeofRtMsg)
	copy(h, bytes)
	native.PutUint32(h[8:], flags)
}

func TestDecodeRoute(t *testing.T) {
	got, ok := decodeRoute(body(func(b *batch) {
		routeHead(b, 16, unix.AF_INET, 16, 0, 8, 252, unix.RTPROT_STATIC, unix.RT_SCOPE_LINK, unix.RTN_UNICAST)
		b.attr(unix.RTA_DST, ip("10.1.0.0"))
		b.attr(unix.RTA_PREFSRC, ip("10.0.0.1"))
		b.attr(unix.RTA_VIA, append(raw16(unix.AF_INET6), ip("fe80::1")...))
		b.u32(unix.RTA_OIF, 7)
		b.u32(unix.RTA_TABLE, 1000)
		b.u32(unix.RTA_PRIORITY, 5)
		b.u8(unix.RTA_PREF, 1)
		b.nest(unix.RTA_METRICS, func() { b.u32(unix.RTAX_MTU, 1300) })
		b.attr(unix.RTA_CACHEINFO, words(0, 0, 4200, 0, 0, 0, 0, 0))
	}))
	same(t, got, dump.Route{
		To: netip.MustParsePrefix("10.1.0.0/16"), Via: netip.MustParseAddr("fe80::1"), Index: 7, Source: netip.MustParseAddr("10.0.0.1"),
		Table: 1000, Protocol: 4, Scope: 253, Type: 1, TOS: 8, Metric: 5, MTU: 1300, Expires: 42, Pref: 1, Flags: 16,
	})
	if !ok {
		t.Error("refused")
	}
	several, _ := decodeRoute(body(func(b *batch) {
		routeHead(b, 0, unix.AF_INET6, 0, 32, 0, 254, 3, 0, 1)
		b.attr(unix.RTA_SRC, ip("2001:db8::"))
		b.nest(unix.RTA_MULTIPATH, func() {
			for i := range 2 {
				start := len(b.buf)
				h := b.zeros(unix.SizeofRtNexthop)
				h[2], h[3] = byte(i), byte(i*4)
				native.PutUint32(h[4:], uint32(20+i))
				b.attr(unix.RTA_GATEWAY, ip("fd00::1"))
				native.PutUint16(b.buf[start:], uint16(len(b.buf)-start))
			}
		})
	}))
	via := netip.MustParseAddr("fd00::1")
	same(t, several, dump.Route{
		To: netip.MustParsePrefix("::/0"), From: netip.MustParsePrefix("2001:db8::/32"), Table: 254, Protocol: 3, Type: 1,
		Hops: []dump.Hop{{Via: via, Index: 20, Weight: 1}, {Via: via, Index: 21, Weight: 5, Flags: 1}},
	})
	if _, ok := decodeRoute(body(func(b *batch) { routeHead(b, unix.RTM_F_CLONED, unix.AF_INET6) })); ok {
		t.Error("a cached route (RTM_F_CLONED) is decoded as a route")
	}
}

func TestDecodeRule(t *testing.T) {
	got, ok := decodeRule(body(func(b *batch) {
		routeHead(b, unix.FIB_RULE_INVERT, unix.AF_INET, 24, 8, 16, 252, 0, 0, unix.FR_ACT_TO_TBL)
		b.attr(unix.FRA_DST, ip("10.2.0.0"))
		b.attr(unix.FRA_SRC, ip("10.0.0.0"))
		b.text(unix.FRA_IIFNAME, "eth0")
		b.text(unix.FRA_OIFNAME, "eth1")
		b.u32(unix.FRA_PRIORITY, 100)
		b.u32(unix.FRA_FWMARK, 1)
		b.u32(unix.FRA_FWMASK, 255)
		b.u32(unix.FRA_TABLE, 1000)
	}))
	same(t, got, dump.Rule{
		Family: 2, Priority: 100, Not: true, From: netip.MustParsePrefix("10.0.0.0/8"), To: netip.MustParsePrefix("10.2.0.0/24"),
		In: "eth0", Out: "eth1", TOS: 16, Mark: 1, Mask: 255, Table: 1000, Action: 1,
	})
	if !ok {
		t.Error("refused")
	}
}

func TestDecodeNeighbour(t *testing.T) {
	head := func(b *batch, family byte) {
		h := b.zeros(unix.SizeofNdMsg)
		h[0], h[4], h[8], h[10] = family, 7, unix.NUD_STALE, unix.NTF_ROUTER|unix.NTF_PROXY
	}
	got, ok := decodeNeighbour(body(func(b *batch) {
		head(b, unix.AF_INET6)
		b.attr(unix.NDA_DST, ip("fd00::1"))
		b.attr(unix.NDA_LLADDR, []byte{2, 0, 0, 0, 0, 1})
	}))
	same(t, got, dump.Neighbour{
		Index: 7, To: netip.MustParseAddr("fd00::1"), Address: dump.HWAddr{2, 0, 0, 0, 0, 1}, State: 4, Flags: 0x88, Proxy: true,
	})
	if !ok {
		t.Error("refused")
	}
	if _, ok := decodeNeighbour(body(func(b *batch) { head(b, unix.AF_BRIDGE) })); ok {
		t.Error("an FDB entry is decoded as a neighbour")
	}
}

// TestDecodeOwnMessages decodes messages that are encoded for Ops.
func TestDecodeOwnMessages(t *testing.T) {
	got, _ := decodeLink(body(func(b *batch) {
		b.newLink("br0", 9, [6]byte{2, 0, 0, 0, 0, 9}, 1400)
		b.kindInfo("bridge", func() { b.bridgeChange(state.BridgeChange{STP: new(true), ForwardDelay: new(400)}) })
	}))
	same(t, got, dump.Link{
		Index: 9, Name: "br0", Kind: "bridge", Info: dump.Bridge{STP: true, ForwardDelay: 400}, MTU: 1400, OperState: "unknown",
		Address: dump.HWAddr{2, 0, 0, 0, 0, 9}, AddrGenMode: -1,
	})
}

func TestDecodeFDBEntry(t *testing.T) {
	message := func(family uint8, attributes func(*batch)) []byte {
		return body(func(b *batch) {
			h := b.zeros(unix.SizeofNdMsg)
			h[0], h[10] = family, 0x40 // NTF_STICKY
			native.PutUint32(h[4:], 7)
			native.PutUint16(h[8:], unix.NUD_PERMANENT)
			b.attr(unix.NDA_LLADDR, []byte{2, 0, 0, 0, 0, 1})
			attributes(b)
		})
	}
	mac := dump.HWAddr{2, 0, 0, 0, 0, 1}
	got, ok := decodeFDBEntry(message(unix.AF_BRIDGE, func(b *batch) {
		b.u32(unix.NDA_MASTER, 3)
		b.attr(unix.NDA_VLAN, raw16(42))
	}))
	if !ok || !got.Local() || !got.Sticky() {
		t.Errorf("%+v, %v", got, ok)
	}
	same(t, got, dump.FDBEntry{Address: mac, Index: 7, Master: 3, VLAN: 42, State: unix.NUD_PERMANENT, Flags: 0x40})
	got, ok = decodeFDBEntry(message(unix.AF_BRIDGE, func(b *batch) { b.attr(unix.NDA_DST, ip("192.0.2.1")) }))
	if !ok {
		t.Error("an entry of a VXLAN is refused")
	}
	same(t, got, dump.FDBEntry{Address: mac, Index: 7, To: netip.MustParseAddr("192.0.2.1"), State: unix.NUD_PERMANENT, Flags: 0x40})
	for name, b := range map[string][]byte{
		"an address that a device filters by": message(unix.AF_BRIDGE, func(*batch) {}),
		"a neighbour":                         message(unix.AF_INET, func(b *batch) { b.u32(unix.NDA_MASTER, 3) }),
		"less than a header":                  {unix.AF_BRIDGE},
	} {
		if e, ok := decodeFDBEntry(b); ok {
			t.Errorf("%s is decoded as an entry: %+v", name, e)
		}
	}
}
