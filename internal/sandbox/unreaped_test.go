//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A process in the sandbox that has ended, and that its parent outside does not wait for,
// keeps nobody from ending the sandbox.
func TestUnreapedProcess(t *testing.T) {
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		t.Skip(err)
	}
	holderFileDir(t)
	box := start(t, "lab")
	parent := exec.CommandContext(t.Context(), nsenter, "--target", strconv.Itoa(box.Holder()), "--user", "--pid", "--preserve-credentials", "sleep", "1000")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = parent.Process.Kill()
		_ = parent.Wait()
	})
	child := childOf(t, parent.Process.Pid)
	if err := parent.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(child, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := box.Kill(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// childOf returns the first child of a process that runs in another PID namespace.
func childOf(t *testing.T, pid int) int {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if children := strings.Fields(string(text)); len(children) > 0 {
			child, err := strconv.Atoi(children[0])
			if err != nil {
				t.Fatal(err)
			}
			return child
		}
	}
	t.Fatal("no child")
	return 0
}
