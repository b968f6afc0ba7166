//go:build linux

package importer_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// programs are what the scripts call that are worth comparing with the kernel:
// those that leave what they have made.
var programs = map[string][]string{
	"pair.sh":       {"sh", "ip", "ping"},
	"containers.sh": {"bash", "ip", "ping", "grep", "seq"},
	"chain.sh":      {"bash", "ip"},
	"service.sh":    {"sh", "ip", "sysctl"},
	"old.sh":        {"sh", "ip", "brctl", "ifconfig", "route"},
}

// What a script makes when it is run, by the real ip, and what the lab makes that
// is imported from it, are the same. Nothing is left of the lab when it is down.
func TestScriptsAndTheirLabs(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	for script, needs := range programs {
		t.Run(script, func(t *testing.T) {
			for _, program := range needs {
				if _, err := exec.LookPath(program); err != nil {
					t.Skipf("needs the program %s: %v", program, err)
				}
			}
			path := filepath.Join("testdata", "scripts", script)
			args := append([]string{path}, arguments[script]...)
			out, err := exec.CommandContext(t.Context(), needs[0], args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			made := everything(t)
			wipe(t, made)

			lab, err := vethlab.New(read(t, path).Topology)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := lab.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := differences(made, everything(t)); d != "" {
				t.Errorf("the lab is another than what the script makes (-script +lab):\n%s", d)
			}
			if r := lab.Verify(t.Context()); !r.OK() {
				t.Error(r)
			}
			if err := lab.Down(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := everything(t); len(left.Namespaces) > 1 || len(left.Namespaces[state.Host].Links) > 1 {
				t.Errorf("left: %v, and of the machine %v", left.Names(), left.Namespaces[state.Host].LinkNames())
			}
		})
	}
}

// everything returns what is there, without the MACs, which the kernel chose.
func everything(t *testing.T) *state.State {
	t.Helper()
	view, err := kernel.ObserveAll()
	if err != nil {
		t.Fatal(err)
	}
	return decompile.WithoutMACs(view.State)
}

// wipe removes what a script has left.
func wipe(t *testing.T, s *state.State) {
	t.Helper()
	names := s.Names()[1:] // without the host
	if _, err := kernel.Remove(t.Context(), names); err != nil {
		t.Fatal(err)
	}
	for _, link := range everything(t).Namespaces[state.Host].LinkNames() {
		if link != state.Lo {
			if out, err := exec.CommandContext(t.Context(), "ip", "link", "del", link).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
}
