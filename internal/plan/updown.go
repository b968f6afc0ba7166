package plan

import (
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// WithLinksDown returns a State in which links are set down. All of them must exist.
func WithLinksDown(s *state.State, links []state.Endpoint) *state.State {
	after := s.Clone()
	for _, e := range links {
		_ = SetLink{Link: e, Up: new(false)}.Apply(after) // its only error is an unknown link
	}
	return after
}

// WithLinksUp returns a State in which links are set up that were down. They get back the
// addresses and routes that another State describes and that setting them down deletes.
// Both States must have all links.
func WithLinksUp(s, described *state.State, links []state.Endpoint) *state.State {
	after := s.Clone()
	kept := WithLinksDown(described, links)
	for _, e := range links {
		link := after.Link(e)
		link.Up = true
		for _, a := range described.Link(e).Addresses {
			if !kept.Link(e).Addresses.Contains(a) && !link.Addresses.Contains(a) {
				link.Addresses = append(link.Addresses, a)
			}
		}
		ns := after.Namespaces[e.Namespace]
		for _, r := range described.Namespaces[e.Namespace].Routes {
			if r.Dev == e.Link && !slices.Contains(kept.Namespaces[e.Namespace].Routes, r) {
				ns.Routes = ns.Routes.Set(r)
			}
		}
	}
	return after
}
