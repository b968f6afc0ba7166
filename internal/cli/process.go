package cli

import (
	"context"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// runChild starts a command, forwards signals to it and waits. The error has its exit code.
func runChild(cmd *exec.Cmd, start func() error) error {
	status, err := netns.RunForwardingSignals(func() (int, error) {
		if err := start(); err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	})
	if err != nil {
		return launchError(err)
	}
	return childExit{sandbox.ExitCode(status)}
}

// cancelGrace is how long [returnOnCancel] waits after the end of the context.
const cancelGrace = 300 * time.Millisecond

// returnOnCancel calls fn, which only reads, and returns its error. If fn has not returned
// soon after the end of ctx, it returns the error of ctx: fn may block on files or
// processes of other users, or on a full pipe.
func returnOnCancel(ctx context.Context, fn func() error) error {
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
	case <-time.After(cancelGrace):
		return ctx.Err()
	}
}

// endsOnCancel makes a command that only reads, or writes one file at its end, return soon
// after the end of its context: what it computes may take long.
func endsOnCancel(cmd *cobra.Command) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return returnOnCancel(cmd.Context(), func() error { return run(cmd, args) })
	}
	return cmd
}

// killDelay is the time from SIGINT to SIGKILL.
const killDelay = 5 * time.Second

// interruptOnCancel makes the end of its context send a command SIGINT, then SIGKILL.
func interruptOnCancel(cmd *exec.Cmd) *exec.Cmd {
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killDelay
	return cmd
}
