package plan

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// AddVeth creates a veth pair, each end in its namespace and with its final name, so
// that no end is ever moved or renamed. Both ends are down. An end
// without a name gets the first of veth0, veth1 … that is free, the second end
// before the first. Only ends in one namespace can have an alias.
type AddVeth struct{ Ends [2]VethEnd }

// A VethEnd is one end of a new pair.
type VethEnd struct {
	Link  state.Endpoint
	Index int      // 0: the kernel's choice
	MAC   topo.MAC // zero: the kernel's choice
	MTU   int      // bytes; 0: the kernel's 1500
	Alias string   // "": none
}

// At implements [Op].
func (op AddVeth) At() state.Endpoint { return op.Ends[0].Link }

// nameTaken reports whether a namespace has a link of that name. Each has lo, also the host
// namespace, of which a State need not hold it.
func nameTaken(ns *state.Namespace, link string) bool {
	return ns.Links[link] != nil || ns.Name == state.Host && link == state.Lo
}

// Traits implements [Op].
func (op AddVeth) Traits() Traits {
	return Traits{
		NewLinks: []NewLink{op.Ends[0].newLink(), op.Ends[1].newLink()},
		Kind:     state.Veth{}.Kind(),
		Section:  VethPairs,
		named:    func(s *state.State) Op { return op.Named(s) },
		tutorial: op.addToTutorial,
	}
}

func (end VethEnd) newLink() NewLink { return NewLink{end.Link, end.Index, end.Alias} }

// Apply implements [Op].
func (op AddVeth) Apply(s *state.State) error {
	op = op.Named(s)
	if op.Ends[0].Link == op.Ends[1].Link {
		return fmt.Errorf("both ends are %s", op.Ends[0].Link)
	}
	if a, b := op.Ends[0], op.Ends[1]; a.Alias != "" && b.Alias != "" && a.Link.Namespace != b.Link.Namespace {
		return fmt.Errorf("%s and %s cannot both be created with an alias: they are in two namespaces", a.Link, b.Link)
	}
	for _, end := range op.Ends {
		if err := mayAdd(s, end.Link, end.Index); err != nil {
			return err
		}
	}
	for i, end := range op.Ends {
		peer := op.Ends[1-i].Link
		l := newLink(end.Link.Link, end.Index, end.MAC, end.MTU)
		l.Kind, l.Alias = state.Veth{Peer: peer}, end.Alias
		s.Namespaces[end.Link.Namespace].Links[l.Name] = l
	}
	return nil
}

// Named returns the Op with the names that the kernel gives to ends without one, in
// a State.
func (op AddVeth) Named(s *state.State) AddVeth {
	for i := 1; i >= 0; i-- {
		if e := &op.Ends[i].Link; e.Link == "" {
			e.Link = freeVeth(s, *e, op.Ends[1].Link)
		}
	}
	return op
}

// freeVeth returns the name that the kernel gives to an end in a namespace. Taken is
// the name of the other end, which is not in s yet.
func freeVeth(s *state.State, e, taken state.Endpoint) string {
	for i := 0; ; i++ {
		e.Link = fmt.Sprintf("veth%d", i)
		if s.Link(e) == nil && e != taken {
			return e.Link
		}
	}
}

// mayAdd returns why a link cannot be added, or nil.
func mayAdd(s *state.State, e state.Endpoint, index int) error {
	ns, err := namespaceOf(s, e.Namespace)
	if err != nil {
		return err
	}
	if nameTaken(ns, e.Link) {
		return fmt.Errorf("%s exists", e)
	}
	for _, l := range ns.Links {
		if index != 0 && l.Index == index {
			return fmt.Errorf("%s: index %d is taken by %s", e, index, l.Name)
		}
	}
	return nil
}

// newLink returns the State of a newly created link.
func newLink(name string, index int, mac topo.MAC, mtu int) *state.Link {
	if mtu == 0 {
		mtu = state.DefaultMTU
	}
	return &state.Link{Name: name, Index: index, MAC: mac, MTU: mtu, AutoLinkLocal: mtu >= state.MinIPv6MTU}
}
