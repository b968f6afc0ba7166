//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// pair returns the tutorial's two namespaces under names of this test.
func pair(t *testing.T) (lab string, s *state.State) {
	t.Helper()
	lab = "vtest-pair"
	a, b := netnstest.Name(t, "ns1"), netnstest.Name(t, "ns2")
	s = state.New()
	for i, name := range []string{a, b} {
		ns := s.Add(name)
		ns.Links[state.Lo].Alias = state.Mark{Lab: lab, Node: []string{"ns1", "ns2"}[i]}.String()
		ns.Links[state.Lo].Up = true
		mac := topo.MAC{2, 0, 0, 0, 0, byte(i + 1)}
		ns.Links["veth0"] = &state.Link{
			Name: "veth0", MAC: mac, MTU: 1400, Up: true,
			Kind:      state.Veth{Peer: state.Endpoint{Namespace: []string{b, a}[i], Link: "veth0"}},
			Addresses: state.Addresses{netip.MustParsePrefix([]string{"172.18.0.2/24", "172.18.0.3/24"}[i]), state.LinkLocal(mac)},
		}
	}
	s.Namespaces[a].Routes = state.Routes{{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("172.18.0.3"), Dev: "veth0"}}
	s.Namespaces[b].Sysctls[state.ForwardIPv4] = "1"
	s.Namespaces[b].Sysctls[state.ForwardIPv6] = "1"
	return lab, s
}

func equal(t *testing.T, got, want *state.State) {
	t.Helper()
	if d := cmp.Diff(want.Normal(), got.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("seen differs from wanted (-want +got):\n%s", d)
	}
}

func TestApplyObserve(t *testing.T) {
	netnstest.Need(t)
	lab, want := pair(t)
	p := plan.Diff(state.New(), want)
	if err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	view, err := kernel.Observe(lab, want, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, view.State, want)
	if again := plan.Diff(view.State, want); len(again) != 0 {
		t.Errorf("a second plan: %+v", again)
	}
}

// Settle waits for links and addresses, and its error names those that never get ready.
func TestSettleReportsMissing(t *testing.T) {
	netnstest.Need(t)
	_, want := pair(t)
	if err := kernel.Apply(t.Context(), plan.Diff(state.New(), want), state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	names := want.Names()
	t.Cleanup(func() {
		if _, err := kernel.Remove(context.WithoutCancel(t.Context()), names); err != nil {
			t.Error(err)
		}
	})
	if err := kernel.Settle(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	missing := netip.MustParsePrefix("fd99::abcd/64")
	for _, link := range want.Namespaces[names[0]].Links {
		if _, veth := link.Kind.(state.Veth); veth {
			link.Addresses = append(link.Addresses, missing)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := kernel.Settle(ctx, want)
	unsettled := (*kernel.UnsettledError)(nil)
	if !errors.As(err, &unsettled) || len(unsettled.Links) != 1 || unsettled.Links[0].Reason != "fd99::abcd not in use" {
		t.Errorf("got %v, want fd99::abcd to be missing", err)
	}
}

func TestSettleRemove(t *testing.T) {
	netnstest.Need(t)
	_, want := pair(t)
	if err := kernel.Apply(t.Context(), plan.Diff(state.New(), want), state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := kernel.Settle(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	names := want.Names()
	held, err := os.Open(netns.Path(names[0]))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	got, err := kernel.Remove(t.Context(), names)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("removal took", time.Since(start))
	if !slices.Equal(got, names[:1]) {
		t.Errorf("held: %q, want %q", got, names[:1])
	}
	held.Close()
}

func TestSeedNeighbours(t *testing.T) {
	needPrograms(t, "ip")
	netnstest.Need(t)
	_, want := pair(t)
	if err := kernel.Apply(t.Context(), plan.Diff(state.New(), want), state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // existing entries are not an error
		if err := kernel.SeedNeighbours(want); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range want.Names() {
		other := want.Names()[1-i]
		l := want.Namespaces[other].Links["veth0"]
		out, err := exec.CommandContext(t.Context(), "ip", "-n", name, "-4", "neigh").CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s dev veth0 lladdr %s extern_learn", l.Addresses[0].Addr(), l.MAC)
		if !strings.Contains(string(out), line) || strings.Count(string(out), "extern_learn") != 1 {
			t.Errorf("%s: want %q, got\n%s", name, line, out)
		}
	}
}
