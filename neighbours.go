package vethlab

import (
	"cmp"
	"errors"
	"net/netip"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// maxNeighbours bounds how far the machine's limit is raised: a neighbour entry
// takes half a kilobyte.
const maxNeighbours = 1 << 20

// maxPermanent bounds how many permanent neighbour entries are made.
const maxPermanent = 1 << 18

// ensureNeighLimit raises the machine's limit of neighbour entries if traffic between
// all nodes of the lab could come near it. It reports whether the limit is high enough;
// if not, permanent entries are needed.
func (l *Lab) ensureNeighLimit(lock *sandbox.Lock) bool {
	need := min(l.neighbours(), maxNeighbours)
	limit := cmp.Or(sandbox.NeighbourLimit(), defaultNeighbours)
	if need <= min(limit, defaultNeighbours)/2 || sandbox.Rootless() && need <= limit/2 {
		return true
	}
	why := errors.New("root is needed")
	if !sandbox.Rootless() {
		// Even if it is high enough: another lab may have raised it until that one is down.
		var raised bool
		if raised, why = lock.RaiseNeighbourLimit(2 * need); raised {
			l.notify(EventLimit, "the machine's limit of neighbours (net.ipv4.neigh.default.gc_thresh3) is raised from %d to %d "+
				"until the labs that need that are down", limit, max(limit, 2*need))
		}
	}
	if why == nil {
		return true
	}
	if need > maxPermanent {
		l.notify(EventLimit, "this lab can need %d neighbours (ARP), the machine's limit is %d and can't be raised: %v. "+
			"If pings fail, raise net.ipv4.neigh.default.gc_thresh3 on the machine", need, limit, why)
		return true
	}
	l.notify(EventLimit, "this lab can need %d neighbours (ARP), the machine's limit is %d and can't be raised: %v. "+
		"So nodes on one link know each other from the beginning", need, limit, why)
	return false
}

// defaultNeighbours is the kernel's own limit (gc_thresh3, arp(7)).
const defaultNeighbours = 1024

// neighbours returns the number of entries in the neighbour tables of one family if all
// nodes of each segment communicate with each other.
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
