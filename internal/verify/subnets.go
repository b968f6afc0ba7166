package verify

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/internal/hosts"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/state"
)

// SubnetTests returns tests for a lab without its description: in each subnet every
// node must reach the next one.
func SubnetTests(s *state.State) []compile.Test {
	type member struct {
		node string
		addr netip.Addr
	}
	subnets := map[netip.Prefix][]member{}
	for _, name := range s.Names() {
		ns := s.Namespaces[name]
		for _, link := range ns.LinkNames() {
			for _, p := range ns.Links[link].Addresses {
				if hosts.Unique(p.Addr()) && name != state.Host {
					subnets[p.Masked()] = append(subnets[p.Masked()], member{ns.Mark().Node, p.Addr()})
				}
			}
		}
	}
	var tests []compile.Test
	for _, subnet := range slices.SortedFunc(maps.Keys(subnets), state.ComparePrefixes) {
		members := subnets[subnet]
		for i, m := range members {
			next := members[(i+1)%len(members)]
			if next != m {
				tests = append(tests, compile.NewTest(m.node, next.node, next.addr))
			}
		}
	}
	return tests
}
