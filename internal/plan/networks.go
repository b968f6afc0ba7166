package plan

import "net/netip"

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
