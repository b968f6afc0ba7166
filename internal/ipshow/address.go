package ipshow

import (
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

func orAny(a netip.Addr) string {
	if !a.IsValid() || a.IsUnspecified() {
		return "any"
	}
	return a.String()
}

// addressesOf returns the addresses of a link that the query selects.
func (q *Query) addressesOf(ns *dump.Namespace, l *dump.Link) []dump.Address {
	var list []dump.Address
	for _, a := range ns.AddressesOf(l.Index) {
		if q.family.Has(a.Prefix) {
			list = append(list, a)
		}
	}
	return list
}

func (q *Query) addressInfo(addresses []dump.Address) fields {
	list := []fields{}
	for _, a := range addresses {
		list = append(list, q.address(a))
	}
	var fs fields
	fs.know("addr_info", list)
	for _, a := range list {
		fs.say(a.text())
	}
	return fs
}

// addressLines shows each address on a line of its own, which names the link.
func (q *Query) addressLines(l *dump.Link, addresses []dump.Address) fields {
	list := []fields{}
	var fs fields
	for _, a := range addresses {
		line := append(fields{{"index", l.Index, fmt.Sprintf("%d: ", l.Index)}, {"dev", l.Name, l.Name}}, q.address(a)...)
		fs.say(line.text())
		list = append(list, line)
	}
	fs.know("addr_info", list)
	return fs
}

// addressFlags are IFA_F_* by ip's words, in its order.
var addressFlags = []struct {
	bit    uint32
	v4, v6 string
}{
	{0x01, "secondary", "temporary"},
	{0x02, "nodad", "nodad"},
	{0x04, "optimistic", "optimistic"},
	{0x08, "dadfailed", "dadfailed"},
	{0x10, "home", "home"},
	{0x20, "deprecated", "deprecated"},
	{0x40, "tentative", "tentative"},
	{permanent, "", ""}, // printed as "dynamic" if unset
	{0x100, "mngtmpaddr", "mngtmpaddr"},
	{0x200, "noprefixroute", "noprefixroute"},
	{0x400, "autojoin", "autojoin"},
	{0x800, "stable-privacy", "stable-privacy"},
}

// permanent is IFA_F_PERMANENT: not from DHCP or an advertisement.
const permanent = 0x80

func (q *Query) address(a dump.Address) fields {
	family := familyName(a.Prefix.Addr())
	fs := fields{{"family", family, "    " + family + " "}}
	fs = append(fs, prefixFields(a)...)
	if a.Broadcast.IsValid() {
		fs.word("broadcast", "brd", a.Broadcast.String())
	}
	fs.word("scope", "scope", scopeName(a.Scope))
	for _, f := range addressFlags {
		name, has := f.v4, a.Flags&f.bit != 0
		if a.Prefix.Addr().Is6() {
			name = f.v6
		}
		if f.bit == permanent {
			name, has = "dynamic", !has
		}
		if has {
			fs.add(name, true, name+" ")
		}
	}
	if a.Label != "" {
		fs.add("label", a.Label, a.Label)
	}
	fs.say(q.newline() + "       ")
	fs.add("valid_life_time", a.Valid, "valid_lft "+lifetime(a.Valid))
	fs.add("preferred_life_time", a.Preferred, " preferred_lft "+lifetime(a.Preferred))
	fs.say("\n")
	return fs
}

func familyName(a netip.Addr) string {
	if a.Is4() {
		return "inet"
	}
	return "inet6"
}

func prefixFields(a dump.Address) fields {
	var fs fields
	text := a.Prefix.Addr().String()
	fs.know("local", text)
	if a.Peer.IsValid() {
		fs.know("address", a.Peer.String())
		text += " peer " + a.Peer.String()
	}
	fs.add("prefixlen", a.Prefix.Bits(), fmt.Sprintf("%s/%d ", text, a.Prefix.Bits()))
	if a.Metric != 0 {
		fs.add("metric", a.Metric, fmt.Sprintf("metric %d ", a.Metric))
	}
	return fs
}

func scopeName(n uint8) string {
	if name, ok := map[uint8]string{0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}[n]; ok {
		return name
	}
	return fmt.Sprint(n)
}

func lifetime(seconds uint32) string {
	if seconds == dump.Forever {
		return "forever"
	}
	return fmt.Sprintf("%dsec", seconds)
}
