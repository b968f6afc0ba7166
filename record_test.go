//go:build linux

package vethlab_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// settingsOfA are sysctls that a node can have whose values a lab can take back, with
// values that differ from the defaults.
var settingsOfA = map[string][]string{
	"net.ipv4.ip_default_ttl":                    {"32", "200"},
	"net.ipv4.ip_forward":                        {"0", "1"},
	"net.ipv4.tcp_syn_retries":                   {"2", "3"},
	"net.ipv4.conf.all.rp_filter":                {"1", "2"},
	"net.ipv4.conf.default.rp_filter":            {"1", "2"},
	"net.ipv4.conf.default.arp_ignore":           {"1", "2"},
	"net.ipv4.conf.eth0.rp_filter":               {"1", "2"},
	"net.ipv4.conf.eth0.arp_announce":            {"1", "2"},
	"net.ipv4.conf.lo.arp_ignore":                {"1"},
	"net.ipv6.conf.all.forwarding":               {"0", "1"},
	"net.ipv6.conf.default.accept_ra":            {"0", "2"},
	"net.ipv6.conf.eth0.accept_ra":               {"0", "2"},
	"net.ipv6.conf.eth0.hop_limit":               {"9"},
	"net.ipv6.neigh.eth0.base_reachable_time_ms": {"15000"},
	"net.core.somaxconn":                         {"77"},
	"net.ipv4.tcp_child_ehash_entries":           {"1"},
	"net.ipv6.conf.default.mtu":                  {"1300"},
	"net.ipv6.conf.eth0.mtu":                     {"1290"},
	"net.ipv4.neigh.eth0.unres_qlen":             {"50", "7"},
	"net.ipv6.neigh.eth0.unres_qlen_bytes":       {"9000"},
}

// keysHere returns the settings that this kernel has: net.ipv4.tcp_child_ehash_entries exists
// since Linux 6.1.
func keysHere() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(settingsOfA)), func(key string) bool {
		_, err := os.Stat("/proc/sys/" + state.SysctlPath(strings.Replace(key, ".eth0.", ".lo.", 1)))
		return err != nil
	})
}

// drawSettings draws a lab of two nodes with some settings.
func drawSettings(t *rapid.T, name, label string) *topo.Topology {
	top := topo.MustParse("links: [[a, b]]\nnodes: {a: {}, b: {kind: router}}\n")
	top.Name = name
	for i := range top.Nodes {
		keys := rapid.SliceOfNDistinct(rapid.SampledFrom(keysHere()), 0, 5, rapid.ID).Draw(t, label)
		top.Nodes[i].Sysctls = map[string]string{}
		for _, key := range keys {
			top.Nodes[i].Sysctls[key] = rapid.SampledFrom(settingsOfA[key]).Draw(t, key)
		}
	}
	return top
}

// settingsTime bounds how long labs are drawn.
const settingsTime = 10 * time.Second

// After Up with description a and then b, all sysctls below net. are as after Up with b
// alone.
func TestSysctlsAreRestored(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	end := time.Now().Add(settingsTime)
	rapid.Check(t, func(t *rapid.T) {
		if time.Now().After(end) {
			return
		}
		a, b := drawSettings(t, name, "a"), drawSettings(t, name, "b")
		edited := through(t, a, b)
		if d := lastingDiff(through(t, b), edited); d != "" {
			t.Fatalf("after a and b (-b alone +a, then b):\n%s", d)
		}
	})
}

// readAll reads every file below /proc/sys/net except those that differ between
// namespaces anyway.
func readAll(into map[string]string) error {
	return filepath.WalkDir("/proc/sys/net", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir():
			return err
		case slices.Contains([]string{"tcp_fastopen_key", "stable_secret", "nf_conntrack_count", "flush"}, e.Name()):
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			into[path] = strings.Join(strings.Fields(string(text)), " ")
		}
		return nil // some can't be read
	})
}

// A damaged record is reported once and treated as missing: the lab can be changed.
func TestDamagedRecord(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	path := filepath.Join(sandbox.Dir, name+".wanted")
	const folder, missing = "a folder", "nothing"
	for _, text := range []string{"", "{", `{"version": 999}`, `{"version": 1}`, `{"version": 1, "topology": {"nodes": 7}}`, `{"version": 1, "topology": {}}`, `{"version": 1, "topology": {"name": "other", "links": [["a", "b"]]}}`, strings.Repeat("[", 100000), folder, missing} {
		var said []string
		lab := parse(t, "name: "+name+"\nlinks: [[a, b]]\nnodes: {a: {sysctls: {net.ipv4.ip_default_ttl: 9}}}\n")
		lab.Notify(func(e vethlab.Event) {
			if e.Kind == vethlab.EventRecord {
				said = append(said, e.Text)
			}
		})
		up(t, lab)
		write := func() error { return os.WriteFile(path, []byte(text), 0o600) }
		switch text {
		case folder:
			write = func() error { return errors.Join(os.Remove(path), os.MkdirAll(path+"/x", 0o700)) }
		case missing:
			write = func() error { return os.Remove(path) }
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		found, err := vethlab.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if found.Topology() != nil || found.DescriptionError() == nil {
			t.Errorf("%.20q: the description is taken for known", text)
		}
		if _, err := lab.Up(t.Context()); err != nil || len(said) != 1 || strings.Contains(said[0], ":1:") {
			t.Errorf("%.20q: %v, said %q", text, err, said)
		}
		if found, err = vethlab.Find(name); err != nil || found.Topology() == nil {
			t.Errorf("%.20q: after another up: %v", text, err)
		}
		down(t, lab)
	}
}

// A neighbour entry that the description no longer has is deleted, also in labs so large
// that the entries of most namespaces are not read, and after an Up that failed.
func TestOldNeighboursAreDeleted(t *testing.T) {
	netnstest.Need(t)
	const nodes = 130
	name := netnstest.LabName(t)
	chain := &topo.Topology{Name: name}
	for i := range nodes - 1 {
		chain.Links = append(chain.Links, topo.MustParse(fmt.Sprintf("links: [[n%d, n%d]]", i, i+1)).Links...)
	}
	with := topo.MustParse("name: " + name + `
links: [[n0, n1]]
nodes: {n0: {interfaces: {eth0: {neighbours: {10.0.0.77: "02:00:00:00:00:77"}}}}}`)
	with.Links = chain.Links
	if _, err := newLab(t, with).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader := newLab(t, with) // it reads the entries of n0
	entries := func() state.Neighbours {
		view, err := reader.View()
		if err != nil {
			t.Fatal(err)
		}
		return view.State.Namespaces[name+".n0"].Neighbours
	}
	if got := entries(); len(got) != 1 {
		t.Fatalf("after the first up: %v, want one entry", got)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := newLab(t, chain).Up(ended); err == nil {
		t.Fatal("an up whose context has ended does not fail")
	}
	lab := newLab(t, chain)
	up(t, lab)
	if got := entries(); len(got) > 0 {
		t.Errorf("the description has no entries, the kernel has %v", got)
	}
	down(t, lab)
}

// Find returns a lab with the tests that it was brought up with, and their positions.
func TestFoundLabKnowsItsTests(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	file := labFile(t, name, "links: [[a, b]]\ntests:\n- {from: a, to: b, expect: unreachable}\n")
	lab := mustOpen(t, file)
	up(t, lab)
	found, err := vethlab.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	report := found.Verify(t.Context())
	if report.OK() || len(report.Results) != 1 {
		t.Fatalf("%d results, all as expected: %v, want one that is not", len(report.Results), report.OK())
	}
	if got, want := fmt.Sprint(found.Topology().Tests[0].Pos), fmt.Sprint(lab.Topology().Tests[0].Pos); got != want || want == "" {
		t.Errorf("the position of the test is %s, want %s", got, want)
	}
	if err := lab.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(sandbox.Dir + "/" + name + ".*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
