package hosts

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/state"
)

// A Table has the addresses of nodes by name, without those that are not [Unique].
type Table struct {
	entries []entry
	byName  map[string][]entry // of "node", "node:interface" and "node-interface"
}

// An entry is an address of a node.
type entry struct {
	node, link string
	prefix     netip.Prefix
}

// NewTable returns the table of the nodes in a State.
func NewTable(s *state.State) *Table {
	t := &Table{byName: map[string][]entry{}}
	for _, namespace := range s.Names() {
		ns := s.Namespaces[namespace]
		node := NodeName(ns)
		for _, link := range ns.LinkNames() {
			for _, p := range ns.Links[link].Addresses {
				if Unique(p.Addr()) {
					t.entries = append(t.entries, entry{node, link, p})
				}
			}
		}
	}
	for _, e := range t.entries {
		t.byName[e.node] = append(t.byName[e.node], e)
		link := e.node + ":" + e.link
		t.byName[link] = append(t.byName[link], e)
	}
	for _, e := range t.entries { // a node of the name node-interface goes first
		link := e.node + "-" + e.link
		if all := t.byName[link]; len(all) == 0 || all[0].node == e.node {
			t.byName[link] = append(all, e)
		}
	}
	return t
}

// Lookup returns the addresses of a node, or of one interface of a node, written
// node:interface or node-interface. IPv4 comes first.
func (t *Table) Lookup(name string) []netip.Addr {
	var list []netip.Addr
	for _, ipv6 := range []bool{false, true} {
		for _, e := range t.byName[name] {
			if e.prefix.Addr().Is6() == ipv6 {
				list = append(list, e.prefix.Addr())
			}
		}
	}
	return list
}

// LookupFrom is [Table.Lookup] from a node: addresses in one of its own subnets
// come before those behind a router.
func (t *Table) LookupFrom(node, name string) []netip.Addr {
	all := t.Lookup(name)
	distance := func(a netip.Addr) int { // 0: on-link
		for _, e := range t.byName[node] {
			if e.prefix.Contains(a) {
				return 0
			}
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return distance(a) - distance(b) })
	return all
}

// Names returns the addresses of all names in the order of [Table.LookupFrom].
func (t *Table) Names(node string) map[string][]netip.Addr {
	names := make(map[string][]netip.Addr, len(t.byName))
	for name := range t.byName {
		names[name] = t.LookupFrom(node, name)
	}
	return names
}

// File returns the table as lines of /etc/hosts, see hosts(5), also with the names
// "node-interface". It leaves out names that are not one valid word there.
func (t *Table) File() []byte {
	if len(t.entries) == 0 {
		return nil
	}
	b := bytes.NewBufferString("\n# nodes of the lab\n")
	for _, e := range t.entries {
		names := []string{e.node, e.node + "-" + e.link}
		if names = slices.DeleteFunc(names, func(n string) bool { return !escape.HostsName(n) }); len(names) > 0 {
			fmt.Fprintf(b, "%s\t%s\n", e.prefix.Addr(), strings.Join(names, " "))
		}
	}
	return b.Bytes()
}
