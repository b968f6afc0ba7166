package plan

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// AddRoute adds a route to the main table.
type AddRoute struct {
	Namespace string
	Route     state.Route
	Replace   bool // takes the place of the route with the same key
}

// At implements [Op].
func (op AddRoute) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Route.Dev}
}

// Play implements [Op].
func (op AddRoute) Play(s *state.State) error {
	l, err := linkOf(s, op.At())
	if err != nil {
		return err
	}
	if !l.Up {
		return fmt.Errorf("route to %s: %s is down", op.Route.To, op.At())
	}
	ns := s.Namespaces[op.Namespace]
	if !op.Replace && hasRoute(ns, op.Route.Key()) {
		return fmt.Errorf("%s has a route to %s already", ns.Name, op.Route.To)
	}
	ns.Routes = ns.Routes.Set(op.Route)
	return nil
}

// DelRoute deletes a route from the main table.
type DelRoute struct {
	Namespace string
	Route     state.Route
}

// At implements [Op].
func (op DelRoute) At() state.Endpoint {
	return state.Endpoint{Namespace: op.Namespace, Link: op.Route.Dev}
}

// Play implements [Op].
func (op DelRoute) Play(s *state.State) error {
	ns, err := namespaceOf(s, op.Namespace)
	if err != nil {
		return err
	}
	if !slices.Contains(ns.Routes, op.Route) {
		return fmt.Errorf("%s has no route to %s", ns.Name, op.Route.To)
	}
	ns.Routes = ns.Routes.Without(op.Route.Key())
	return nil
}

func hasRoute(ns *state.Namespace, k state.RouteKey) bool {
	return slices.ContainsFunc(ns.Routes, func(r state.Route) bool { return r.Key() == k })
}
