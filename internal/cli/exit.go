package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitChange      = 3   // plan --exit-code: something would change
	exitVethlab     = 125 // exec and shell: vethlab itself failed, as with env(1)
	exitCannotRun   = 126 // exec and shell: the command can't be run
	exitNotFound    = 127 // exec and shell: the command is not found
	exitInterrupted = 130
)

// An exitError ends the program with a code. If err is nil, nothing more is printed.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// A childExit is the exit code of a command whose work another process did, or which sets
// its code itself. It holds also after an interrupt, and is not printed.
type childExit struct{ code int }

func (e childExit) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// childCode returns the code of an error that is a [childExit] or that of this program
// re-executed inside a sandbox.
func childCode(err error) (code int, ok bool) {
	if e, ok := errors.AsType[childExit](err); ok {
		return e.code, true
	}
	e, ok := errors.AsType[placement.Reexecuted](err)
	return e.Code, ok
}

// A usageError is a mistake in the flags or arguments of a command.
type usageError struct {
	cmd *cobra.Command
	err error
}

func (e usageError) Error() string {
	if !e.cmd.HasParent() {
		return fmt.Sprintf("%v\n  usage: %s COMMAND\n  %[2]s help lists the commands", e.err, e.cmd.Name())
	}
	return fmt.Sprintf("%v\n  usage: %s", e.err, e.cmd.UseLine())
}

func (e usageError) Unwrap() error { return e.err }

// arguments returns check with errors as [usageError].
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{cmd, err}
		}
		return nil
	}
}

func unknownCommand(root *cobra.Command, name string) error {
	var known []string
	for _, cmd := range root.Commands() {
		known = append(known, cmd.Name())
	}
	return usageError{root, fmt.Errorf("unknown command %q%s", name, words.DidYouMean(name, known))}
}

// reportError prints an error and what to do about it, and returns the exit code.
func (p *program) reportError(ctx context.Context, err error, args []string) int {
	code := exitCode(ctx, err)
	exit := exitError{}
	_, child := childCode(err)
	switch {
	case err == nil, child:
	case code == exitInterrupted:
		p.out.notice("interrupted")
	case errors.As(err, &exit) && exit.err == nil:
	default:
		p.out.notice("%v", err)
		if needsRoot(err) {
			p.out.hint("sudo vethlab %s", strings.Join(args, " "))
		}
	}
	return code
}

func exitCode(ctx context.Context, err error) int {
	exit, usage := exitError{}, usageError{}
	invalid, mistake := topo.Errors{}, (*topo.Error)(nil)
	code, child := childCode(err)
	switch {
	case err == nil:
		return exitDone
	case child:
		return code
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage), errors.As(err, &invalid), errors.As(err, &mistake):
		return exitUsage
	}
	return exitFailed
}

// needsRoot reports whether a command may succeed as root.
func needsRoot(err error) bool {
	return os.Geteuid() != 0 && (errors.Is(err, sandbox.ErrRoot) || errors.Is(err, fs.ErrPermission))
}

// launchError gives an error of starting or running a command the exit code of env(1).
func launchError(err error) error {
	ended, lookup, start := (*exec.ExitError)(nil), (*exec.Error)(nil), (*fs.PathError)(nil)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ended):
		status, _ := ended.Sys().(syscall.WaitStatus) // of all Unix systems
		return exitError{code: sandbox.ExitCode(status)}
	case errors.As(err, &lookup), errors.As(err, &start) && strings.Contains(start.Op, "exec"):
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return exitError{exitNotFound, err}
		}
		return exitError{exitCannotRun, err}
	}
	return exitError{exitVethlab, err}
}
