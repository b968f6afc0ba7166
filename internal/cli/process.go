package cli

import (
	"context"
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

// promptGrace is how long a command that only looks has to end by itself.
const promptGrace = 300 * time.Millisecond

// promptly calls fn, which only looks at the machine, and returns its error. Soon
// after ctx has ended it returns that of ctx, whatever fn waits for: files and
// processes of other users, or whoever is to read the output.
func promptly(ctx context.Context, fn func() error) error {
	done := make(chan error, 1)
	go func() { done <- fn() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(promptGrace):
		return ctx.Err()
	}
}

// endGrace is how long an interrupted command has to end by itself.
const endGrace = 5 * time.Second

// gently makes a command be interrupted, not killed, when its context ends.
func gently(cmd *exec.Cmd) *exec.Cmd {
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = endGrace
	return cmd
}
