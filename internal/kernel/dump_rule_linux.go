package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// decodeRule reads the body of an RTM_NEWRULE: a struct fib_rule_hdr, which is as
// large as a struct rtmsg, and attributes. False: it is neither an IPv4 nor an IPv6 rule.
func decodeRule(body []byte) (dump.Rule, bool) {
	if len(body) < unix.SizeofRtMsg {
		return dump.Rule{}, false
	}
	if _, ok := unspecified(body[0]); !ok {
		return dump.Rule{}, false
	}
	r := dump.Rule{
		Family: body[0], TOS: body[3], Table: uint32(body[4]), Action: body[7],
		Not: native.Uint32(body[8:])&unix.FIB_RULE_INVERT != 0,
	}
	list := attributes(body[unix.SizeofRtMsg:])
	r.Other = ruleUses.others(list)
	for _, a := range list {
		switch a.typ {
		case unix.FRA_DST:
			r.To = netip.PrefixFrom(a.addr(), int(body[1]))
		case unix.FRA_SRC:
			r.From = netip.PrefixFrom(a.addr(), int(body[2]))
		case unix.FRA_IIFNAME:
			r.In = a.text()
		case unix.FRA_OIFNAME:
			r.Out = a.text()
		case unix.FRA_PRIORITY:
			r.Priority = a.u32()
		case unix.FRA_FWMARK:
			r.Mark = a.u32()
		case unix.FRA_FWMASK:
			r.Mask = a.u32()
		case unix.FRA_TABLE:
			r.Table = a.u32()
		}
	}
	return r, true
}
