package preflight

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// checkHost returns an error for each subnet, route and neighbour entry of a plan that
// collides with one of the host namespace, or for what would have no mark there. Only a lab
// with a link to the host has any.
func checkHost(l *compile.Lab, p plan.Plan, seen *kernel.Snapshot) error {
	if err := plan.CheckMarks(p); err != nil {
		return err
	}
	err := errors.Join(checkHostRoutes(l, p, seen.State), checkHostNeighbours(l, p, seen))
	if err != nil {
		return err // of the same addresses it says more than checkSubnets does
	}
	return checkSubnets(p, seen.State)
}

// checkSubnets returns an error for each subnet of a plan that overlaps one of the host
// namespace.
func checkSubnets(p plan.Plan, seen *state.State) error {
	wanted := plan.Networks(p, state.Host)
	if len(wanted) == 0 {
		return nil
	}
	own, err := kernel.HostNetworks()
	errs := []error{err}
	for _, w := range wanted {
		for network, dev := range own {
			if network.Overlaps(w) && !isLab(seen, dev) {
				errs = append(errs, fmt.Errorf("the lab's %s overlaps %s on %s of the host: "+
					"give the lab other addresses, with `subnet` or `addressing`", w, network, dev))
			}
		}
	}
	return errors.Join(errs...)
}

// isLab reports whether a link of the host namespace is the lab's.
func isLab(seen *state.State, dev string) bool {
	return seen.Link(state.Endpoint{Namespace: state.Host, Link: dev}) != nil
}

// checkHostRoutes returns an error for each route of a plan in the host namespace to whose
// destination there is one with the same metric that is not the lab's: the kernel would
// refuse the second.
func checkHostRoutes(l *compile.Lab, p plan.Plan, seen *state.State) error {
	var added []plan.NewRoute
	for _, op := range plan.NewRoutes(p) {
		if op.Namespace == state.Host {
			added = append(added, op)
		}
	}
	if len(added) == 0 {
		return nil
	}
	all, err := kernel.HostMainRoutes()
	errs := []error{err}
	for _, op := range added {
		for _, r := range all {
			if r.Key() == op.Key() && !isLabRoute(seen, r) {
				errs = append(errs, fmt.Errorf("the host has a route %q already and it is not of lab %s, so it is left alone: "+
					"delete it (ip route del %s), or give the lab other addresses, with `subnet` or `addressing`", routeText(r), l.Name, routeText(r)))
			}
		}
	}
	return errors.Join(errs...)
}

// isLabRoute reports whether a route of the host namespace is one that a plan may delete or
// replace.
func isLabRoute(seen *state.State, r kernel.HostRoute) bool {
	host := seen.Namespaces[state.Host]
	return host != nil && (r.Protocol == state.Protocol && slices.Contains(host.Routes, r.Route) ||
		r.Protocol == plan.BootProtocol && slices.Contains(host.Unmarked, r.Route))
}

// routeText returns a route as ip-route(8) writes it.
func routeText(r kernel.HostRoute) string {
	word := map[uint8]string{6: "blackhole ", 7: "unreachable ", 8: "prohibit ", 9: "throw "}[r.Type] // RTN_*
	text := word + strings.TrimPrefix(iproute2.Print(plan.AddRoute{Route: r.Route}), "ip route add ")
	return fmt.Sprintf("%s proto %s", text, protocolName(r.Protocol))
}

// protocolName returns the name of a number in iproute2's rt_protos, or the number.
func protocolName(n uint8) string {
	if name := map[uint8]string{1: "redirect", 2: "kernel", 3: "boot", 4: "static", 9: "ra", 16: "dhcp", 186: "bgp", 188: "ospf"}[n]; name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// checkHostNeighbours returns an error for each neighbour entry of a plan in the host
// namespace where somebody else has added another one for the same address.
func checkHostNeighbours(l *compile.Lab, p plan.Plan, seen *kernel.Snapshot) error {
	var errs []error
	for _, n := range plan.NewNeighbours(p, state.Host) {
		other, taken := seen.Others.Neighbours.Find(n.Key())
		if !taken {
			continue
		}
		errs = append(errs, fmt.Errorf("%s has a neighbour entry for %s already (%s) and it is not of lab %s, so it is left alone: "+
			"delete it (ip neigh del %s dev %s)", topo.HostNode, other.Address, other.MAC, l.Name, other.Address, other.Dev))
	}
	return errors.Join(errs...)
}
