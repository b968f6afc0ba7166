//go:build linux

package kernel_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A MAC that somebody set differs from one that the kernel chose, and reading leaves no
// mount.
func TestSetMACs(t *testing.T) {
	ns := emptyNamespace(t)
	mac, err := topo.ParseMAC("02:00:00:00:00:07")
	if err != nil {
		t.Fatal(err)
	}
	end := func(name string, mac topo.MAC) plan.VethEnd {
		return plan.VethEnd{Link: state.Endpoint{Namespace: ns, Link: name}, MAC: mac}
	}
	pair := plan.Plan{plan.AddVeth{Ends: [2]plan.VethEnd{end("given", mac), end("chosen", topo.MAC{})}}}
	if err := kernel.Apply(t.Context(), pair, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	seen, err := kernel.Dump(ns)
	if err != nil {
		t.Fatal(err)
	}
	before := sysfsMounts(t)
	got, err := kernel.SetMACs(seen)
	if err != nil {
		t.Fatal(err)
	}
	if after := sysfsMounts(t); !slices.Equal(before, after) {
		t.Errorf("the mounts of sysfs were %q, and are %q", before, after)
	}
	if d := cmp.Diff(map[string]bool{"given": true}, got); d != "" {
		t.Error(d)
	}
}

// sysfsMounts returns the mounts of sysfs that the machine's processes see. Others are
// mounted and unmounted beside a test.
func sysfsMounts(t *testing.T) []string {
	t.Helper()
	all, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(all), "\n"), func(line string) bool { return !strings.Contains(line, " sysfs ") })
}
