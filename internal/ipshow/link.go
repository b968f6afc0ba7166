package ipshow

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// links prints links, for ip addr with their addresses.
func (q *Query) links(ns *dump.Namespace) []fields {
	var list []fields
	for i := range ns.Links {
		l := &ns.Links[i]
		if !q.wants(ns, l) {
			continue
		}
		addresses := q.addressesOf(ns, l)
		switch {
		case q.Object == "address" && q.family != plan.AllFamilies && len(addresses) == 0:
		case q.brief:
			list = append(list, q.briefLink(ns, l, addresses))
		case q.Object == "address" && q.oneline:
			list = append(list, q.addressLines(l, addresses))
		default:
			list = append(list, q.link(ns, l, addresses))
		}
	}
	return list
}

func (q *Query) wants(ns *dump.Namespace, l *dump.Link) bool {
	named := q.dev == "" || l.Name == q.dev || slices.Contains(l.AltNames, q.dev)
	return named && (!q.up || l.Flags.Has(dump.Up)) && (q.kind == "" || l.Kind == q.kind) &&
		(q.master == "" || ns.LinkName(l.Master) == q.master)
}

// newline separates the lines of one object.
func (q *Query) newline() string {
	if q.oneline {
		return `\`
	}
	return "\n"
}

func (q *Query) link(ns *dump.Namespace, l *dump.Link, addresses []dump.Address) fields {
	var fs fields
	isLink := q.Object == "link"
	fs.add("ifindex", l.Index, fmt.Sprintf("%d: ", l.Index))
	fs = append(fs, linkName(ns, l, "%s: ")...)
	fs.add("flags", flagWords(ns, l), "<"+strings.Join(flagWords(ns, l), ",")+"> ")
	fs.add("mtu", l.MTU, fmt.Sprintf("mtu %d ", l.MTU))
	if l.Qdisc != "" {
		fs.word("qdisc", "qdisc", l.Qdisc)
	}
	if l.Master != 0 {
		fs.word("master", "master", ns.LinkName(l.Master))
	}
	fs.word("operstate", "state", strings.ToUpper(l.OperState))
	if isLink {
		fs.word("linkmode", "mode", map[uint8]string{0: "DEFAULT", 1: "DORMANT"}[l.Mode])
	}
	fs.word("group", "group", groupName(l.Group))
	if l.TxQueueLen != 0 {
		fs.add("txqlen", l.TxQueueLen, fmt.Sprintf("qlen %d", l.TxQueueLen))
	}
	if q.family == plan.AllFamilies || q.details || isLink {
		fs.say(q.newline())
		fs = append(fs, hardware(l)...)
	}
	fs = append(fs, peerNamespace(ns, l)...)
	if q.details {
		fs = append(fs, q.linkDetails(ns, l)...)
	}
	if l.Alias != "" && (isLink || q.details) {
		fs.add("ifalias", l.Alias, q.newline()+"    alias "+l.Alias)
	}
	if q.counts && l.Stats != nil {
		fs = append(fs, q.linkCounts(l.Stats)...)
	}
	if len(l.AltNames) > 0 {
		fs.add("altnames", l.AltNames, q.newline()+"    altname "+strings.Join(l.AltNames, q.newline()+"    altname "))
	}
	fs.say("\n")
	if !isLink {
		fs = append(fs, q.addressInfo(addresses)...)
	}
	return fs
}

// linkName prints a name and, behind "@", the peer or lower device.
func linkName(ns *dump.Namespace, l *dump.Link, format string) fields {
	var fs fields
	name := l.Name
	switch {
	case l.Unbound:
		name += "@NONE"
		fs.know("link", nil)
	case l.Parent == 0:
	case l.ParentNetns != nil:
		name += fmt.Sprintf("@if%d", l.Parent)
		fs.know("link_index", l.Parent)
	default:
		parent := ns.LinkName(l.Parent)
		name += "@" + parent
		fs.know("link", parent)
	}
	fs.add("ifname", l.Name, fmt.Sprintf(format, name))
	return fs
}

// linkFlags are the flags that ip prints, in its order.
var linkFlags = []struct {
	bit  dump.Flags
	name string
}{
	{1 << 3, "LOOPBACK"},
	{1 << 1, "BROADCAST"},
	{dump.PointToPoint, "POINTOPOINT"},
	{1 << 12, "MULTICAST"},
	{1 << 7, "NOARP"},
	{1 << 9, "ALLMULTI"},
	{1 << 8, "PROMISC"},
	{1 << 10, "MASTER"},
	{1 << 11, "SLAVE"},
	{1 << 2, "DEBUG"},
	{1 << 15, "DYNAMIC"},
	{1 << 14, "AUTOMEDIA"},
	{1 << 13, "PORTSEL"},
	{1 << 5, "NOTRAILERS"},
	{1, "UP"},
	{1 << 16, "LOWER_UP"},
	{1 << 17, "DORMANT"},
	{1 << 18, "ECHO"},
}

func flagWords(ns *dump.Namespace, l *dump.Link) []string {
	list := []string{}
	if l.Flags.Has(dump.Up) && !l.Flags.Has(dump.Running) {
		list = append(list, "NO-CARRIER")
	}
	for _, f := range linkFlags {
		if l.Flags.Has(f.bit) {
			list = append(list, f.name)
		}
	}
	if parent := ns.Link(l.Parent); l.ParentNetns == nil && parent != nil && !parent.Flags.Has(dump.Up) {
		list = append(list, "M-DOWN")
	}
	return list
}

func groupName(n uint32) string {
	if n == 0 {
		return "default"
	}
	return strconv.Itoa(int(n))
}

// hardwareTypes are ARPHRD_* by ip's words.
var hardwareTypes = map[uint16]string{
	1: "ether", 32: "infiniband", 512: "ppp", 768: "ipip", 769: "tunnel6", 772: "loopback", 776: "sit", 778: "gre", 823: "gre6", 65534: "none",
}

func hardware(l *dump.Link) fields {
	var fs fields
	name := hardwareTypes[l.Type]
	if name == "" {
		name = strconv.Itoa(int(l.Type))
	}
	fs.add("link_type", name, "    link/"+name+" ")
	if len(l.Address) > 0 {
		fs.add("address", hardwareAddress(l.Type, l.Address), hardwareAddress(l.Type, l.Address))
	}
	if len(l.Broadcast) > 0 {
		word := " brd "
		if l.Flags.Has(dump.PointToPoint) {
			word = " peer "
			fs.know("link_pointtopoint", true)
		}
		fs.add("broadcast", hardwareAddress(l.Type, l.Broadcast), word+hardwareAddress(l.Type, l.Broadcast))
	}
	if len(l.PermAddress) > 0 && !bytes.Equal(l.PermAddress, l.Address) {
		permanent := hardwareAddress(l.Type, l.PermAddress)
		fs.add("permaddr", permanent, " permaddr "+permanent)
	}
	return fs
}

// hardwareAddress prints a link-layer address; that of a tunnel is an IP address.
func hardwareAddress(typ uint16, a dump.HWAddr) string {
	ip, ok := netip.AddrFromSlice(a)
	switch name := hardwareTypes[typ]; {
	case ok && (name == "ipip" || name == "sit" || name == "gre" || name == "tunnel6" || name == "gre6"):
		return ip.String()
	}
	return a.String()
}

func peerNamespace(ns *dump.Namespace, l *dump.Link) fields {
	var fs fields
	if l.ParentNetns == nil {
		return fs
	}
	text := fmt.Sprintf(" link-netnsid %d", *l.ParentNetns)
	if name := ns.Peers[*l.ParentNetns]; name != state.Host {
		text = " link-netns " + name
	}
	fs.add("link_netnsid", *l.ParentNetns, text)
	return fs
}

// linkCounts prints the counters. A column is as wide as its longest number.
func (q *Query) linkCounts(s *dump.Stats) fields {
	rx := []uint64{s.RxBytes, s.RxPackets, s.RxErrors, s.RxDropped, s.RxMissed, s.Multicast}
	tx := []uint64{s.TxBytes, s.TxPackets, s.TxErrors, s.TxDropped, s.TxCarrier, s.Collision}
	widths := []int{10, 7, 6, 7, 7, 7}
	for i := range widths {
		widths[i] = max(widths[i], len(fmt.Sprint(rx[i])), len(fmt.Sprint(tx[i])))
	}
	row := func(name string, heads []string, numbers []uint64) string {
		var line, values strings.Builder
		fmt.Fprintf(&line, "    %s %*s", name, widths[0]-4, heads[0])
		fmt.Fprintf(&values, "    %*d ", widths[0], numbers[0])
		for i := 1; i < len(heads); i++ {
			fmt.Fprintf(&line, " %*s", widths[i], heads[i])
			fmt.Fprintf(&values, "%*d ", widths[i], numbers[i])
		}
		return q.newline() + line.String() + strings.Repeat(" ", 11) + q.newline() + values.String()
	}
	var fs fields
	fs.know("stats64", fields{
		{key: "rx", value: countFields([]string{"bytes", "packets", "errors", "dropped", "over_errors", "multicast"}, rx)},
		{key: "tx", value: countFields([]string{"bytes", "packets", "errors", "dropped", "carrier_errors", "collisions"}, tx)},
	})
	fs.say(row("RX:", []string{"bytes", "packets", "errors", "dropped", "missed", "mcast"}, rx))
	fs.say(row("TX:", []string{"bytes", "packets", "errors", "dropped", "carrier", "collsns"}, tx))
	return fs
}

func countFields(keys []string, numbers []uint64) fields {
	var fs fields
	for i, key := range keys {
		fs.know(key, numbers[i])
	}
	return fs
}

// briefLink prints the line of -br.
func (q *Query) briefLink(ns *dump.Namespace, l *dump.Link, addresses []dump.Address) fields {
	fs := linkName(ns, l, "%-16s ")
	state := strings.ToUpper(l.OperState)
	fs.add("operstate", state, fmt.Sprintf("%-14s ", state))
	if q.Object == "link" {
		address := hardwareAddress(l.Type, l.Address)
		if address != "" {
			fs.add("address", address, address+" ")
		}
		fs.add("flags", flagWords(ns, l), "<"+strings.Join(flagWords(ns, l), ",")+"> ")
	} else {
		list := []fields{}
		for _, a := range addresses {
			list = append(list, prefixFields(a))
		}
		fs.know("addr_info", list)
		for _, a := range list {
			fs.say(a.text())
		}
	}
	fs.say("\n")
	return fs
}
