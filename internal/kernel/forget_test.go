//go:build linux

package kernel_test

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Forget deletes entries learned from packets; missing entries are not an error.
func TestForget(t *testing.T) {
	netnstest.Need(t)
	_, want := pair(t)
	names := want.Names()
	here := want.Namespaces[names[0]]
	here.Links["br0"] = &state.Link{Name: "br0", Kind: state.Bridge{}, MTU: 1500, MAC: [6]byte{2, 0, 0, 0, 0, 9}, Up: true}
	rules, err := nft.ParseRuleset(`table ip nat { chain post { type nat hook postrouting priority 100; masquerade; }; }`)
	if err != nil {
		t.Fatal(err)
	}
	if kernel.TryNAT() == nil {
		here.Nftables = rules
	}
	if err := kernel.Apply(t.Context(), plan.Diff(state.New(), want), state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := kernel.Settle(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	view, err := kernel.Observe("vtest-pair", want, nil)
	if err != nil {
		t.Fatal(err)
	}
	sendDatagram(t, names[0], "172.18.0.3")
	before := learned(t, names[0])
	if len(before.Neighbours) == 0 {
		t.Fatal("there is no neighbour entry to be deleted")
	}
	if here.Nftables != nil && connections(t, names[0]) == "0" {
		t.Fatal("there is no connection to be deleted")
	}
	var stale plan.Stale
	for _, n := range before.Neighbours {
		stale.Neighbours = append(stale.Neighbours, plan.StaleNeighbour{Index: n.Index, Address: n.To})
	}
	for i := range 300 { // more answers than a socket buffer holds
		a := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		stale.Neighbours = append(stale.Neighbours, plan.StaleNeighbour{Index: before.Neighbours[0].Index, Address: a})
	}
	stale.Neighbours = append(stale.Neighbours, plan.StaleNeighbour{Index: 9999, Address: netip.MustParseAddr("10.0.0.1")})
	stale.Bridges = []int{view.State.Namespaces[names[0]].Links["br0"].Index, 9999}
	stale.Conntrack = true
	if err := kernel.Forget(map[string]plan.Stale{names[0]: stale, "vtest-unknown": stale}); err != nil {
		t.Fatal(err)
	}
	for _, n := range learned(t, names[0]).Neighbours {
		if n.State&unix.NUD_FAILED == 0 {
			t.Errorf("%+v was not deleted", n)
		}
	}
	// A packet in flight may have created another connection after the first Forget.
	got := connections(t, names[0])
	for range 10 {
		if got == "0" || got == "" {
			return
		}
		time.Sleep(100 * time.Millisecond)
		if err := kernel.Forget(map[string]plan.Stale{names[0]: {Conntrack: true}}); err != nil {
			t.Fatal(err)
		}
		got = connections(t, names[0])
	}
	t.Errorf("%s connections are still tracked", got)
}

// learned returns the dump of a namespace once it has neighbour entries.
func learned(t *testing.T, namespace string) *dump.Namespace {
	t.Helper()
	ns, err := kernel.Dump(namespace)
	if err != nil {
		t.Fatal(err)
	}
	var list []dump.Neighbour
	for _, n := range ns.Neighbours {
		if n.State&(unix.NUD_NOARP|unix.NUD_PERMANENT) == 0 {
			list = append(list, n)
		}
	}
	ns.Neighbours = list
	return ns
}

func sendDatagram(t *testing.T, namespace, to string) {
	t.Helper()
	err := netns.Do(namespace, func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: 9, Addr: netip.MustParseAddr(to).As4()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// connections returns the number of tracked connections; "" without conntrack.
func connections(t *testing.T, namespace string) string {
	t.Helper()
	var text []byte
	err := netns.Do(namespace, func() (err error) {
		text, err = os.ReadFile("/proc/sys/net/netfilter/nf_conntrack_count")
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}
