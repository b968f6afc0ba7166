//go:build linux

package importer_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/importer"
	thismachine "github.com/vethlab/vethlab/internal/importer/machine"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A construct without a comment makes the network of its lab file and, as `import --live`
// sees it, nothing beyond that.
func TestConstructsAndTheKernel(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	for _, program := range []string{"bash", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs the program %s: %v", program, err)
		}
	}
	ran := 0
	var all []construct
	for _, file := range constructsFiles {
		all = append(all, readConstructs(t, file)...)
	}
	for _, c := range all {
		if c.notRun != "" || len(c.follow(t).Notes) > 0 {
			continue
		}
		if reason := run(t, c); reason != "" {
			t.Logf("skipped, since %s:\n%s", reason, c)
		} else {
			ran++
			compareConstruct(t, c)
		}
		wipe(t, everything(t))
	}
	t.Logf("%d constructs", ran)
}

// run runs a construct. It returns why this machine can't: a program is missing, or the
// kernel is too old.
func run(t *testing.T, c construct) (reason string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", c.script(), "x.sh")
	cmd.Dir = t.TempDir()
	out, _ := cmd.CombinedOutput() // some scripts fail on purpose
	if ctx.Err() != nil {
		t.Errorf("the script takes too long:\n%s%s", c, out)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		name, found := strings.CutSuffix(line, ": command not found")
		if found && !strings.HasSuffix(name, "no-such-program") {
			return name + " is missing"
		}
		if strings.HasSuffix(line, "Device or resource busy") { // the new name of a link that is up
			return "the kernel refuses a command"
		}
	}
	return ""
}

func compareConstruct(t *testing.T, c construct) {
	t.Helper()
	r := c.follow(t)
	lab, err := compile.Compile(r.Topology)
	if err != nil {
		t.Errorf("%v:\n%s%s", err, c, r.File())
		return
	}
	m, err := thismachine.Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	live, err := importer.Live("lab", m, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range live.Lost() {
		t.Errorf("%s has no comment:\n%s%s", n, c, r.File())
	}
	made := withSysctls(everything(t), live.Topology)
	if differences(made, withoutMACs(lab.State)) == "" {
		return
	}
	// The kernel changes further settings with some, and the host namespace has lo.
	wipe(t, everything(t))
	if d := differences(made, stateOfUp(t, r.Topology)); d != "" {
		t.Errorf("the lab and the script make different networks:\n%s%s(-script +lab):\n%s", c, r.File(), d)
	}
}

// stateOfUp returns the State in the kernel while a lab is up.
func stateOfUp(t *testing.T, top *topo.Topology) *state.State {
	t.Helper()
	lab, err := vethlab.New(top)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, err := thismachine.Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	live, err := importer.Live("lab", m, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	s := withSysctls(everything(t), live.Topology)
	if err := lab.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// withSysctls returns a State that was read from the kernel, with the sysctls that import
// --live has read, and without a host namespace that only has lo.
func withSysctls(s *state.State, live *topo.Topology) *state.State {
	if host := s.Namespaces[state.Host]; host != nil && len(host.Links) == 1 && len(host.Routes) == 0 {
		delete(s.Namespaces, state.Host)
	}
	for _, n := range live.Nodes {
		ns := s.Namespaces[live.NamespacePrefix()+n.Name]
		for key, value := range n.Sysctls {
			if key == "net.ipv4.conf.all.accept_redirects" { // ip_forward sets it
				continue
			}
			if ns.Sysctls == nil {
				ns.Sysctls = map[string]string{}
			}
			ns.Sysctls[key] = value
		}
	}
	return s
}
