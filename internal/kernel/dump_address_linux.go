package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// decodeAddress reads the body of an RTM_NEWADDR.
func decodeAddress(body []byte) (dump.Address, bool) {
	if len(body) < unix.SizeofIfAddrmsg {
		return dump.Address{}, false
	}
	d := dump.Address{
		Index: int(native.Uint32(body[4:])), Flags: uint32(body[2]), Scope: body[3],
		Valid: dump.Forever, Preferred: dump.Forever,
	}
	var local, address netip.Addr
	list := attributes(body[unix.SizeofIfAddrmsg:])
	d.Other = addressUses.others(list)
	for _, a := range list {
		switch a.typ {
		case unix.IFA_LOCAL:
			local = a.addr()
		case unix.IFA_ADDRESS:
			address = a.addr()
		case unix.IFA_BROADCAST:
			d.Broadcast = a.addr()
		case unix.IFA_LABEL:
			d.Label = a.text()
		case unix.IFA_FLAGS:
			d.Flags = a.u32()
		case unix.IFA_RT_PRIORITY:
			d.Metric = a.u32()
		case ifaProto:
			d.Protocol = a.u8()
		case unix.IFA_CACHEINFO: // struct ifa_cacheinfo
			if len(a.data) >= 8 {
				d.Preferred, d.Valid = native.Uint32(a.data), native.Uint32(a.data[4:])
			}
		}
	}
	if !local.IsValid() {
		local = address // IPv6 has no IFA_LOCAL where there is no peer
	}
	if address != local {
		d.Peer = address
	}
	d.Prefix = netip.PrefixFrom(local, int(body[1]))
	return d, d.Prefix.IsValid()
}
