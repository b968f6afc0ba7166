package hostmap

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/dump"
)

// Scene returns the map as a Scene, without isolated namespaces.
func (m *Map) Scene() *draw.Scene {
	s := &draw.Scene{}
	for _, ns := range m.Namespaces {
		if ns.Isolated() {
			continue
		}
		s.Boxes = append(s.Boxes, boxOf(ns))
		for i := range ns.Interfaces {
			addCables(s, m, ns, &ns.Interfaces[i])
		}
	}
	dropLoose(s)
	return s
}

func boxOf(ns *Namespace) draw.Box {
	b := draw.Box{ID: ns.Name, Name: ns.Name, Kind: boxKind(ns), Details: []string{ns.About()}}
	if len(ns.Containers) > 0 && !ns.Host {
		b.Subtitle = ns.Containers[0].Image
	}
	for _, l := range ns.Lines(false) {
		i := ns.Interface(l.Name)
		if i == nil { // "and 3 more"
			b.Notes = append(b.Notes, l.Name)
			continue
		}
		up := i.State != dump.StateDown
		switch {
		case i.forwards():
			b.Bars = append(b.Bars, draw.Bar{Name: i.Name, Addresses: l.Address, Up: up, MAC: i.MAC, MTU: i.MTU})
		case i.Name == "lo":
			b.Notes = append(b.Notes, "lo "+strings.Join(l.Address, " "))
		default:
			b.Ports = append(b.Ports, draw.Port{
				Name: i.Name, Kind: i.Kind, Addresses: l.Address, Bar: barOf(ns, i),
				Up: up, Carrier: i.State == dump.StateUp, MAC: i.MAC, MTU: i.MTU,
			})
		}
		for _, via := range i.Default {
			b.Details = append(b.Details, defaultRoute(via, i.Name))
		}
	}
	return b
}

func defaultRoute(via netip.Addr, dev string) string {
	if via.IsUnspecified() {
		return "default dev " + dev
	}
	return fmt.Sprintf("default via %s dev %s", via, dev)
}

// barOf returns the bridge that an interface is a port of; bonds and the like are
// drawn as ports themselves.
func barOf(ns *Namespace, i *Interface) string {
	if master := ns.Interface(i.Master); master != nil && master.forwards() {
		return i.Master
	}
	return ""
}

// boxKind returns the kind of a namespace by its engine and interfaces.
func boxKind(ns *Namespace) draw.Kind {
	switch {
	case ns.Host:
		return draw.Machine
	case len(ns.Containers) > 0:
		return draw.Container
	}
	bridges := 0
	for i := range ns.Interfaces {
		iface := &ns.Interfaces[i]
		switch {
		case iface.forwards():
			bridges++
		case iface.Name != "lo" && barOf(ns, iface) == "":
			return draw.Host
		}
	}
	if bridges > 0 {
		return draw.Switch
	}
	return draw.Host
}

// addCables adds the cable of a veth, once, or the relation to the lower device of an
// interface.
func addCables(s *draw.Scene, m *Map, ns *Namespace, i *Interface) {
	here := draw.End{Box: ns.Name, Port: i.Name}
	for _, to := range []*End{i.Peer, i.Lower} {
		if to == nil {
			continue
		}
		other := m.Namespace(to.Namespace)
		if other == nil || other.Interface(to.Interface) == nil || other.Isolated() {
			continue
		}
		there := draw.End{Box: to.Namespace, Port: to.Interface}
		if to == i.Lower {
			label := strings.TrimSpace(i.Kind + " " + i.Mode)
			if i.ID != 0 {
				label = fmt.Sprintf("%s %d", i.Kind, i.ID)
			}
			s.Relations = append(s.Relations, draw.Relation{From: here, To: there, Label: label})
		} else if here.Box < there.Box || here.Box == there.Box && here.Port < there.Port {
			s.Cables = append(s.Cables, draw.Cable{Ends: [2]draw.End{here, there}})
		}
	}
}

// dropLoose deletes the cables and relations of interfaces that are not drawn, see
// [Namespace.Lines].
func dropLoose(s *draw.Scene) {
	drawn := map[draw.End]bool{}
	for _, b := range s.Boxes {
		for _, p := range b.Ports {
			drawn[draw.End{Box: b.ID, Port: p.Name}] = true
		}
		for _, bar := range b.Bars {
			drawn[draw.End{Box: b.ID, Port: bar.Name}] = true
		}
	}
	s.Cables = slices.DeleteFunc(s.Cables, func(c draw.Cable) bool { return !drawn[c.Ends[0]] || !drawn[c.Ends[1]] })
	s.Relations = slices.DeleteFunc(s.Relations, func(r draw.Relation) bool { return !drawn[r.From] || !drawn[r.To] })
}
