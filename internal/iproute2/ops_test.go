package iproute2

import (
	"math"
	"net/netip"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// ops draws Ops of any type, with names that need quoting or a keyword too.
type ops struct{ t *rapid.T }

func (o ops) op() plan.Op {
	return rapid.SampledFrom([]func() plan.Op{
		func() plan.Op { return plan.AddNamespace{Name: o.name()} },
		func() plan.Op { return plan.DelNamespace{Name: o.name()} },
		func() plan.Op { return plan.AddVeth{Ends: hostFirst([2]plan.VethEnd{o.end(), o.end()})} },
		func() plan.Op {
			e := o.end()
			return plan.AddLink{Link: e.Link, Index: e.Index, MAC: e.MAC, MTU: e.MTU, Kind: o.bridge()}
		},
		func() plan.Op {
			b := o.bridge()
			return plan.SetKind{Link: o.link(), Change: state.BridgeChange{STP: &b.STP, ForwardDelay: &b.ForwardDelay}}
		},
		func() plan.Op { return plan.SetKind{Link: o.link(), Change: state.BridgeChange{STP: new(o.bool())}} },
		func() plan.Op {
			return plan.SetKind{Link: o.link(), Change: state.BridgeChange{ForwardDelay: new(o.number())}}
		},
		o.setLink,
		func() plan.Op { return plan.MoveLink{Link: o.link(), To: at(o.namespace(), "z"+o.dotted())} },
		func() plan.Op { return plan.FlushAddresses{Link: o.link(), Family: plan.Family(o.number() % 3)} },
		func() plan.Op {
			return plan.AddVeth{Ends: [2]plan.VethEnd{{Link: at("a", "")}, {Link: at("b", o.dotted())}}}
		},
		func() plan.Op { return plan.DelLink{Link: o.link()} },
		func() plan.Op { return plan.AddAddress{Link: o.link(), Address: o.prefix(), Replace: o.bool()} },
		func() plan.Op { return plan.DelAddress{Link: o.link(), Address: o.prefix()} },
		func() plan.Op { return plan.PromoteSecondaries{Link: at(o.namespace(), o.dotted())} },
		func() plan.Op {
			return plan.AddRoute{Namespace: o.namespace(), Route: o.route(), Replace: o.bool(), Protocol: o.protocol()}
		},
		func() plan.Op {
			n := state.Neighbour{Address: o.prefix().Addr(), MAC: topo.MAC{2, 5: byte(o.number())}, Dev: o.dotted()}
			return plan.AddNeighbour{Namespace: o.namespace(), Neighbour: n, Replace: o.bool(), Protocol: o.protocol()}
		},
		func() plan.Op {
			return plan.DelNeighbour{Namespace: o.namespace(), Key: state.NeighbourKey{Address: o.prefix().Addr(), Dev: o.dotted()}}
		},
		func() plan.Op {
			return plan.DelRoute{Namespace: o.namespace(), Route: o.route(), Protocol: o.protocol()}
		},
		func() plan.Op {
			return plan.SetSysctl{Namespace: o.namespace(), Key: "net.a." + o.name(), Value: o.name()}
		},
	}).Draw(o.t, "kind")()
}

func (o ops) setLink() plan.Op {
	texts := rapid.SampledFrom([]*string{nil, new(""), new(o.name()), new("two words\n#")})
	flags := rapid.SampledFrom([]*bool{nil, new(false), new(true)})
	return plan.SetLink{
		Link:          o.link(),
		Alias:         texts.Draw(o.t, "alias"),
		Master:        texts.Draw(o.t, "master"),
		AutoLinkLocal: flags.Draw(o.t, "auto"),
		MAC:           o.mac(),
		MTU:           1 + o.number(), // an Op that changes nothing has no command
		Up:            flags.Draw(o.t, "up"),
	}
}

func (o ops) bool() bool  { return rapid.Bool().Draw(o.t, "bool") }
func (o ops) number() int { return rapid.IntRange(0, math.MaxUint16).Draw(o.t, "number") }
func (o ops) protocol() uint8 {
	return rapid.SampledFrom([]uint8{0, plan.BootProtocol, state.Protocol}).Draw(o.t, "protocol")
}

func (o ops) mac() topo.MAC { return topo.MAC{5: byte(o.number())} }

func (o ops) name() string {
	return rapid.StringMatching(`[a-zA-Z0-9_.\'"$ *-]{0,8}[a-z]`).Draw(o.t, "name")
}

// dotted draws the name of a link, often with a dot.
func (o ops) dotted() string { return rapid.StringMatching(`[a-z][a-z0-9._-]{0,9}`).Draw(o.t, "link") }

func (o ops) namespace() string {
	if rapid.IntRange(0, 3).Draw(o.t, "host") == 0 {
		return state.Host
	}
	return o.name()
}

func (o ops) link() state.Endpoint {
	if o.bool() {
		return at(o.namespace(), rapid.SampledFrom(linkKeywords()).Draw(o.t, "link"))
	}
	return at(o.namespace(), o.dotted())
}

func (o ops) end() plan.VethEnd {
	return plan.VethEnd{Link: o.link(), Index: o.number(), MAC: o.mac(), MTU: o.number()}
}

func (o ops) bridge() state.Bridge {
	return state.Bridge{STP: o.bool(), ForwardDelay: o.number()}
}

func (o ops) prefix() netip.Prefix {
	addr := netip.AddrFrom4([4]byte{10, byte(o.number()), 0, byte(o.number())})
	if o.bool() {
		addr = netip.AddrFrom16([16]byte{0: 0xfd, 9: byte(o.number()), 15: byte(o.number())})
	}
	return netip.PrefixFrom(addr, rapid.IntRange(0, addr.BitLen()).Draw(o.t, "bits"))
}

func (o ops) route() state.Route {
	gateways := []netip.Addr{{}, netip.MustParseAddr("fe80::1"), netip.MustParseAddr("10.9.9.9")}
	return state.Route{
		To:     o.prefix().Masked(),
		Via:    rapid.SampledFrom(gateways).Draw(o.t, "via"),
		Dev:    o.link().Link,
		Metric: rapid.IntRange(0, math.MaxUint32).Draw(o.t, "metric"),
	}
}
