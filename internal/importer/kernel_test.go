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

// programs are the scripts that leave a network behind, so that the kernel's state can
// be compared, with the programs that they run.
var programs = map[string][]string{
	"pair.sh":       {"sh", "ip", "ping"},
	"containers.sh": {"bash", "ip", "ping", "grep", "seq"},
	"chain.sh":      {"bash", "ip"},
	"service.sh":    {"sh", "ip", "sysctl"},
	"nettools.sh":   {"sh", "ip", "brctl", "ifconfig", "route"},
}

// Running a script with the real ip and bringing up the lab imported from it make the
// same network. The lab leaves nothing behind when it is down.
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
				t.Errorf("the lab and the script make different networks (-script +lab):\n%s", d)
			}
			if r := lab.Verify(t.Context()); !r.OK() {
				t.Error(r)
			}
			if err := lab.Down(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := everything(t); len(left.Namespaces) > 1 || len(left.Namespaces[state.Host].Links) > 1 {
				t.Errorf("the lab left the namespaces %v and the host's links %v", left.Names(), left.Namespaces[state.Host].LinkNames())
			}
		})
	}
}

// everything returns the State of all namespaces without MACs, which the kernel chose.
func everything(t *testing.T) *state.State {
	t.Helper()
	view, err := kernel.ObserveAll()
	if err != nil {
		t.Fatal(err)
	}
	return withoutMACs(view.State)
}

// withoutMACs returns a State as before the kernel has chosen MACs.
func withoutMACs(s *state.State) *state.State {
	return decompile.KeepingMACs(s, func(state.Endpoint) bool { return false })
}

// wipe removes the network that a script has made.
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
