package draw

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// FromState makes a Scene of a State: boxes of namespaces in the order of their
// names, cables of veth pairs. A link that is up has a carrier if its other end
// is up too, unless [Scene.SetCarriers] is called.
func FromState(s *state.State) *Scene {
	scene := &Scene{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		scene.Boxes = append(scene.Boxes, boxOf(s, ns))
		for _, link := range ns.LinkNames() {
			here := state.Endpoint{Namespace: name, Link: link}
			if there, ok := cabled(s, here); ok && here.Compare(there) < 0 {
				scene.Cables = append(scene.Cables, Cable{Ends: [2]End{endOf(here), endOf(there)}})
			}
		}
	}
	return scene
}

// SetCarriers sets the carriers that the kernel reports, in a scene made of this State.
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

// endOf returns what an endpoint of a State is called in a Scene made of it.
func endOf(e state.Endpoint) End { return End{Box: BoxID(e.Namespace), Port: e.Link} }

// BoxID returns the ID of the box that [FromState] makes of a namespace.
func BoxID(namespace string) string {
	if namespace == state.Host {
		return topo.HostNode
	}
	return namespace
}

// cabled returns the other end of a veth, if both are in the State.
func cabled(s *state.State, e state.Endpoint) (state.Endpoint, bool) {
	there, ok := s.Link(e).Peer()
	if !ok || there == e || s.Link(there) == nil {
		return state.Endpoint{}, false
	}
	back, ok := s.Link(there).Peer()
	return there, ok && back == e
}

func boxOf(s *state.State, ns *state.Namespace) Box {
	b := Box{ID: BoxID(ns.Name), Name: cmp.Or(ns.Mark().Node, ns.Name), Kind: kindOf(ns)}
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
	if there, ok := cabled(s, e); ok {
		p.Carrier = l.Up && s.Link(there).Up
	}
	return p
}

// addRoutes says where packets go, in the details; of a router the default route
// is worth a note.
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

// kindOf tells what a namespace is by what is in it.
func kindOf(ns *state.Namespace) Kind {
	switch {
	case ns.Name == state.Host:
		return Machine
	case ns.Sysctls[state.ForwardIPv4] == "1", ns.Sysctls[state.ForwardIPv6] == "1":
		return Router
	case onlyBridges(ns):
		return Switch
	}
	return Host
}

// onlyBridges reports whether a namespace has bridges, and nothing beside them
// but their ports.
func onlyBridges(ns *state.Namespace) bool {
	bridges := 0
	for _, l := range ns.Links {
		switch {
		case l.Name == state.Lo:
		case l.Kind.Traits().Forwards:
			bridges++
		default:
			if ns.Links[l.Master] == nil {
				return false
			}
		}
	}
	return bridges > 0
}

// addressesOf returns the addresses of a link but those that it has by itself.
func addressesOf(l *state.Link) []string {
	var list []string
	for _, a := range l.Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			list = append(list, a.String())
		}
	}
	return slices.Clip(list)
}
