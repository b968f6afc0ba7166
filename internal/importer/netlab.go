package importer

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/topo"
)

// Netlab reads a topology of netlab. Addresses are assigned as netlab does: from its
// pools, on links between two routers one after the other, else by the id of the node.
// Routing protocols are not imported; the lab computes the routes.
func Netlab(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, f.Data)
	if err != nil {
		return nil, err
	}
	name = cmp.Or(labName(cmp.Or(name, v.get("name").text(), f.Lab)), "lab")
	n := &netlab{Draft: newDraft(f.Name, noSource), root: v, top: &topo.Topology{Name: name}, ids: map[string]int{}, reserved: map[int]bool{}, index: map[string]int{}, ends: map[string]int{}, used: map[string]bool{}}
	n.readPools()
	n.readNodes()
	for _, l := range v.get("links").items() {
		n.link(l)
	}
	n.losePools()
	n.loseUnread(v, func(path []string) string {
		switch {
		case len(path) < 2 || path[0] != "nodes":
			return ""
		case !strings.HasPrefix(path[1], "["):
			return path[1]
		}
		number, _ := strconv.Atoi(strings.Trim(path[1], "[]"))
		item := v.get("nodes").item(number)
		return firstText(item.get("name"), item)
	})
	if n.tooLarge != nil {
		return nil, n.tooLarge
	}
	if err := n.top.Validate(); err != nil {
		return nil, fmt.Errorf("cannot make a lab of %s: %w", f.Name, err)
	}
	r := &Result{Topology: n.top, Notes: n.notes, Commands: n.commands, unit: item}
	return r, r.checkSize(f.Name)
}

type netlab struct {
	*Draft
	root  value
	top   *topo.Topology
	ids   map[string]int // of nodes, from 1
	pools map[string]*addressPool
	used  map[string]bool // pools that a link names

	reserved map[int]bool // ids that the file assigns
	lastID   int
	lans     int
	devices  map[string]string // of nodes, by their groups
	index    map[string]int    // of nodes in top
	ends     map[string]int    // number of links' ends, by node
}

// node returns a node of the lab, or nil.
func (n *netlab) node(name string) *topo.Node {
	if i, ok := n.index[name]; ok {
		return &n.top.Nodes[i]
	}
	return nil
}

// appendNode adds a node to the lab. Of nodes with one name the first is found.
func (n *netlab) appendNode(at shell.Pos, node topo.Node) {
	if len(n.top.Nodes) == topo.MaxNodes {
		n.tooLarge = &TooLargeError{at, "nodes", fmt.Sprint(topo.MaxNodes)}
	}
	if n.tooLarge != nil {
		return
	}
	if _, ok := n.index[node.Name]; !ok {
		n.index[node.Name] = len(n.top.Nodes)
	}
	n.top.Nodes = append(n.top.Nodes, node)
}

// An addressPool is a prefix of each family that is divided into subnets.
type addressPool struct {
	four, six         netip.Prefix
	fourBits, sixBits int
	next              int
	taken             map[int]bool // subnets that nodes have by their ids
}

// readPools reads addressing over netlab's defaults.
func (n *netlab) readPools() {
	n.pools = map[string]*addressPool{
		"loopback": {four: netip.MustParsePrefix("10.0.0.0/24"), fourBits: 32, next: 1, taken: map[int]bool{}},
		"p2p":      {four: netip.MustParsePrefix("10.1.0.0/16"), fourBits: 30},
		"lan":      {four: netip.MustParsePrefix("172.16.0.0/16"), fourBits: 24},
	}
	for _, e := range n.root.get("addressing").entries() {
		p := n.pools[e.key]
		if p == nil {
			p = &addressPool{fourBits: 24}
			n.pools[e.key] = p
		}
		if four, ok := n.prefix(e.value.get("ipv4")); ok {
			p.four = four
		}
		if six, ok := n.prefix(e.value.get("ipv6")); ok {
			p.six, p.sixBits = six, 64
			if e.key == "loopback" {
				p.sixBits = 64
			}
		}
		if bits, ok := n.number(e.value.get("prefix")); ok {
			p.fourBits = bits
		}
		if bits, ok := n.number(e.value.get("prefix6")); ok {
			p.sixBits = bits
		}
		n.needSubnet(e.value.get("prefix"), p.four)
		n.needSubnet(e.value.get("prefix6"), p.six)
	}
}

// needSubnet notes a prefix length of a family of which the pool has no subnets.
func (n *netlab) needSubnet(bits value, subnet netip.Prefix) {
	if bits.text() != "" && !subnet.IsValid() {
		n.noteLost(bits.at(), "", "prefix length "+shorten(bits.text()), "the pool has no subnets of this family")
	}
}

// prefix reads an address or subnet. Another value is noted: netlab has switches and
// numbers there, too.
func (n *netlab) prefix(v value) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(v.text())
	if text := v.text(); err != nil && text != "" {
		n.noteLost(v.at(), "", shorten(text), "not an address with a prefix length")
	}
	return p, err == nil
}

// number reads a number. Another value is noted.
func (n *netlab) number(v value) (int, bool) {
	number, err := strconv.Atoi(v.text())
	if text := v.text(); err != nil && text != "" {
		n.noteLost(v.at(), "", shorten(text), "not a number")
	}
	return number, err == nil
}

// cut returns the next free subnet of each family.
func (p *addressPool) cut() []netip.Prefix {
	for p.taken[p.next] {
		p.next++
	}
	var subnets []netip.Prefix
	if p.four.IsValid() {
		subnets = append(subnets, nth(p.four, p.fourBits, p.next))
	}
	if p.six.IsValid() {
		subnets = append(subnets, nth(p.six, p.sixBits, p.next))
	}
	p.next++
	return subnets
}

// nth returns the n-th subnet of a length within a prefix.
func nth(p netip.Prefix, bits, n int) netip.Prefix {
	bits = min(max(bits, p.Bits()), p.Addr().BitLen())
	return netip.PrefixFrom(plus(p.Masked().Addr(), n, p.Addr().BitLen()-bits), bits)
}

// plus returns a + n<<shift.
func plus(a netip.Addr, n, shift int) netip.Addr {
	b := a.AsSlice()
	carry := n << (shift % 8)
	for i := len(b) - 1 - shift/8; i >= 0 && carry > 0; i-- {
		carry += int(b[i])
		b[i] = byte(carry)
		carry >>= 8
	}
	sum, _ := netip.AddrFromSlice(b)
	return sum
}

// hostDevices are the devices that do not forward.
var hostDevices = []string{"linux", "none"}

func (n *netlab) readNodes() {
	nodes := n.root.get("nodes")
	for _, e := range nodes.entries() {
		n.reserve(e.value)
	}
	for _, item := range nodes.items() {
		n.reserve(item)
	}
	for _, e := range nodes.entries() {
		n.addNode(e.at, e.key, e.value)
	}
	for _, item := range nodes.items() {
		if item.isMap() {
			n.addNode(item.at(), item.get("name").text(), item)
		} else {
			n.addNode(item.at(), item.text(), value{})
		}
	}
}

// reserve reserves the id that the file assigns to a node.
func (n *netlab) reserve(node value) {
	if id, err := strconv.Atoi(node.get("id").text()); err == nil {
		n.reserved[id] = true
	}
}

// freeID returns the next unassigned id.
func (n *netlab) freeID() int {
	for n.lastID++; n.reserved[n.lastID]; n.lastID++ {
	}
	return n.lastID
}

func (n *netlab) addNode(at shell.Pos, name string, v value) {
	id, ok := n.number(v.get("id"))
	if !ok {
		id = n.freeID()
	}
	n.ids[name] = id
	n.commands++
	node := topo.Node{Name: name}
	device := v.get("device").text()
	if device == "" {
		device = n.groupDevice(name)
	}
	if device != "" && !slices.Contains(hostDevices, device) {
		n.noteLost(at, name, "device: "+shorten(device), "what runs in such a node is not imported")
	}
	if role := v.get("role"); !slices.Contains([]string{"", "host", "router"}, role.text()) {
		n.noteLost(role.at(), name, "role: "+shorten(role.text()), unsupported)
	}
	if role := v.get("role").text(); role != "host" && (role == "router" || !slices.Contains(hostDevices, device)) {
		node.Kind = topo.Router
		loopback := n.pools["loopback"]
		loopback.taken[id] = true
		addresses := []netip.Prefix{nth(loopback.four, loopback.fourBits, id)}
		if loopback.six.IsValid() {
			six := nth(loopback.six, loopback.sixBits, id)
			addresses = append(addresses, netip.PrefixFrom(six.Addr().Next(), 128))
		}
		node.Interfaces = topo.Interfaces{{Name: topo.Loopback, Addresses: addresses}}
	}
	n.appendNode(at, node)
}

// groupDevice returns the device of a node's first group with one, else the default device.
func (n *netlab) groupDevice(node string) string {
	if n.devices == nil {
		n.readGroups()
	}
	return cmp.Or(n.devices[node], n.root.get("defaults", "device").text(), n.root.get("defaults.device").text())
}

func (n *netlab) readGroups() {
	n.devices = map[string]string{}
	for _, g := range n.root.get("groups").entries() {
		device := g.value.get("device").text()
		for _, m := range g.value.get("members").items() {
			if name := m.text(); device != "" && n.devices[name] == "" {
				n.devices[name] = device
			}
		}
	}
}

// An attachment is a node on a link, with the addresses that the file assigns to it.
type attachment struct {
	node      string
	addresses []netip.Prefix
}

// ownPools are the pools that netlab uses without a link that names them.
const ownPools = " loopback p2p lan mgmt router_id vrf_loopback l2only "

// losePools notes the pools that no link names.
func (n *netlab) losePools() {
	for _, e := range n.root.get("addressing").entries() {
		if !inList(ownPools, e.key) && !n.used[e.key] {
			n.noteLost(e.at, "", "addressing."+shorten(e.key), "no link uses this pool")
		}
	}
}

// link reads one of the forms of links: r1-r2, [r1, r2], {r1: , r2: }, {interfaces: […]},
// and {group: NAME, members: […]}, which is a list of links.
func (n *netlab) link(l value) {
	if members := l.get("members"); members.isList() {
		l.get("group").text()
		for _, m := range members.items() {
			n.link(m)
		}
		return
	}
	n.commands++
	var attachments []attachment
	switch {
	case l.isList():
		for _, item := range l.items() {
			attachments = append(attachments, attachment{node: item.text()})
		}
	case l.isMap():
		for _, item := range l.get("interfaces").items() {
			attachments = append(attachments, n.attachmentOf(firstText(item.get("node"), item), item))
		}
		for _, e := range l.entries() {
			if n.ids[e.key] != 0 {
				attachments = append(attachments, n.attachmentOf(e.key, e.value))
			}
		}
	default:
		for name := range strings.SplitSeq(l.text(), "-") {
			attachments = append(attachments, attachment{node: name})
		}
	}
	if n.tooLarge != nil {
		return
	}
	for _, p := range attachments {
		if n.node(p.node) == nil || n.ids[p.node] == 0 {
			n.noteLost(l.at(), "", "link", fmt.Sprintf("unknown node %q", p.node))
			return
		}
	}
	n.join(l, attachments)
}

func firstText(values ...value) string {
	for _, v := range values {
		if s := v.text(); s != "" {
			return s
		}
	}
	return ""
}

func (n *netlab) attachmentOf(name string, v value) attachment {
	p := attachment{node: name}
	for _, key := range []string{"ipv4", "ipv6"} {
		if a, ok := n.prefix(v.get(key)); ok {
			p.addresses = append(p.addresses, a)
		}
	}
	return p
}

// join makes a link for two attachments, a switch for any other number.
func (n *netlab) join(l value, attachments []attachment) {
	linkType := l.get("type").text()
	if linkType == "loopback" {
		n.loopbacks(l, attachments)
		return
	}
	mtu, _ := n.number(l.get("mtu"))
	hosts := slices.ContainsFunc(attachments, func(p attachment) bool { return n.node(p.node).Kind != topo.Router })
	p2p := len(attachments) == 2 && linkType != "lan" && (linkType == "p2p" || !hosts)
	subnets := n.subnets(l, p2p)
	ends := n.plug(attachments, subnets, p2p)
	if len(attachments) == 2 && l.get("bridge").node == nil {
		n.top.Links = append(n.top.Links, topo.Link{Endpoints: [2]topo.Endpoint{ends[0], ends[1]}, MTU: mtu})
		return
	}
	n.lans++
	name := l.get("bridge").text()
	if name == "" || n.node(name) != nil {
		name = fmt.Sprintf("lan%d", n.lans)
	}
	n.appendNode(l.at(), topo.Node{Name: name, Kind: topo.Switch})
	for _, e := range ends {
		n.top.Links = append(n.top.Links, topo.Link{Endpoints: [2]topo.Endpoint{e, {Node: name}}, MTU: mtu})
	}
}

// subnets returns the subnets of a link: from the file, or the next of a pool.
func (n *netlab) subnets(l value, p2p bool) []netip.Prefix {
	prefix := l.get("prefix")
	var written []netip.Prefix
	if prefix.text() == "false" {
		return nil
	}
	for _, v := range []value{prefix, prefix.get("ipv4"), prefix.get("ipv6")} {
		if p, ok := n.prefix(v); ok {
			written = append(written, p.Masked())
		}
	}
	if len(written) > 0 {
		return written
	}
	pool := n.pools["lan"]
	if p2p {
		pool = n.pools["p2p"]
	}
	for _, key := range []string{"pool", "role", "type"} {
		name := l.get(key)
		switch p := n.pools[name.text()]; {
		case p != nil:
			n.used[name.text()] = true
			return p.cut()
		case name.text() != "" && (key != "type" || name.text() != "lan" && name.text() != "p2p"):
			n.noteLost(name.at(), "", key+": "+shorten(name.text()), "no address pool has this name")
		}
	}
	return pool.cut()
}
