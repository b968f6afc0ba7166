//go:build linux

package placement_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) {
	switch role := sandbox.Main(); {
	case role.Over():
		return
	case role == sandbox.Inside:
		netns.LockStartupThread()
		os.Exit(inside(os.Args[1], os.Args[2:]))
	default:
		os.Setenv("GORACE", "atexit_sleep_ms=0")
		os.Exit(m.Run())
	}
}

// inside carries out a command of this program in a sandbox, and returns the exit code.
// sh runs a shell command.
// ls and down are those of vethlab; up makes a lab of the argument's name; exit ends with
// a code; and read compares stdin with its argument.
func inside(command string, args []string) int {
	ctx := context.Background()
	var err error
	switch command {
	case "exit":
		code, _ := strconv.Atoi(args[0])
		return code
	case "sh":
		cmd := exec.Command("sh", "-c", args[0])
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		err = cmd.Run()
	case "read":
		var data []byte
		if data, err = io.ReadAll(os.Stdin); err == nil && string(data) != args[0] {
			err = fmt.Errorf("read %q, want %q", data, args[0])
		}
	case "ls":
		var labs []vethlab.LabInfo
		if labs, err = vethlab.List(); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(labs)
		}
	case "up":
		var lab *vethlab.Lab
		if lab, err = vethlab.New(topo.MustParse("name: " + args[0] + "\nlinks: [[a, b]]")); err == nil {
			_, err = lab.Up(ctx)
		}
	case "down":
		var lab *vethlab.Lab
		if lab, err = vethlab.Find(args[0]); err == nil {
			err = lab.Down(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// rootless returns a process that makes labs in sandboxes, which have a folder of their
// own. It skips the test if this user can't make user namespaces.
func rootless(t *testing.T, args ...string) *placement.Process {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	box, err := sandbox.Start("try")
	if start := (*sandbox.StartError)(nil); errors.As(err, &start) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if ended, err := box.End(); !ended || err != nil {
		t.Fatal(ended, err)
	}
	return &placement.Process{Placement: placement.Placement{Rootless: true}, Args: args}
}

// code returns the exit code of a [placement.Reexecuted], and fails the test for another
// error.
func code(t *testing.T, err error) int {
	t.Helper()
	done, ok := errors.AsType[placement.Reexecuted](err)
	if !ok {
		t.Fatalf("got %v, want the exit code of a re-executed program", err)
	}
	return done.Code
}

// downError returns the error of [placement.Process.Down].
func downError(_ placement.Removal, err error) error { return err }

// A command on a lab without a sandbox is re-executed in a new one if it may create it,
// and a sandbox in which no lab is left ends.
func TestReexecIfSandboxed(t *testing.T) {
	p := rootless(t, "exit", "7")
	if err := p.ReexecIfSandboxed("x", false); !errors.Is(err, vethlab.ErrNotRunning) {
		t.Errorf("without a sandbox: got %v", err)
	}
	if got := code(t, p.ReexecIfSandboxed("x", true)); got != 7 {
		t.Errorf("got exit code %d, want 7", got)
	}
	if labs, err := p.Labs(); len(labs) != 0 || err != nil {
		t.Errorf("afterwards: got %v, %v", labs, err)
	}
	p.Inside = true
	if err := p.ReexecIfSandboxed("x", true); err != nil {
		t.Errorf("inside: got %v", err)
	}
}

// The re-executed program reads what this one has read from standard input.
func TestInputAgain(t *testing.T) {
	p := rootless(t, "read", "some text")
	p.Input = []byte("some text")
	if got := code(t, p.ReexecIfSandboxed("x", true)); got != 0 {
		t.Errorf("got exit code %d", got)
	}
}

func TestLabsAndDown(t *testing.T) {
	p := rootless(t, "up", "vpl-x")
	if got := code(t, p.ReexecIfSandboxed("vpl-x", true)); got != 0 {
		t.Fatalf("got exit code %d", got)
	}
	labs, err := p.Labs()
	if err != nil || len(labs) != 1 {
		t.Fatalf("got %v, %v", labs, err)
	}
	lab := labs[0]
	if lab.Name != "vpl-x" || lab.Sandbox != "vpl-x" || len(lab.Nodes) != 2 || lab.Incomplete {
		t.Errorf("got %+v", lab)
	}
	p.Args = []string{"exit", "5"}
	if got := code(t, p.ReexecFor(lab)); got != 5 {
		t.Errorf("for the lab: got exit code %d, want 5", got)
	}
	if got := code(t, p.ReexecInOnlySandbox()); got != 5 {
		t.Errorf("in the only sandbox: got exit code %d, want 5", got)
	}
	if got := code(t, downError(p.Down(lab))); got != 0 {
		t.Errorf("down: got exit code %d", got)
	}
	if labs, err := p.Labs(); len(labs) != 0 || err != nil {
		t.Errorf("after down: got %v, %v", labs, err)
	}
	for _, err := range []error{downError(p.Down(lab)), p.ReexecFor(lab)} {
		if !errors.Is(err, vethlab.ErrNotRunning) {
			t.Errorf("after down: got %v", err)
		}
	}
	if err := p.ReexecInOnlySandbox(); err != nil {
		t.Errorf("without sandboxes: got %v", err)
	}
}

// A crash leaves a sandbox without a lab: it is listed as an incomplete lab of its name,
// and down ends it.
func TestEmptySandbox(t *testing.T) {
	p := rootless(t)
	box, err := sandbox.Start("vpl-empty")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	labs, err := p.Labs()
	if err != nil || len(labs) != 1 || labs[0].Name != "vpl-empty" || !labs[0].Incomplete || labs[0].Sandbox != "vpl-empty" {
		t.Fatalf("got %+v, %v", labs, err)
	}
	if err := downError(p.Down(labs[0])); err != nil {
		t.Error(err)
	}
	if labs, err := p.Labs(); len(labs) != 0 || err != nil {
		t.Errorf("after down: got %v, %v", labs, err)
	}
}

// A lab of root is out of reach for others.
func TestReexecForForeign(t *testing.T) {
	lab := placement.Lab{LabInfo: vethlab.LabInfo{Name: "x", Foreign: true}}
	if err := new(placement.Process).ReexecFor(lab); !errors.Is(err, sandbox.ErrRoot) {
		t.Errorf("got %v", err)
	}
	lab.Foreign = false
	if err := new(placement.Process).ReexecFor(lab); err != nil {
		t.Errorf("on the machine: got %v", err)
	}
}

func TestOutput(t *testing.T) {
	out, code, err := placement.Output(func(stdout *os.File) (int, error) {
		_, err := stdout.WriteString("text")
		return 3, err
	})
	if string(out) != "text" || code != 3 || err != nil {
		t.Errorf("got %q, %d, %v", out, code, err)
	}
	// Somebody else has the file open for longer.
	var another int
	out, code, err = placement.Output(func(stdout *os.File) (_ int, err error) {
		if another, err = unix.Dup(int(stdout.Fd())); err != nil {
			return 0, err
		}
		_, err = stdout.WriteString("text")
		return 3, err
	})
	unix.Close(another)
	if string(out) != "text" || code != 3 || err != nil {
		t.Errorf("kept open: got %q, %d, %v", out, code, err)
	}
	if _, _, err := placement.Output(func(*os.File) (int, error) { return 0, io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
