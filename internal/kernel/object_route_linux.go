package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// nexthops reads next hop objects (ip-nexthop(8), linux/nexthop.h).
func (c *conn) nexthops() ([]dump.Object, error) {
	const sizeofNhmsg = 8
	return c.dumpObjects(unix.RTM_GETNEXTHOP, unix.AF_UNSPEC, sizeofNhmsg, func(body []byte) (dump.Object, bool) {
		list := attributes(body[sizeofNhmsg:])
		words := []string{fmt.Sprint("id ", find(list, unix.NHA_ID).u32())}
		if group := find(list, unix.NHA_GROUP).data; len(group) > 0 {
			words = append(words, fmt.Sprintf("group of %d", len(group)/8)) // struct nexthop_grp
		}
		if via := find(list, unix.NHA_GATEWAY).addr(); via.IsValid() {
			words = append(words, "via "+via.String())
		}
		if has(list, unix.NHA_BLACKHOLE) {
			words = append(words, "blackhole")
		}
		if has(list, unix.NHA_ENCAP_TYPE) {
			words = append(words, "encap "+encapName(find(list, unix.NHA_ENCAP_TYPE)))
		}
		return dump.Object{Kind: "nexthop", Link: int(find(list, unix.NHA_OIF).u32()), Text: strings.Join(words, " ")}, true
	})
}

func has(list []attribute, typ uint16) bool {
	return slices.ContainsFunc(list, func(a attribute) bool { return a.typ == typ })
}

// Families of routing tables that are not of IP unicast (linux/rtnetlink.h).
const (
	familyIPMR  = 128
	familyIP6MR = 129
)

// routesOfOtherFamilies reads routes of multicast and of MPLS. A kernel without a family
// answers with the routes of all.
func (c *conn) routesOfOtherFamilies() (all []dump.Object, err error) {
	kinds := map[uint8]string{familyIPMR: "mroute", familyIP6MR: "mroute", afMPLS: "mpls route"}
	for _, family := range []uint8{familyIPMR, familyIP6MR, afMPLS} {
		list, err := c.dumpObjects(unix.RTM_GETROUTE, family, unix.SizeofRtMsg, func(body []byte) (dump.Object, bool) {
			list := attributes(body[unix.SizeofRtMsg:])
			o := dump.Object{Kind: kinds[family], Text: fmt.Sprintf("(%s, %s)", find(list, unix.RTA_SRC).addr(), find(list, unix.RTA_DST).addr())}
			if family == afMPLS {
				o.Text = fmt.Sprint("label ", find(list, unix.RTA_DST).big32()>>12)
			}
			return o, body[0] == family
		})
		if err != nil && !lacking(err) {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// rulesOfOtherFamilies reads the rules for multicast routes, without that of a new
// namespace.
func (c *conn) rulesOfOtherFamilies() (all []dump.Object, err error) {
	const last = 32767 // of IPv4 it is for the table default, of IPv6 for main
	for _, family := range []uint8{familyIPMR, familyIP6MR} {
		list, err := c.dumpObjects(unix.RTM_GETRULE, family, unix.SizeofRtMsg, func(body []byte) (dump.Object, bool) {
			list := attributes(body[unix.SizeofRtMsg:])
			priority, table := find(list, unix.FRA_PRIORITY).u32(), find(list, unix.FRA_TABLE).u32()
			initial := priority == last && initialTable(table)
			return dump.Object{Kind: "mrule", Text: fmt.Sprintf("%d of table %d", priority, table)}, body[0] == family && !initial
		})
		if err != nil && !lacking(err) {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// addressLabels reads the labels for the choice of a source address (RFC 6724,
// ip-addrlabel(8)) that a new namespace does not have, and those of one that are missing.
func (c *conn) addressLabels() ([]dump.Object, error) {
	const sizeofMsg = 12 // struct ifaddrlblmsg (linux/if_addrlabel.h)
	missing := initialLabels()
	list, err := c.dumpObjects(unix.RTM_GETADDRLABEL, unix.AF_INET6, sizeofMsg, func(body []byte) (dump.Object, bool) {
		attrs := attributes(body[sizeofMsg:])
		prefix, label := netip.PrefixFrom(find(attrs, unix.IFAL_ADDRESS).addr(), int(body[2])), find(attrs, unix.IFAL_LABEL).u32()
		link := int(native.Uint32(body[4:]))
		initial, known := missing[prefix]
		if known && link == 0 {
			delete(missing, prefix)
		}
		return dump.Object{Kind: "addrlabel", Link: link, Text: fmt.Sprintf("prefix %s label %d", prefix, label)}, !known || initial != label || link != 0
	})
	for _, prefix := range sortedPrefixes(missing) {
		list = append(list, dump.Object{Kind: "addrlabel", Text: fmt.Sprintf("without prefix %s", prefix)})
	}
	return list, err
}

// initialLabels are those of a new namespace (net/ipv6/addrlabel.c).
func initialLabels() map[netip.Prefix]uint32 {
	labels := map[netip.Prefix]uint32{}
	for prefix, label := range map[string]uint32{
		"::1/128": 0, "::/0": 1, "2002::/16": 2, "::/96": 3, "::ffff:0:0/96": 4, "fc00::/7": 5, "2001::/32": 6, "2001:10::/28": 7,
		"fec0::/10": 11, "3ffe::/16": 12,
	} {
		labels[netip.MustParsePrefix(prefix)] = label
	}
	return labels
}

func sortedPrefixes(set map[netip.Prefix]uint32) []netip.Prefix {
	var list []netip.Prefix
	for p := range set {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b netip.Prefix) int { return strings.Compare(a.String(), b.String()) })
	return list
}
