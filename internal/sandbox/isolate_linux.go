package sandbox

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Isolate re-executes this program, with its arguments, as root in new network,
// mount and PID namespaces and, if rootless is true or this user is not root, a new
// user namespace. It waits and returns the exit code. The kernel frees the
// namespaces when the program ends. In it, [Main] returns [Isolated].
func Isolate(rootless bool) (code int, err error) {
	cmd := selfCommand()
	status, err := netns.RunForwardingSignals(func() (int, error) { return startSelf(cmd, rootless) })
	if err != nil {
		return 0, err
	}
	return ExitCode(status), nil
}

// IsolateInForeground is Isolate for a program that runs shells: it is made the
// terminal's foreground process group if this process is in it.
func IsolateInForeground(rootless bool) (code int, err error) {
	cmd := selfCommand()
	status, err := netns.RunInForeground(cmd.SysProcAttr, func() (int, error) { return startSelf(cmd, rootless) })
	if err != nil {
		return 0, err
	}
	return ExitCode(status), nil
}

// selfCommand returns a command that runs this program with the same arguments and
// standard files.
func selfCommand() *exec.Cmd {
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	return cmd
}

// startSelf starts cmd. The kernel kills it when the calling thread ends.
func startSelf(cmd *exec.Cmd, rootless bool) (pid int, err error) {
	cmd.Env = os.Environ()
	cmd.SysProcAttr.Pdeathsig = unix.SIGKILL
	if rootless || !Privileged() {
		err = launch(cmd, launched, false)
	} else {
		err = start(cmd, Isolated)
	}
	if err != nil {
		return 0, err
	}
	return cmd.Process.Pid, nil
}

// StartIsolated starts a command, which must run this program, as [Isolate] does for root,
// with an empty /run. Other users get a user namespace too; the mounts are not locked. The
// kernel kills the command when the calling thread ends (PR_SET_PDEATHSIG).
func StartIsolated(cmd *exec.Cmd) error {
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return start(cmd, bare)
}

// ExitCode returns the exit code of an ended process as shells do: 128+N if signal N
// killed it.
func ExitCode(s syscall.WaitStatus) int {
	if s.Signaled() {
		return 128 + int(s.Signal())
	}
	return s.ExitStatus()
}
