package verify

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A test that expects no answer would pass for another reason where the source or the target
// is not as the file describes: without an address, or with a link that is down. So it fails
// there, with that reason. A test that expects an answer would pass for another reason where
// another node has an address of the target, and answers.

// broken returns what of the source or the target of a pair differs from the description;
// "" if nothing does.
func (e *engine) broken(t *compile.Test, p *compile.Pair) string {
	if e.described == nil {
		return ""
	}
	if t.Outcome() != topo.Unreachable {
		return e.takenAddress(p)
	}
	if why := e.brokenSource(p.From); why != "" {
		return why
	}
	for _, a := range p.Addresses {
		if why := e.brokenTarget(p.Node, a); why != "" {
			return why
		}
	}
	return ""
}

// takenAddress says which address of the target another node has.
func (e *engine) takenAddress(p *compile.Pair) string {
	for _, a := range p.Addresses {
		if node := e.misplaced[a]; node != "" && p.Node != "" && node != p.Node {
			return fmt.Sprintf("%s has %s, an address of %s%s", node, a, p.Node, otherThanDescribed)
		}
	}
	return ""
}

// misplaced returns the nodes that have an address, other than described. Link-local
// addresses are not included: other links may have the same.
func misplaced(seen, described *state.State) map[netip.Addr]string {
	nodes := map[netip.Addr]string{}
	if described == nil {
		return nodes
	}
	for name, ns := range seen.Namespaces {
		want := described.Namespace(name)
		for _, l := range ns.Links {
			for _, p := range l.Addresses {
				if a := p.Addr(); !a.IsLinkLocalUnicast() && (want == nil || !want.Owns(a)) {
					nodes[a] = hosts.NodeName(ns)
				}
			}
		}
	}
	return nodes
}

// brokenSource says which link of a node is missing or down, or lacks an address, and
// which route is missing.
func (e *engine) brokenSource(node string) string {
	want, seen := e.namespace(node)
	if want == nil {
		return ""
	}
	for _, name := range want.LinkNames() {
		link := want.Links[name]
		if why := brokenLink(node, link, seen.Links[name], link.Addresses); why != "" {
			return why
		}
	}
	for _, r := range want.Routes {
		if !slices.Contains(seen.Routes, r) {
			return fmt.Sprintf("%s has no route to %s%s", node, r.To, otherThanDescribed)
		}
	}
	return ""
}

// brokenTarget says why a node is not reached at an address that it has by its
// description.
func (e *engine) brokenTarget(node string, a netip.Addr) string {
	want, seen := e.namespace(node)
	if want == nil {
		return ""
	}
	for _, name := range want.LinkNames() {
		link := want.Links[name]
		if i := slices.IndexFunc(link.Addresses, func(p netip.Prefix) bool { return p.Addr() == a }); i >= 0 {
			return brokenLink(node, link, seen.Links[name], link.Addresses[i:i+1])
		}
	}
	return ""
}

// namespace returns the namespace of a node as described and as seen, nil if either is
// unknown.
func (e *engine) namespace(node string) (want, seen *state.Namespace) {
	name, ok := e.namespaces[node]
	if !ok || node == "" {
		return nil, nil
	}
	want, seen = e.described.Namespace(name), e.state.Namespace(name)
	if want == nil || seen == nil {
		return nil, nil
	}
	return want, seen
}

const otherThanDescribed = ", other than described (vethlab up restores it)"

// brokenLink says what of a link is not as described; seen may be nil.
func brokenLink(node string, want, seen *state.Link, addresses []netip.Prefix) string {
	switch {
	case seen == nil:
		return fmt.Sprintf("%s has no link %s%s", node, want.Name, otherThanDescribed)
	case want.Up && !seen.Up:
		return fmt.Sprintf("%s of %s is down%s", want.Name, node, otherThanDescribed)
	}
	for _, p := range addresses {
		if !slices.Contains(seen.Addresses, p) {
			return fmt.Sprintf("%s of %s lacks %s%s", want.Name, node, p, otherThanDescribed)
		}
	}
	return ""
}
