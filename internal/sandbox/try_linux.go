package sandbox

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Try starts a command, which must run this program, in the namespaces of an ordinary
// user's sandbox, with an empty /run. It fails with a [*StartError] if such a sandbox
// can't be made. In it, [Main] returns [Isolated]. The kernel kills the command when
// the calling thread ends; its context does not. Its input and outputs must be files.
func Try(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return launch(cmd, launched, true)
}
