package compile

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// A Test is one clause of the lab's contract, with names and groups replaced by
// who they stand for.
type Test struct {
	topo.Test // as the file has it; without a Pos it follows from the cabling

	Pairs []Pair   // who asks whom, in the order of From and, within that, of To
	Asked []string // everybody who is asked, in the order of To
	Where []string // the nodes that Run is run in
}

// A Pair is a node that asks and somebody that is asked. Pairs share their
// addresses: they must not be changed.
type Pair struct {
	From string // a node; topo.HostNode need not be part of the lab
	To   string // a node, "node:interface" or an address
	Node string // that has To; "": no node of the lab has it

	// Addresses that To stands for: of a family that From has too, if there
	// are any. At most one of each family, in a matrix all of the node.
	// Empty: To has no address.
	Addresses []netip.Addr
}

// NewTest returns the test that a node reaches another at some of its
// addresses.
func NewTest(from, to string, addrs ...netip.Addr) Test {
	return Test{
		Test:  topo.Test{From: []string{from}, To: []string{to}},
		Pairs: []Pair{{From: from, To: to, Node: to, Addresses: addrs}},
		Asked: []string{to},
	}
}

// A Cast is the nodes that tests can speak of, in the order of nodes.
type Cast []Player

// A Player is what tests know of a node.
type Player struct {
	Name       string
	Switch     bool
	Groups     []string
	Interfaces []PlayerInterface
}

// A PlayerInterface has the addresses by which others can reach an interface.
type PlayerInterface struct {
	Name      string
	Addresses []netip.Addr
}

// cast returns the nodes of the lab as tests know them.
func (c *compiler) cast() Cast {
	var cast Cast
	for _, n := range c.nodes {
		p := Player{Name: n.Name, Switch: n.Kind == topo.Switch, Groups: n.Decl.Group}
		for _, i := range n.ifaces {
			inter := PlayerInterface{Name: i.Name}
			for _, a := range i.addresses {
				if isGlobal(a) {
					inter.Addresses = append(inter.Addresses, a.Addr())
				}
			}
			p.Interfaces = append(p.Interfaces, inter)
		}
		cast = append(cast, p)
	}
	return cast
}

// Tests finds out who the words of tests stand for. The errors name those that
// stand for nobody.
func (c Cast) Tests(tests []topo.Test) ([]Test, topo.Errors) {
	s := newStage(c)
	expanded := make([]Test, 0, len(tests))
	for _, t := range tests {
		e := Test{Test: t}
		if t.Run != nil {
			e.Where = s.names(t.On, t.Pos)
		} else {
			e.Pairs, e.Asked = s.pairs(&t)
		}
		expanded = append(expanded, e)
	}
	return expanded, s.errs
}

// A stage is a cast in which one can look things up.
type stage struct {
	cast   Cast
	byName map[string]*Player
	owners map[netip.Addr]string
	errs   topo.Errors
}

func newStage(c Cast) *stage {
	s := &stage{cast: c, byName: make(map[string]*Player, len(c)), owners: make(map[netip.Addr]string)}
	for i := range c {
		s.byName[c[i].Name] = &c[i]
		for _, inter := range c[i].Interfaces {
			for _, a := range inter.Addresses {
				s.owners[a] = c[i].Name
			}
		}
	}
	return s
}

// A target is somebody who is asked.
type target struct {
	name string // as a Pair has it
	node string // whose it is; "": nobody's in the lab
	// addresses by the families that who asks has, see families.
	addresses [4][]netip.Addr
}

// The families a node has, as bits. With none, or where it is not known what
// the node has, all addresses are asked.
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
func (s *stage) families(node string) families {
	var f families
	if p := s.byName[node]; p != nil {
		for _, a := range p.addresses() {
			f |= familyOf(a)
		}
	}
	return f
}

// pairs returns all pairs of a test, and everybody who is asked. A node does not
// ask itself, unless the test says just that.
func (s *stage) pairs(t *topo.Test) (pairs []Pair, asked []string) {
	from, to := s.names(t.Sources(), t.Pos), s.targets(t)
	self := len(t.From) == 1 && len(t.Targets()) == 1 && s.byName[t.From[0]] != nil && !s.isGroup(t.Targets()[0])
	pairs = make([]Pair, 0, len(from)*len(to))
	for _, name := range from {
		f := s.families(name)
		for i := range to {
			if to[i].node != name || self {
				pairs = append(pairs, Pair{name, to[i].name, to[i].node, to[i].addresses[f]})
			}
		}
	}
	for i := range to {
		asked = append(asked, to[i].name)
	}
	return pairs, asked
}

// names returns the nodes that words stand for, each once. The machine itself
// may ask without being a part of the lab.
func (s *stage) names(words []string, pos topo.Pos) []string {
	var names []string
	seen := make(map[string]bool)
	for _, word := range words {
		members := s.members(word)
		switch {
		case s.byName[word] != nil || word == topo.HostNode:
			members = []string{word}
		case !s.isGroup(word):
			s.stranger(word, pos)
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

// stranger notes that a word stands for nothing in this lab.
func (s *stage) stranger(word string, pos topo.Pos) {
	hint := ""
	if word == topo.HostNode {
		hint = "link it to a node first"
	}
	s.errs = append(s.errs, &topo.Error{Pos: pos, Msg: "test: " + word + " is not part of this lab", Hint: hint})
}

func (s *stage) isGroup(word string) bool {
	return s.byName[word] == nil && (word == topo.AllNodes || slices.ContainsFunc(s.cast, func(p Player) bool {
		return slices.Contains(p.Groups, word)
	}))
}

// members returns the hosts and routers of a group; of all those that have
// addresses.
func (s *stage) members(word string) []string {
	var names []string
	for i := range s.cast {
		p := &s.cast[i]
		all := word == topo.AllNodes && p.Name != topo.HostNode && len(p.addresses()) > 0
		if !p.Switch && (all || slices.Contains(p.Groups, word)) {
			names = append(names, p.Name)
		}
	}
	return names
}

// targets returns who the words of a test's To stand for, each once.
func (s *stage) targets(t *topo.Test) []target {
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
		case s.byName[word] != nil || s.isGroup(word):
			for _, n := range s.names([]string{word}, t.Pos) {
				add(n, n, s.byName[n].asked(t.Matrix))
			}
		case err == nil:
			add(word, s.owners[addr], []netip.Addr{addr})
		case colon && s.byName[name].plug(dev) != nil:
			add(word, name, choose(s.byName[name].plug(dev).Addresses, t.Matrix))
		default:
			s.stranger(word, t.Pos)
		}
	}
	return targets
}

func newTarget(name, node string, addrs []netip.Addr) target {
	t := target{name: name, node: node}
	for f := range t.addresses {
		spoken := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return familyOf(a)&families(f) == 0 })
		if len(spoken) == 0 {
			spoken = addrs
		}
		t.addresses[f] = spoken
	}
	return t
}

// addresses returns all addresses of a node, in the order of its interfaces.
func (p *Player) addresses() []netip.Addr {
	var all []netip.Addr
	for _, i := range p.Interfaces {
		all = append(all, i.Addresses...)
	}
	return all
}

// asked returns the addresses at which a node is asked.
func (p *Player) asked(every bool) []netip.Addr { return choose(p.addresses(), every) }

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

// plug returns the interface of that name, or nil.
func (p *Player) plug(name string) *PlayerInterface {
	if p == nil {
		return nil
	}
	for i := range p.Interfaces {
		if p.Interfaces[i].Name == name {
			return &p.Interfaces[i]
		}
	}
	return nil
}

// tests returns the tests of the file, or if it has none those of the ring.
func (c *compiler) tests(cast Cast) []Test {
	if len(c.topo.Tests) == 0 {
		return c.ring()
	}
	tests, errs := cast.Tests(c.topo.Tests)
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
