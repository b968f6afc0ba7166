package importer

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Live makes a lab of namespaces that are there. Of the machine's own namespace it
// has the links that are cabled to them and the bridges that those are ports of;
// with all, every veth pair and bridge there is. Without a name the lab is called as
// the one lab that the namespaces are of, if there is one.
func Live(name string, s *state.State, namespaces []string, all bool) (*Result, error) {
	if len(namespaces) == 0 {
		namespaces = named(s)
	}
	d := newDraft(noSource)
	for _, n := range namespaces {
		ns := s.Namespace(n)
		if ns == nil || n == state.Host {
			return nil, fmt.Errorf("there is no namespace %s", n)
		}
		d.state.Namespaces[n] = ns
		d.commands += len(ns.Links)
	}
	if len(namespaces) == 0 && !all {
		return nil, fmt.Errorf("there are no named namespaces here")
	}
	if host := s.Namespace(state.Host); host != nil {
		d.state.Namespaces[state.Host] = d.cabled(host, all)
	}
	lab := labOf(d.state)
	if lab == "" {
		d.state = decompile.WithoutMACs(d.state)
	}
	if name == "" {
		name = lab
	}
	r := d.finish(name)
	if name == "" {
		r.Topology.Name = ""
	}
	r.unit = "link"
	return r, nil
}

func named(s *state.State) []string {
	return slices.DeleteFunc(s.Names(), func(n string) bool { return n == state.Host })
}

// labOf returns the lab that all namespaces are of, or "".
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

// cabled returns what counts of the machine's own namespace.
func (d *Draft) cabled(host *state.Namespace, all bool) *state.Namespace {
	kept := &state.Namespace{Name: state.Host, Links: map[string]*state.Link{}, Sysctls: map[string]string{}}
	for name, l := range host.Links {
		if peer, ok := l.Peer(); ok && (all || d.state.Link(peer) != nil) {
			kept.Links[name] = l
		}
	}
	for name, l := range host.Links {
		holds := slices.ContainsFunc(host.LinkNames(), func(port string) bool {
			return kept.Links[port] != nil && host.Links[port].Master == name
		})
		if l.Kind.Traits().Forwards && (all || holds) {
			kept.Links[name] = l
		}
	}
	for _, name := range host.LinkNames() {
		l := host.Links[name]
		if kept.Links[name] == nil && l.Master != "" && kept.Links[l.Master] != nil {
			d.lose(shell.Pos{}, "", name, fmt.Sprintf("it is a port of %s, and the machine's own", l.Master))
		}
	}
	for _, r := range host.Routes {
		if kept.Links[r.Dev] != nil {
			kept.Routes = append(kept.Routes, r)
		}
	}
	return kept
}
