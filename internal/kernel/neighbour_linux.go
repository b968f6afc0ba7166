package kernel

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// A neighbour looks for an IPv6 address by asking a multicast group that the
// address is in (RFC 4861). The kernel joins it some milliseconds after it has
// the address, in its own time, and who asks before that asks again only after
// a second.

// joinPause is the pause between two looks: the kernel does not tell of joining.
const joinPause = time.Millisecond

// settleGroups waits until all IPv6 addresses of links that work are in their
// groups.
func settleGroups(ctx context.Context, s *state.State) error {
	var names []string
	var groups [][]membership
	for _, name := range s.Names() {
		if wanted := groupsOf(s, name); len(wanted) > 0 {
			names, groups = append(names, name), append(groups, wanted)
		}
	}
	missing := make([][]state.Endpoint, len(names))
	err := netns.Each(names, func(i int) error {
		for {
			joined, err := joinedGroups()
			if err != nil {
				return err
			}
			groups[i] = slices.DeleteFunc(groups[i], func(g membership) bool { return joined[g] })
			if len(groups[i]) == 0 {
				return nil
			}
			select {
			case <-ctx.Done():
				for _, g := range groups[i] {
					missing[i] = append(missing[i], state.Endpoint{Namespace: names[i], Link: g.link})
				}
				return nil
			case <-time.After(joinPause):
			}
		}
	})
	if all := slices.Concat(missing...); err == nil && len(all) > 0 {
		return &UnsettledError{all}
	}
	return err
}

// A membership says that a link is in a multicast group.
type membership struct {
	link    string
	address netip.Addr
}

// groupsOf returns the groups that neighbours use to look for the addresses of
// a namespace.
func groupsOf(s *state.State, namespace string) []membership {
	var groups []membership
	for name, l := range s.Namespaces[namespace].Links {
		if !canWork(s, state.Endpoint{Namespace: namespace, Link: name}) {
			continue
		}
		for _, a := range l.Addresses {
			if a.Addr().Is6() {
				groups = append(groups, membership{name, solicitedNode(a.Addr())})
			}
		}
	}
	return groups
}

// solicitedNode returns the group of an address (RFC 4291, section 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 11: 1, 12: 0xff, 13: b[13], 14: b[14], 15: b[15]})
}

// joinedGroups returns the groups of the calling thread's namespace.
func joinedGroups() (map[membership]bool, error) {
	text, err := os.ReadFile("/proc/thread-self/net/igmp6")
	if err != nil {
		return nil, err
	}
	return parseGroups(text), nil
}

// parseGroups reads igmp6 of proc(5): lines of an index, a link, an address in
// hexadecimal digits, and more.
func parseGroups(text []byte) map[membership]bool {
	groups := map[membership]bool{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := bytes.Fields(lines.Bytes())
		if len(fields) < 3 {
			continue
		}
		var address [16]byte
		if n, err := hex.Decode(address[:], fields[2][:min(len(fields[2]), 32)]); err == nil && n == 16 {
			groups[membership{string(fields[1]), netip.AddrFrom16(address)}] = true
		}
	}
	return groups
}
