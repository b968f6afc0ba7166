package preflight

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// existing creates a namespace, which is removed after the test.
func existing(t *testing.T, name string) string {
	t.Helper()
	full := netnstest.Name(t, name)
	if err := netns.CreateAll([]netns.Spec{{Name: full}}); err != nil {
		t.Fatal(err)
	}
	return full
}

// A namespace that a plan makes must not exist, whatever else it does with it.
func TestCheckNames(t *testing.T) {
	netnstest.Need(t)
	taken, free := existing(t, "taken"), netnstest.Name(t, "free")
	lo := plan.SetLink{Link: state.Endpoint{Namespace: taken, Link: state.Lo}, Up: new(true)}
	want := fmt.Sprintf("%s/%s exists already and is not of lab l, so it is left alone: give the lab another prefix or name", netns.Dir, taken)
	for _, tt := range []struct {
		name string
		plan plan.Plan
		want string
	}{
		{"nothing", nil, ""},
		{"a free name", plan.Plan{plan.AddNamespace{Name: free}}, ""},
		{"a taken name", plan.Plan{plan.AddNamespace{Name: free}, plan.AddNamespace{Name: taken}}, want},
		{"a change", plan.Plan{lo}, ""},
		{"a deletion", plan.Plan{plan.DelNamespace{Name: taken}}, ""},
	} {
		if got := text(checkNames(&compile.Lab{Name: "l"}, tt.plan)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A namespace that a plan deletes must have no processes.
func TestCheckProcesses(t *testing.T) {
	netnstest.Need(t)
	busy, idle := existing(t, "busy"), existing(t, "idle")
	var cmd *exec.Cmd
	err := netns.Do(busy, func() error {
		cmd = exec.CommandContext(t.Context(), "sleep", "1000")
		return cmd.Start()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	want := fmt.Sprintf("cannot delete namespace %s: processes run in it: sleep (%d) (end them, or take the lab down first: vethlab up --recreate)", busy, cmd.Process.Pid)
	for _, tt := range []struct {
		name string
		plan plan.Plan
		want string
	}{
		{"nothing", nil, ""},
		{"an idle namespace", plan.Plan{plan.DelNamespace{Name: idle}}, ""},
		{"a busy one", plan.Plan{plan.DelNamespace{Name: idle}, plan.DelNamespace{Name: busy}}, want},
		{"a change", plan.Plan{plan.SetSysctl{Namespace: busy, Key: state.ForwardIPv4, Value: "1"}}, ""},
	} {
		if got := text(checkProcesses(tt.plan)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What the kernel lacks is a mistake with its place in the file, before anything is made.
func TestCheckSupported(t *testing.T) {
	netnstest.Need(t)
	kinds, dummy := feature.Required(plan.AddLink{Kind: state.Dummy{}}), ""
	if len(kinds) == 0 {
		t.Fatal("a dummy requires no feature")
	}
	if feature.Lacks(kinds[0].Err()) {
		dummy = "lab:2:26: this kernel lacks dummy, which `ip"
	}
	for _, tt := range []struct{ name, file, want string }{
		{"all", "links: [[a, b]]", ""},
		{"a sysctl", "name: l\nnodes: {a: {sysctls: {net.ipv4.ip_default_ttl: 7}}}\nlinks: [[a, b]]", ""},
		{"an unknown sysctl", "name: l\nnodes: {a: {sysctls: {net.ipv4.no_such_key: 7}}}\nlinks: [[a, b]]", `lab:2:23: cannot set sysctl "net.ipv4.no_such_key": `},
		{"a kind of link", "name: l\nnodes: {a: {interfaces: {d0: {dummy: {}}}}}\nlinks: [[a, b]]", dummy},
	} {
		lab, p := labOf(t, tt.file)
		got := text(checkSupported(lab, p))
		if (got == "") != (tt.want == "") || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func text(err error) string {
	if list := topo.Errors(nil); errors.As(err, &list) && len(list) > 0 {
		return fmt.Sprintf("lab:%d:%d: %s", list[0].Pos.Line, list[0].Pos.Col, list[0].Msg)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}
