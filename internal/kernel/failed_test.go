//go:build linux

package kernel_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func TestFlushFailed(t *testing.T) {
	netnstest.Need(t)
	a, b := netnstest.Name(t, "a"), netnstest.Name(t, "b")
	left, right := state.Endpoint{Namespace: a, Link: "eth0"}, state.Endpoint{Namespace: b, Link: "eth0"}
	p := plan.Plan{
		plan.AddNamespace{Name: a},
		plan.AddNamespace{Name: b},
		plan.AddVeth{Ends: [2]plan.VethEnd{{Link: left, Index: 100}, {Link: right, Index: 101}}},
		plan.AddAddress{Link: left, Address: netip.MustParsePrefix("10.0.0.1/24")},
		plan.SetLink{Link: left, Up: new(true)},
		plan.SetLink{Link: right, Up: new(true)},
	}
	t.Cleanup(func() {
		if err := netns.Remove(a, b); err != nil {
			t.Error(err)
		}
	})
	if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	nobody := netip.MustParseAddr("10.0.0.9")
	if err := netns.Do(a, func() error { return sendTo(nobody) }); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); !isResolving(t, a, nobody); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the kernel has no unresolved neighbour entry")
		}
	}
	// A deleted namespace is not an error.
	if err := kernel.FlushFailedNeigh([]string{a, b, a + "-gone"}); err != nil {
		t.Fatal(err)
	}
	if isResolving(t, a, nobody) {
		t.Error("the unresolved neighbour entry was not deleted")
	}
}

// sendTo sends a datagram from the calling thread's namespace.
func sendTo(to netip.Addr) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Sendto(fd, []byte("?"), 0, &unix.SockaddrInet4{Port: 9, Addr: to.As4()})
}

// isResolving reports whether a namespace has an unresolved entry for an address.
func isResolving(t *testing.T, namespace string, who netip.Addr) bool {
	t.Helper()
	ns, err := kernel.Dump(namespace)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(ns.Neighbours, func(n dump.Neighbour) bool { return n.To == who && n.State&unix.NUD_INCOMPLETE != 0 })
}
