package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// ifinfo writes a struct ifinfomsg.
func (b *batch) ifinfo(index int, flags, change uint32) {
	h := b.zeros(unix.SizeofIfInfomsg)
	native.PutUint32(h[4:], uint32(index))
	native.PutUint32(h[8:], flags)
	native.PutUint32(h[12:], change)
}

// newLink writes what every new link has, in the order of struct ifinfomsg and
// attributes. Zero values are left
// to the kernel.
func (b *batch) newLink(name string, index int, mac topo.MAC, mtu int) {
	b.ifinfo(index, 0, 0)
	if name != "" {
		b.text(unix.IFLA_IFNAME, name)
	}
	if !mac.IsZero() {
		b.attr(unix.IFLA_ADDRESS, mac[:])
	}
	if mtu != 0 {
		b.u32(unix.IFLA_MTU, uint32(mtu))
	}
}

// kindInfo writes IFLA_LINKINFO.
func (b *batch) kindInfo(kind string, data func()) {
	b.nest(unix.IFLA_LINKINFO, func() {
		b.attr(unix.IFLA_INFO_KIND, []byte(kind))
		b.nest(unix.IFLA_INFO_DATA, data)
	})
}

const createNew = unix.NLM_F_CREATE | unix.NLM_F_EXCL

func (e *encoder) delLink(op plan.DelLink) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	e.message(unix.RTM_DELLINK, 0, func() { e.ifinfo(index, 0, 0) })
	return nil
}

// setLink names a link of which the number is not known: it may be made by a
// message that goes before this one.
func (e *encoder) setLink(op plan.SetLink) (err error) {
	index, master := e.known.index(op.Link, e.op), 0
	if op.Up != nil && !*op.Up {
		if e.setDown == nil {
			e.setDown = map[state.Endpoint]bool{}
		}
		e.setDown[op.Link] = true
	}
	if op.Master != nil && *op.Master != "" {
		if master, err = e.index(state.Endpoint{Namespace: op.Link.Namespace, Link: *op.Master}); err != nil {
			return err
		}
	}
	e.message(unix.RTM_NEWLINK, 0, func() {
		e.ifinfo(index, upFlag(op.Up), unix.IFF_UP&^downMask(op.Up))
		if index == 0 {
			e.text(unix.IFLA_IFNAME, op.Link.Link)
		}
		if op.Alias != nil {
			e.text(unix.IFLA_IFALIAS, *op.Alias)
		}
		if op.Master != nil {
			e.u32(unix.IFLA_MASTER, uint32(master))
		}
		if !op.MAC.IsZero() {
			e.attr(unix.IFLA_ADDRESS, op.MAC[:])
		}
		if op.MTU != 0 {
			e.u32(unix.IFLA_MTU, uint32(op.MTU))
		}
		if op.AutoLinkLocal != nil {
			e.autoLinkLocal(*op.AutoLinkLocal)
		}
	})
	return nil
}

func upFlag(up *bool) uint32 {
	if up != nil && *up {
		return unix.IFF_UP
	}
	return 0
}

// downMask returns the bits of a change mask that are to stay untouched.
func downMask(up *bool) uint32 {
	if up == nil {
		return unix.IFF_UP
	}
	return 0
}

// Attributes below IFLA_AF_SPEC (linux/if_link.h).
const (
	iflaInet6Conf        = 2 // an array of int32
	iflaInet6AddrGenMode = 8
	iflaInetConf         = 1

	addrGenEUI64 = 0
	addrGenNone  = 1

	devconfDisableIPv6        = 26 // DEVCONF_DISABLE_IPV6 (linux/ipv6.h)
	devconfPromoteSecondaries = 20 // IPV4_DEVCONF_PROMOTE_SECONDARIES (linux/ip.h)
)

func (b *batch) autoLinkLocal(on bool) {
	mode := uint8(addrGenNone)
	if on {
		mode = addrGenEUI64
	}
	b.nest(unix.IFLA_AF_SPEC, func() {
		b.nest(unix.AF_INET6, func() { b.u8(iflaInet6AddrGenMode, mode) })
	})
}

// readLink reads the body of an RTM_NEWLINK.
func readLink(body []byte) *seenLink {
	d, ok := decodeLink(body)
	if !ok {
		return nil
	}
	l := &seenLink{
		carrier: d.Flags.Has(dump.LowerUp), noARP: d.Flags.Has(dump.NoARP), operState: d.OperState, state: d.State(),
		master: d.Master, netnsid: d.ParentNetns,
	}
	if to, ok := d.Target(-1); ok {
		l.link = to.Index
	}
	l.Index, l.Name, l.MTU, l.Alias = d.Index, d.Name, d.MTU, d.Alias
	l.Up = d.Flags.Has(dump.Up)
	// Of lo, which gets no link-local address, kernels differ in what they say.
	l.AutoLinkLocal = d.Flags.Has(dump.Loopback) || d.AddrGenMode >= 0 && d.AddrGenMode != addrGenNone
	l.genModeLeftOut = d.AddrGenMode < 0 && hasIPv6(body)
	l.ipv6Disabled = devconf(body, unix.AF_INET6, iflaInet6Conf).nth(devconfDisableIPv6) != 0
	conf := devconf(body, unix.AF_INET, iflaInetConf)
	l.promotes = conf.nth(devconfPromoteSecondaries-1) != 0
	l.blocking = numbersOfLink(conf)
	l.Kind = kindOf(d)
	if d.Port != nil || l.Kind.Traits().TakesPorts {
		kept := d
		l.bridging = &kept
	}
	if len(d.Address) == len(l.MAC) && !l.Kind.Traits().NoMAC {
		l.MAC = topo.MAC(d.Address)
	}
	return l
}

// hasIPv6 reports whether the body of an RTM_NEWLINK has attributes of IPv6.
func hasIPv6(body []byte) bool {
	_, ok := within(body[unix.SizeofIfInfomsg:], unix.IFLA_AF_SPEC, unix.AF_INET6)
	return ok
}

// devconf returns the sysctls of a link by the body of an RTM_NEWLINK: the kernel puts all
// of net.ipv4.conf.<link> and net.ipv6.conf.<link> there, as an array of 32-bit numbers
// in attribute typ of the family.
func devconf(body []byte, family, typ uint16) attribute {
	numbers, _ := within(body[unix.SizeofIfInfomsg:], unix.IFLA_AF_SPEC, family, typ)
	return numbers
}
