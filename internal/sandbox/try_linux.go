package sandbox

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Try starts a command, which must be this very program, in namespaces that are
// made as those of an ordinary user's lab are, with an empty /run. It fails with a
// [*StartError] where making such a lab would. There, [Main] returns [Isolated]. The
// command is killed when the calling thread ends.
func Try(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	return start(cmd, bare, true)
}
