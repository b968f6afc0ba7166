package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// Bounds of what is done for neighbour tables.
const (
	maxNeighbours = 1 << 20 // how far the machine's limit is raised: an entry takes half a kilobyte
	maxSeeded     = 1 << 18 // how many entries are added that do not count

	defaultNeighbours = 1024 // the kernel's default limit (gc_thresh3, arp(7))
)

// EnsureNeighbourLimit raises the machine's limit of neighbour entries until the lab is
// deleted, if the traffic of the lab needs so many entries that it could come near the
// limit. Without enough, the lab needs entries that do not count towards it. The notes say
// what was done.
func (l *Lock) EnsureNeighbourLimit(ctx context.Context, need int) (enough bool, notes []string) {
	need = min(need, maxNeighbours)
	limit := cmp.Or(NeighbourLimit(), defaultNeighbours)
	if need <= min(limit, defaultNeighbours)/2 || Rootless() && need <= limit/2 {
		return true, nil
	}
	err := errors.New("root is needed")
	if !Rootless() {
		// Even if it is high enough: another lab may have raised it until that one is down.
		var raised bool
		if raised, err = l.RaiseNeighbourLimit(ctx, 2*need); raised {
			notes = append(notes, fmt.Sprintf("the machine's limit of neighbours (net.ipv4.neigh.default.gc_thresh3) is raised from %d to %d "+
				"until the labs that need that are down", limit, max(limit, 2*need)))
		}
	}
	if err == nil {
		return true, notes
	}
	why := fmt.Sprintf("this lab can need %d neighbours (ARP), the machine's limit is %d and can't be raised: %v. ", need, limit, err)
	if need > maxSeeded {
		return true, append(notes, why+"If pings fail, raise net.ipv4.neigh.default.gc_thresh3 on the machine")
	}
	return false, append(notes, why+"So neighbour entries are added for all nodes that share a subnet")
}
