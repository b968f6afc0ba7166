//go:build linux

package vethlab_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/topo"
)

// Every example goes up, a second time without a change, passes its tests, is
// edited, passes them again, and goes down without a trace.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			if !netnstest.Alone(t) {
				return
			}
			needFilter(t, file)
			before := look(t)
			lab := mustOpen(t, file)
			up(t, lab)
			again, err := lab.Up(t.Context())
			if err != nil || !again.Empty() {
				t.Errorf("a second up changes %v, %v", again.Steps(), err)
			}
			passes(t, file)
			edited := lab.Topology().Clone()
			edited.Links = append(edited.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: "new1"}, {Node: "new2"}}})
			edited.Links[0].MTU = 1400
			up(t, newLab(t, edited))
			passes(t, file)
			up(t, mustOpen(t, file))
			down(t, lab)
			before.unchanged(t)
		})
	}
}

// needFilter skips a lab with a packet filter where the kernel has not all of one.
func needFilter(t *testing.T, file string) {
	t.Helper()
	for _, n := range mustOpen(t, file).Topology().Nodes {
		for _, f := range []*feature.Feature{feature.Nftables, feature.NAT, feature.Conntrack} {
			if err := f.Err(); n.Nftables != "" && err != nil {
				t.Skipf("%s filters, and this kernel lacks %s: %v", n.Name, f.Name, err)
			}
		}
	}
}

// passes runs the tests of a lab file.
func passes(t *testing.T, file string) {
	t.Helper()
	report := mustOpen(t, file).Verify(t.Context())
	if len(report.Results) == 0 {
		t.Error("no tests")
	}
	if !report.OK() {
		t.Error(report)
	}
}
