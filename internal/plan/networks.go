package plan

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/state"
)

// Networks returns the prefixes that a plan makes reachable from a namespace: the subnets
// of its new addresses that are not link-local, and the destinations of its new
// routes.
func Networks(p Plan, namespace string) []netip.Prefix {
	var list []netip.Prefix
	for _, op := range p {
		network := op.Traits().Network
		if network.IsValid() && op.At().Namespace == namespace && !network.Addr().IsLinkLocalUnicast() {
			list = append(list, network)
		}
	}
	return list
}

// A NewRoute is a route that a plan adds to a namespace.
type NewRoute struct {
	Namespace string
	state.Route
}

// NewRoutes returns the routes that a plan adds.
func NewRoutes(p Plan) []NewRoute {
	var list []NewRoute
	for _, op := range p {
		if r := op.Traits().Route; r != nil {
			list = append(list, NewRoute{op.At().Namespace, *r})
		}
	}
	return list
}

// NewNeighbours returns the neighbour entries that a plan adds to a namespace.
func NewNeighbours(p Plan, namespace string) state.Neighbours {
	var list state.Neighbours
	for _, op := range p {
		if n := op.Traits().Neighbour; n != nil && op.At().Namespace == namespace {
			list = append(list, *n)
		}
	}
	return list
}
