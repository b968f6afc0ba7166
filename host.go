package vethlab

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
)

// checkHost says which addresses and routes of a plan would get in the way of
// the machine's own network. Only a lab with a link to the host has any.
func (l *Lab) checkHost(p plan.Plan) error {
	wanted := plan.Networks(p, state.Host)
	if len(wanted) == 0 {
		return nil
	}
	own, err := kernel.HostNetworks()
	errs := []error{err}
	for _, w := range wanted {
		for network, dev := range own {
			if network.Overlaps(w) {
				errs = append(errs, fmt.Errorf("the host would get %s, but has %s on %s: "+
					"give the lab other addresses, by `subnet` or `addressing`", w, network, dev))
			}
		}
	}
	return errors.Join(errs...)
}

// checkHostLinks says which links to be made in the machine's own namespace have
// names that are taken. Where a part of the lab is there already it leaves that
// to the kernel: such a link may be the lab's own, from before a crash and
// without its mark yet.
func (l *Lab) checkHostLinks(p plan.Plan, seen *state.State) error {
	if len(seen.Namespaces) > 0 {
		return nil
	}
	var errs []error
	for _, link := range hostLinks(p) {
		if _, err := net.InterfaceByName(link); err == nil {
			errs = append(errs, fmt.Errorf("the host has a link %s already and it is not of lab %s, so it is left alone: "+
				"give the lab's link another name", link, l.name))
		}
	}
	return errors.Join(errs...)
}

// hostLinks returns the names of the links that a plan makes in the machine's own
// namespace.
func hostLinks(p plan.Plan) []string {
	var names []string
	for _, op := range p {
		for _, b := range plan.Births(op) {
			if b.Link.Namespace == state.Host {
				names = append(names, b.Link.Link)
			}
		}
	}
	return names
}

// tellHost says of a lab with links to the host where they end, if that is not the
// machine.
func (l *Lab) tellHost() {
	if host := l.wanted().Namespace(state.Host); host == nil || len(host.Links) == 0 || !sandbox.Rootless() {
		return
	}
	l.tell(EventHost, "host is the lab's own surroundings here, not the machine, whose networks are out of its reach: "+
		"for a link to the machine itself the lab needs root (sudo vethlab up)")
}

// maxNeighbours bounds how far the machine's limit is raised: a neighbour
// takes half a kilobyte when it is there.
const maxNeighbours = 1 << 20

// maxIntroductions bounds how many neighbours are told of each other.
const maxIntroductions = 1 << 18

// makeRoom raises the machine's limit of neighbours if all nodes of the lab
// talking to each other could come near it. It reports whether there is room.
func (l *Lab) makeRoom(lock *sandbox.Lock) bool {
	need := min(l.neighbours(), maxNeighbours)
	limit := cmp.Or(sandbox.NeighbourLimit(), defaultNeighbours)
	if need <= limit/2 {
		return true
	}
	why := errors.New("root is needed")
	if !sandbox.Rootless() {
		why = lock.RaiseNeighbourLimit(2 * need)
	}
	if why == nil {
		l.tell(EventLimit, "the machine's limit of neighbours (net.ipv4.neigh.default.gc_thresh3) is raised from %d to %d "+
			"until the last lab is down", limit, 2*need)
		return true
	}
	if need > maxIntroductions {
		l.tell(EventLimit, "this lab can need %d neighbours (ARP), the machine's limit is %d and can't be raised: %v. "+
			"If pings fail, raise net.ipv4.neigh.default.gc_thresh3 on the machine", need, limit, why)
		return true
	}
	l.tell(EventLimit, "this lab can need %d neighbours (ARP), the machine's limit is %d and can't be raised: %v. "+
		"So nodes on one link know each other from the beginning", need, limit, why)
	return false
}

// defaultNeighbours is the kernel's own limit (gc_thresh3, arp(7)).
const defaultNeighbours = 1024

// neighbours returns how many entries the neighbour tables of one family can
// come to hold, when on each segment everybody talks to everybody.
func (l *Lab) neighbours() int {
	members := map[netip.Prefix]int{}
	for _, ns := range l.wanted().Namespaces {
		for _, link := range ns.Links {
			if first := link.Addresses.First(false); first.IsValid() {
				members[first.Masked()]++
			} else if first := link.Addresses.First(true); first.IsValid() {
				members[first.Masked()]++
			}
		}
	}
	total := 0
	for _, n := range members {
		total += n * (n - 1)
	}
	return total
}
