package vethlab

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A directory is what the nodes of a lab are called and where they are. It has
// only addresses that mean the same node everywhere in the lab.
type directory struct {
	entries []entry
	byName  map[string][]entry // of "node", "node:interface" and "node-interface"
}

// An entry is an address of a node.
type entry struct {
	node, link string
	prefix     netip.Prefix
}

func newDirectory(s *state.State) *directory {
	d := &directory{byName: map[string][]entry{}}
	for _, namespace := range s.Names() {
		ns := s.Namespaces[namespace]
		node := ns.Mark().Node
		if namespace == state.Host {
			node = topo.HostNode
		}
		for _, link := range ns.LinkNames() {
			for _, p := range ns.Links[link].Addresses {
				if usable(p.Addr()) {
					d.entries = append(d.entries, entry{node, link, p})
				}
			}
		}
	}
	for _, e := range d.entries {
		d.byName[e.node] = append(d.byName[e.node], e)
		link := e.node + ":" + e.link
		d.byName[link] = append(d.byName[link], e)
	}
	for _, e := range d.entries { // where that is no other's name
		link := e.node + "-" + e.link
		if all := d.byName[link]; len(all) == 0 || all[0].node == e.node {
			d.byName[link] = append(all, e)
		}
	}
	return d
}

// lookup returns the addresses that a name stands for: a node, or one interface
// of a node, written node:interface or node-interface. IPv4 comes first.
func (d *directory) lookup(name string) []netip.Addr {
	var list []netip.Addr
	for _, ipv6 := range []bool{false, true} {
		for _, e := range d.byName[name] {
			if e.prefix.Addr().Is6() == ipv6 {
				list = append(list, e.prefix.Addr())
			}
		}
	}
	return list
}

// lookupFrom is lookup as a node does it: what is in one of its own subnets
// comes before what is behind a router.
func (d *directory) lookupFrom(node, name string) []netip.Addr {
	all := d.lookup(name)
	near := func(a netip.Addr) int {
		for _, e := range d.byName[node] {
			if e.prefix.Contains(a) {
				return 0
			}
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return near(a) - near(b) })
	return all
}

// hosts returns the directory as lines for /etc/hosts (hosts(5)). A node's own
// interfaces have names too: "node-interface". A name that would be more than a
// word there is left out.
func (d *directory) hosts() []byte {
	if len(d.entries) == 0 {
		return nil
	}
	b := bytes.NewBufferString("\n# nodes of the lab\n")
	for _, e := range d.entries {
		names := []string{e.node, e.node + "-" + e.link}
		if names = slices.DeleteFunc(names, func(n string) bool { return !escape.HostsName(n) }); len(names) > 0 {
			fmt.Fprintf(b, "%s\t%s\n", e.prefix.Addr(), strings.Join(names, " "))
		}
	}
	return b.Bytes()
}

// directory returns where the nodes are: as described or, if the description is
// not known, as seen.
func (l *Lab) directory() (*directory, error) {
	if d := l.compiled.Load(); d != nil {
		return d.directory(), nil
	}
	view, err := l.State()
	if err != nil {
		return nil, err
	}
	return newDirectory(view.State), nil
}

// usable reports whether an address means the same node everywhere in a lab.
func usable(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && !a.IsLoopback() }
