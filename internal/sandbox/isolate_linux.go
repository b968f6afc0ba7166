package sandbox

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Isolate runs this very program once more, with its arguments, as root on a
// machine of its own as far as networks go: with new network, mount and PID
// namespaces and, if rootless is true or this user is not root, a user namespace.
// It returns the exit code when that is over. All that is made there goes with it,
// however it ends. There, [Main] returns [Isolated].
func Isolate(rootless bool) (code int, err error) {
	cmd := again()
	status, err := netns.Accompany(func() (int, error) { return startAgain(cmd, rootless) })
	if err != nil {
		return 0, err
	}
	return ExitCode(status), nil
}

// IsolateInForeground does that with a program that has the terminal to itself, as
// far as this one has, so that it can have shells in there and go on behind them.
func IsolateInForeground(rootless bool) (code int, err error) {
	cmd := again()
	status, err := netns.AccompanyInForeground(cmd.SysProcAttr, func() (int, error) { return startAgain(cmd, rootless) })
	if err != nil {
		return 0, err
	}
	return ExitCode(status), nil
}

// again is this very program, once more.
func again() *exec.Cmd {
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	return cmd
}

func startAgain(cmd *exec.Cmd, rootless bool) (pid int, err error) {
	if err := startIsolated(cmd, Isolated, rootless); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

// StartIsolated starts a command, which must be this very program, as [Isolate]
// does; with empty, its /run is. The command is killed when the calling thread
// ends.
func StartIsolated(cmd *exec.Cmd, empty bool) error {
	role := Isolated
	if empty {
		role = bare
	}
	return startIsolated(cmd, role, false)
}

func startIsolated(cmd *exec.Cmd, role Role, rootless bool) error {
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = unix.SIGKILL
	return start(cmd, role, rootless || !Privileged())
}

// ExitCode returns the exit code of an ended process as shells have it: of one
// that a signal ended, 128 and its number.
func ExitCode(s syscall.WaitStatus) int {
	if s.Signaled() {
		return 128 + int(s.Signal())
	}
	return s.ExitStatus()
}
