package compile

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// A Test is a test of the lab with its names and groups resolved to nodes.
type Test struct {
	topo.Test // as in the file; without a Pos it is a default test

	Pairs      []Pair   // in the order of From and, within that, of To
	AllTargets []string // all targets, in the order of To
	RunNodes   []string // the nodes that Run is run in
}

// A Pair is a node that sends probes and their target. Pairs share their
// addresses: they must not be changed.
type Pair struct {
	From string // a node; topo.HostNode need not be part of the lab
	To   string // a node, "node:interface" or an address
	Node string // that has To; "": none in the lab

	// Addresses that To stands for: of a family that From has too, if there
	// are any. At most one of each family, in a matrix all of the node.
	// Empty: To has no address.
	Addresses []netip.Addr
}

// NewTest returns the test that a node reaches another at some of its
// addresses.
func NewTest(from, to string, addrs ...netip.Addr) Test {
	return Test{
		Test:       topo.Test{From: []string{from}, To: []string{to}},
		Pairs:      []Pair{{From: from, To: to, Node: to, Addresses: addrs}},
		AllTargets: []string{to},
	}
}

// TestNodes are the nodes that tests can name, in the order of nodes.
type TestNodes []TestNode

// A TestNode has what tests need of a node.
type TestNode struct {
	Name       string
	Switch     bool
	Groups     []string
	Interfaces []TestInterface
}

// A TestInterface has the addresses by which others can reach an interface.
type TestInterface struct {
	Name      string
	Addresses []netip.Addr
}

// testNodes returns the nodes of the lab as tests know them.
func (c *compiler) testNodes() TestNodes {
	var nodes TestNodes
	for _, n := range c.nodes {
		node := TestNode{Name: n.Name, Switch: n.Kind == topo.Switch, Groups: n.Decl.Group}
		for _, i := range n.ifaces {
			inter := TestInterface{Name: i.Name}
			for _, a := range i.addresses {
				if isGlobal(a) {
					inter.Addresses = append(inter.Addresses, a.Addr())
				}
			}
			node.Interfaces = append(node.Interfaces, inter)
		}
		nodes = append(nodes, node)
	}
	return nodes
}

// Tests resolves the names and groups of tests. The errors name the unknown ones.
func (n TestNodes) Tests(tests []topo.Test) ([]Test, topo.Errors) {
	r := newResolver(n)
	expanded := make([]Test, 0, len(tests))
	for _, t := range tests {
		e := Test{Test: t}
		if t.Run != nil {
			e.RunNodes = r.names(t.On, t.Pos)
		} else {
			e.Pairs, e.AllTargets = r.pairs(&t)
		}
		expanded = append(expanded, e)
	}
	return expanded, r.errs
}

// A resolver finds nodes by name, group and address.
type resolver struct {
	nodes  TestNodes
	byName map[string]*TestNode
	owners map[netip.Addr]string
	errs   topo.Errors
}

func newResolver(nodes TestNodes) *resolver {
	r := &resolver{nodes: nodes, byName: make(map[string]*TestNode, len(nodes)), owners: make(map[netip.Addr]string)}
	for i := range nodes {
		r.byName[nodes[i].Name] = &nodes[i]
		for _, inter := range nodes[i].Interfaces {
			for _, a := range inter.Addresses {
				r.owners[a] = nodes[i].Name
			}
		}
	}
	return r
}

// A target is what the probes of a pair are sent to.
type target struct {
	name string // as in a Pair
	node string // that has the address; "": none in the lab
	// addresses by the families that the sender has, see families.
	addresses [4][]netip.Addr
}

// The families a node has, as bits. For a node without any, or an unknown one,
// all addresses are probed.
type families int

const (
	hasIPv4 families = 1 << iota
	hasIPv6
)

func familyOf(a netip.Addr) families {
	if a.Is4() {
		return hasIPv4
	}
	return hasIPv6
}

// families returns the families of a node's addresses.
func (r *resolver) families(node string) families {
	var f families
	if n := r.byName[node]; n != nil {
		for _, a := range n.addresses() {
			f |= familyOf(a)
		}
	}
	return f
}

// maxPairs is the limit of pairs in a test, those of all to all of 1,000 nodes.
const maxPairs = 1_000_000

// pairs returns all pairs of a test, and all targets. A node does not probe
// itself, unless it is the only source and the only target.
func (r *resolver) pairs(t *topo.Test) (pairs []Pair, targets []string) {
	from, to := r.names(t.Sources(), t.Pos), r.targets(t)
	self := len(t.From) == 1 && len(t.Targets()) == 1 && r.byName[t.From[0]] != nil && !r.isGroup(t.Targets()[0])
	if n := len(from) * len(to); n > maxPairs {
		r.errs = append(r.errs, &topo.Error{
			Pos: t.Pos, Msg: fmt.Sprintf("the test has %d pairs of source and target, the limit is %d", n, maxPairs),
			Hint: "name fewer nodes",
		})
		return nil, nil
	}
	pairs = make([]Pair, 0, len(from)*len(to))
	for _, name := range from {
		f := r.families(name)
		for i := range to {
			if to[i].node != name || self {
				pairs = append(pairs, Pair{name, to[i].name, to[i].node, to[i].addresses[f]})
			}
		}
	}
	for i := range to {
		targets = append(targets, to[i].name)
	}
	return pairs, targets
}

// names returns the nodes that words name, each once. The host may send probes
// without being a part of the lab.
func (r *resolver) names(words []string, pos topo.Pos) []string {
	var names []string
	seen := make(map[string]bool)
	for _, word := range words {
		members := r.members(word)
		switch {
		case r.byName[word] != nil || word == topo.HostNode:
			members = []string{word}
		case !r.isGroup(word):
			r.unknown(word, pos)
		}
		for _, name := range members {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// unknown adds the error of a word that does not name a node, group or address.
func (r *resolver) unknown(word string, pos topo.Pos) {
	hint := ""
	if word == topo.HostNode {
		hint = "link it to a node first"
	}
	r.errs = append(r.errs, &topo.Error{Pos: pos, Msg: "test: " + word + " is not part of this lab", Hint: hint})
}

func (r *resolver) isGroup(word string) bool {
	return r.byName[word] == nil && (word == topo.AllNodes || slices.ContainsFunc(r.nodes, func(n TestNode) bool {
		return slices.Contains(n.Groups, word)
	}))
}

// members returns the hosts and routers of a group; of the group "all" those
// that have addresses.
func (r *resolver) members(word string) []string {
	var names []string
	for i := range r.nodes {
		n := &r.nodes[i]
		all := word == topo.AllNodes && n.Name != topo.HostNode && len(n.addresses()) > 0
		if !n.Switch && (all || slices.Contains(n.Groups, word)) {
			names = append(names, n.Name)
		}
	}
	return names
}

// targets returns the targets that the words of a test's To name, each once.
func (r *resolver) targets(t *topo.Test) []target {
	var targets []target
	seen := make(map[string]bool)
	add := func(name, node string, addrs []netip.Addr) {
		if !seen[name] {
			seen[name] = true
			targets = append(targets, newTarget(name, node, addrs))
		}
	}
	for _, word := range t.Targets() {
		addr, err := netip.ParseAddr(word)
		name, dev, colon := strings.Cut(word, ":")
		switch {
		case r.byName[word] != nil || r.isGroup(word):
			for _, n := range r.names([]string{word}, t.Pos) {
				add(n, n, r.byName[n].probed(t.Matrix))
			}
		case err == nil:
			add(word, r.owners[addr], []netip.Addr{addr})
		case colon && r.byName[name].iface(dev) != nil:
			add(word, name, choose(r.byName[name].iface(dev).Addresses, t.Matrix))
		default:
			r.unknown(word, t.Pos)
		}
	}
	return targets
}

func newTarget(name, node string, addrs []netip.Addr) target {
	t := target{name: name, node: node}
	for f := range t.addresses {
		usable := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return familyOf(a)&families(f) == 0 })
		if len(usable) == 0 {
			usable = addrs
		}
		t.addresses[f] = usable
	}
	return t
}

// addresses returns all addresses of a node, in the order of its interfaces.
func (n *TestNode) addresses() []netip.Addr {
	var all []netip.Addr
	for _, i := range n.Interfaces {
		all = append(all, i.Addresses...)
	}
	return all
}

// probed returns the addresses of a node to which probes are sent.
func (n *TestNode) probed(every bool) []netip.Addr { return choose(n.addresses(), every) }

// choose returns every address, or the first of each family, IPv4 first.
func choose(addrs []netip.Addr, every bool) []netip.Addr {
	if every {
		return addrs
	}
	var firsts []netip.Addr
	for _, f := range []families{hasIPv4, hasIPv6} {
		if i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return familyOf(a) == f }); i >= 0 {
			firsts = append(firsts, addrs[i])
		}
	}
	return firsts
}

// iface returns the interface of that name, or nil.
func (n *TestNode) iface(name string) *TestInterface {
	if n == nil {
		return nil
	}
	for i := range n.Interfaces {
		if n.Interfaces[i].Name == name {
			return &n.Interfaces[i]
		}
	}
	return nil
}

// tests returns the tests of the file, or if it has none the default ones.
func (c *compiler) tests(nodes TestNodes) []Test {
	if len(c.topo.Tests) == 0 {
		return c.defaultTests()
	}
	tests, errs := nodes.Tests(c.checked.Tests())
	c.errs = append(c.errs, errs...)
	return tests
}

// firstAddr returns the first address of a family that can be routed, or the
// zero Addr.
func firstAddr(ipv6 bool, ifaces ...*iface) netip.Addr {
	for _, i := range ifaces {
		for _, p := range i.addresses {
			if p.Addr().Is6() == ipv6 && isGlobal(p) {
				return p.Addr()
			}
		}
	}
	return netip.Addr{}
}
