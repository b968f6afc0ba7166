package draw

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// FromState makes a Scene of a State: boxes of namespaces in the order of their
// names, cables of veth pairs. Described has the kinds of nodes by name, see
// [topo.Checked.NodeKinds]; those of others follow from their links and sysctls. A veth
// has a carrier if both ends are up, unless [Scene.SetCarriers] is called.
func FromState(s *state.State, described map[string]topo.Kind) *Scene {
	scene := &Scene{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		scene.Boxes = append(scene.Boxes, boxOf(s, ns, kindOf(ns, described)))
		for _, link := range ns.LinkNames() {
			near := state.Endpoint{Namespace: name, Link: link}
			if far, ok := cabled(s, near); ok && near.Compare(far) < 0 {
				scene.Cables = append(scene.Cables, Cable{Ends: [2]End{endOf(near), endOf(far)}})
			}
			scene.addLower(s, near)
		}
	}
	return scene
}

// addLower adds the relation of a link to its lower device, if that is in the State.
func (s *Scene) addLower(of *state.State, e state.Endpoint) {
	l := of.Link(e)
	if of.LowerOf(l.Kind) != nil {
		s.Relations = append(s.Relations, Relation{From: endOf(e), To: endOf(l.Kind.Lower()[0]), Label: l.KindName()})
	}
}

// SetCarriers sets the carriers that the kernel reports in a Scene of this State.
func (s *Scene) SetCarriers(of *state.State, carrier func(state.Endpoint) bool) {
	for name, ns := range of.Namespaces {
		box := s.Box(BoxID(name))
		for link := range ns.Links {
			if port := box.Port(link); port != nil {
				port.Carrier = carrier(state.Endpoint{Namespace: name, Link: link})
			}
		}
	}
}

// endOf returns the End of an endpoint of a State.
func endOf(e state.Endpoint) End { return End{Box: BoxID(e.Namespace), Port: e.Link} }

// BoxID returns the ID of the box that [FromState] makes of a namespace.
func BoxID(namespace string) string {
	if namespace == state.Host {
		return topo.HostNode
	}
	return namespace
}

// cabled returns the peer of a veth, if both are in the State.
func cabled(s *state.State, e state.Endpoint) (state.Endpoint, bool) {
	far, ok := s.Link(e).Peer()
	if !ok || far == e || s.Link(far) == nil {
		return state.Endpoint{}, false
	}
	back, ok := s.Link(far).Peer()
	return far, ok && back == e
}

func boxOf(s *state.State, ns *state.Namespace, kind Kind) Box {
	b := Box{ID: BoxID(ns.Name), Name: cmp.Or(ns.Mark().Node, ns.Name), Kind: kind}
	if ns.Name == state.Host {
		b.Name = topo.HostNode
	} else if b.Name != ns.Name {
		b.Details = append(b.Details, "namespace "+ns.Name)
	}
	for _, name := range ns.LinkNames() {
		l := ns.Links[name]
		switch traits := l.Kind.Traits(); {
		case traits.TakesPorts:
			b.Bars = append(b.Bars, Bar{Name: name, Addresses: addressesOf(l), Up: l.Up, MAC: l.MAC.String(), MTU: l.MTU})
		case name == state.Lo:
			for _, a := range addressesOf(l) {
				b.Notes = append(b.Notes, name+" "+a)
			}
		default:
			b.Ports = append(b.Ports, portOf(s, state.Endpoint{Namespace: ns.Name, Link: name}))
		}
	}
	b.addRoutes(ns)
	b.Notes = append(b.Notes, filterNotes(ns.Nftables)...)
	return b
}

func portOf(s *state.State, e state.Endpoint) Port {
	l := s.Link(e)
	p := Port{
		Name: l.Name, Kind: l.KindName(), Addresses: addressesOf(l), Bar: l.Master,
		Up: l.Up, Carrier: l.Up, MAC: l.MAC.String(), MTU: l.MTU,
	}
	if far, ok := cabled(s, e); ok {
		p.Carrier = l.Up && s.Link(far).Up
	}
	return p
}

// addRoutes adds the routes to the details, and a router's default route to the notes.
func (b *Box) addRoutes(ns *state.Namespace) {
	for _, r := range ns.Routes {
		text := r.To.String()
		if r.To.Bits() == 0 {
			text = "default"
		}
		if r.Via.IsValid() {
			text += " via " + r.Via.String()
		}
		text += " dev " + r.Dev
		if r.To.Bits() == 0 && b.Kind == Router {
			b.Notes = append(b.Notes, text)
		}
		b.Details = append(b.Details, text)
	}
	if most := 8; len(b.Details) > most {
		more := len(b.Details) - most
		b.Details = append(b.Details[:most:most], fmt.Sprintf("and %d more routes", more))
	}
}

// kindOf returns the kind of a namespace's box.
func kindOf(ns *state.Namespace, described map[string]topo.Kind) Kind {
	if ns.Name == state.Host {
		return Machine
	}
	return Kind(hosts.NodeKind(ns, described))
}

// addressesOf returns the addresses of a link except link-local ones.
func addressesOf(l *state.Link) []string {
	var list []string
	for _, a := range l.Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			list = append(list, a.String())
		}
	}
	return slices.Clip(list)
}
