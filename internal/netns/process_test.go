//go:build linux

package netns_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

func TestExiting(t *testing.T) {
	if netns.Exiting(os.Getpid()) {
		t.Error("this process counts as exiting")
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	if netns.Exiting(pid) {
		t.Error("a running process counts as exiting")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if !netns.WaitExit(pidfd, 10*time.Second) || !netns.Exiting(pid) {
		t.Error("a killed process does not count as exiting")
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the killed process ended without an error")
	}
	if !netns.Exiting(pid) {
		t.Error("a reaped process does not count as exiting")
	}
}
