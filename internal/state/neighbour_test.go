package state_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

// Each of n links in a subnet needs an entry for each other one, by IPv4 where it has that.
func TestNeighbourEntries(t *testing.T) {
	s := state.New()
	for i, addresses := range [][]string{
		{"10.0.0.1/24", "fd00::1/64"},
		{"10.0.0.2/24", "fd00::2/64"},
		{"10.0.0.3/24"},
		{"fd00::3/64"},
		{"fd00:1::1/64"},
		{"fd00:1::2/64"},
		{},
	} {
		link := &state.Link{Name: "eth0"}
		for _, a := range addresses {
			link.Addresses = append(link.Addresses, netip.MustParsePrefix(a))
		}
		s.Add(fmt.Sprint("n", i)).Links["eth0"] = link
	}
	if got, want := s.NeighbourEntries(), 3*2+2*1; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
