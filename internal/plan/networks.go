package plan

import "net/netip"

// Networks returns the prefixes that a plan makes reachable from a namespace: the subnets
// of its new addresses that are not link-local, and the destinations of its new
// routes.
func Networks(p Plan, namespace string) []netip.Prefix {
	var list []netip.Prefix
	for _, op := range p {
		if n, ok := op.(interface{ network() netip.Prefix }); ok && op.At().Namespace == namespace {
			if network := n.network(); !network.Addr().IsLinkLocalUnicast() {
				list = append(list, network)
			}
		}
	}
	return list
}

func (op AddAddress) network() netip.Prefix { return op.Address.Masked() }
func (op AddRoute) network() netip.Prefix   { return op.Route.To }
