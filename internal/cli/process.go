package cli

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// processCode returns the exit code of an ended process, in the way of shells:
// 128 and the number of the signal that ended it.
func processCode(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}

// endGrace is how long an interrupted command has to end by itself.
const endGrace = 5 * time.Second

// gently makes a command be interrupted, not killed, when its context ends.
func gently(cmd *exec.Cmd) *exec.Cmd {
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = endGrace
	return cmd
}
