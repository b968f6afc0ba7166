package importer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// A Machine is what runs: the State of all namespaces, and what each of them shows.
type Machine struct {
	State *state.State
	Facts map[string]Facts // by name

	// Others holds further names of namespaces that have several, each with the first.
	Others map[string]string
}

// Live makes a lab of running namespaces, of all named ones if namespaces is empty. Of
// the host namespace it has the veths whose peers are in them and the bridges that
// those are ports of, with all every veth and bridge. An empty name is that of the
// running lab that all the namespaces are of, if any.
func Live(name string, m Machine, namespaces []string, all bool) (*Result, error) {
	d, s := newDraft("this machine", noSource), m.State.Clone()
	d.state.Flat = false
	everything := len(namespaces) == 0
	namespaces, err := d.choose(m, s, namespaces)
	if err != nil {
		return nil, err
	}
	for _, n := range namespaces {
		d.state.Namespaces[n] = s.Namespaces[n]
		d.commands += len(s.Namespaces[n].Links)
	}
	if len(namespaces) == 0 && !all {
		return nil, errors.New("cannot import: found no named namespace")
	}
	if host := s.Namespace(state.Host); host != nil {
		d.state.Namespaces[state.Host] = d.hostPart(host, all)
		if everything {
			d.noteHostOnly(host)
		}
	}
	lab := labOf(d.state)
	d.surplus(m, s, lab != "")
	if lab == "" {
		d.state = decompile.KeepingMACs(d.state, func(at state.Endpoint) bool {
			first := at.Namespace
			if m.isOther(first) {
				first = m.Others[first]
			}
			set := m.Facts[first].SetMACs
			return first != state.Host && (set == nil || set[at.Link]) // udev sets those of the host
		})
	}
	if name == "" {
		name = lab
	}
	d.keepMTUs()
	r, err := d.finish(name)
	if err != nil {
		return nil, err
	}
	if name == "" {
		r.Topology.Name = ""
	}
	r.unit = fact
	return r, nil
}

// keepMTUs keeps the MTUs that the kernel reports, also those of bridges.
func (d *Draft) keepMTUs() {
	for name, ns := range d.state.Namespaces {
		for link := range ns.Links {
			d.ownMTU[state.Endpoint{Namespace: name, Link: link}] = true
		}
	}
}

// choose returns the namespaces to import, each under one name, which links of s then
// name as their peers'.
func (d *Draft) choose(m Machine, s *state.State, names []string) ([]string, error) {
	if len(names) == 0 {
		names = slices.DeleteFunc(named(s), func(n string) bool { return m.Others[n] == state.Host && m.isOther(n) })
	}
	chosen := map[string]string{} // by first name
	var list []string
	for _, n := range names {
		first := n
		if m.isOther(n) {
			first = m.Others[n]
		}
		switch {
		case n == state.Host || s.Namespace(n) == nil:
			return nil, fmt.Errorf("unknown namespace %q", n)
		case first == state.Host:
			return nil, fmt.Errorf("cannot import %q: it is the host namespace", n)
		case chosen[first] == n:
			continue
		case chosen[first] != "":
			d.noteLost(shell.Pos{}, chosen[first], n, fmt.Sprintf("another name of the namespace %s", chosen[first]))
			continue
		}
		chosen[first] = n
		list = append(list, n)
	}
	m.callBy(s, chosen)
	return list, nil
}

// callBy replaces the names of the namespaces of peers and lower devices by those that were
// chosen.
func (m Machine) callBy(s *state.State, chosen map[string]string) {
	for _, ns := range s.Namespaces {
		for _, l := range ns.Links {
			for _, e := range l.Related() {
				first := e.Namespace
				if m.isOther(first) {
					first = m.Others[first]
				}
				if name := chosen[first]; (name != "" || first == state.Host) && e.Link != "" && name != e.Namespace {
					l.Kind = l.Kind.Renamed(e, state.Endpoint{Namespace: name, Link: e.Link})
				}
			}
		}
	}
}

func (m Machine) isOther(name string) bool {
	_, other := m.Others[name]
	return other
}

func named(s *state.State) []string {
	return slices.DeleteFunc(s.Names(), func(n string) bool { return n == state.Host })
}

// labOf returns the running lab that all namespaces are of, or "".
func labOf(s *state.State) string {
	lab := ""
	for i, n := range named(s) {
		m := s.Namespaces[n].Mark()
		if m.Lab == "" || i > 0 && m.Lab != lab {
			return ""
		}
		lab = m.Lab
	}
	return lab
}

// surplus notes what the namespaces show beyond the State.
func (d *Draft) surplus(m Machine, s *state.State, ours bool) {
	for _, name := range d.state.Names() {
		first := name
		if m.isOther(name) {
			first = m.Others[name]
		}
		f, ok := m.Facts[first]
		if !ok {
			d.noteLost(shell.Pos{}, name, name, "the namespace was deleted while it was read")
			continue
		}
		d.loseSurplus(f, dump.Model(s, name), d.state.Namespaces[name], upperAddresses(s, name), ours)
	}
}

// noteHostOnly notes the veths and bridges of the host that are left out because they are
// connected to none of the namespaces.
func (d *Draft) noteHostOnly(host *state.Namespace) {
	for _, name := range host.LinkNames() {
		at, l := state.Endpoint{Namespace: state.Host, Link: name}, host.Links[name]
		peer, paired := l.Peer()
		switch {
		case d.state.Link(at) != nil:
		case paired && peer.Namespace == state.Host && peer.Link != "":
			d.noteLost(shell.Pos{}, "", at.String(), "both ends of the link are in the host namespace")
		case paired:
			d.noteLost(shell.Pos{}, "", at.String(), "its peer is in no named namespace")
		case l.Kind.Traits().Forwards:
			d.noteLost(shell.Pos{}, "", at.String(), "it is connected to none of the namespaces; --all imports it")
		}
	}
}

// hostPart returns the part of the host namespace that [Live] imports.
func (d *Draft) hostPart(host *state.Namespace, all bool) *state.Namespace {
	kept := &state.Namespace{Name: state.Host, Links: map[string]*state.Link{}, Sysctls: map[string]string{}}
	for name, l := range host.Links {
		if peer, ok := l.Peer(); ok && (all || d.state.Link(peer) != nil) {
			kept.Links[name] = l
		}
	}
	hasPort := map[string]bool{}
	for _, l := range kept.Links {
		hasPort[l.Master] = true
	}
	for name, l := range host.Links {
		if l.Kind.Traits().Forwards && (all || hasPort[name]) {
			kept.Links[name] = l
		}
	}
	for _, name := range host.LinkNames() {
		l := host.Links[name]
		if kept.Links[name] == nil && l.Master != "" && kept.Links[l.Master] != nil {
			d.noteLost(shell.Pos{}, "", name, fmt.Sprintf("a port of %s that belongs to the host, not to the lab", l.Master))
		}
	}
	for _, r := range host.Routes {
		if kept.Links[r.Dev] != nil {
			kept.Routes = append(kept.Routes, r)
		}
	}
	for _, n := range host.Neighbours {
		if kept.Links[n.Dev] != nil {
			kept.Neighbours = append(kept.Neighbours, n)
		}
	}
	return kept
}
