package importer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Live makes a lab of running namespaces, of all named ones if namespaces is empty. Of
// the host namespace it has the veths whose peers are in them and the bridges that
// those are ports of, with all every veth and bridge. An empty name is that of the
// running lab that all the namespaces are of, if any.
func Live(name string, s *state.State, namespaces []string, all bool) (*Result, error) {
	if len(namespaces) == 0 {
		namespaces = named(s)
	}
	d := newDraft(noSource)
	for _, n := range namespaces {
		ns := s.Namespace(n)
		if ns == nil || n == state.Host {
			return nil, fmt.Errorf("unknown namespace %q", n)
		}
		d.state.Namespaces[n] = ns
		d.commands += len(ns.Links)
	}
	if len(namespaces) == 0 && !all {
		return nil, errors.New("cannot import: found no named namespace")
	}
	if host := s.Namespace(state.Host); host != nil {
		d.state.Namespaces[state.Host] = d.hostPart(host, all)
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

// hostPart returns the part of the host namespace that [Live] imports.
func (d *Draft) hostPart(host *state.Namespace, all bool) *state.Namespace {
	kept := &state.Namespace{Name: state.Host, Links: map[string]*state.Link{}, Sysctls: map[string]string{}}
	for name, l := range host.Links {
		if peer, ok := l.Peer(); ok && (all || d.state.Link(peer) != nil) {
			kept.Links[name] = l
		}
	}
	for name, l := range host.Links {
		hasPort := slices.ContainsFunc(host.LinkNames(), func(port string) bool {
			return kept.Links[port] != nil && host.Links[port].Master == name
		})
		if l.Kind.Traits().Forwards && (all || hasPort) {
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
	return kept
}
