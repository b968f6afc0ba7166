//go:build linux

package netnstest

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// aloneEnv tells a test program that it is on a machine of its own.
const aloneEnv = "VETHLAB_TEST_ALONE"

// Alone runs the calling test once more as a program of its own, on a machine
// of its own as far as networks go: with a network namespace that stands for the
// machine's, an empty /run, and no processes but its own. So it can look at all
// there is, and nobody else's doings disturb it: tests that are alone run side by
// side. Alone reports whether the caller is there; if not, the test has been run
// and is to return.
//
// It skips the test by name unless this user may do that.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneEnv) != "" {
		return true
	}
	needRoot(t)
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", aloneArgs(t)...)
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	cmd.SysProcAttr = &unix.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID,
		Pdeathsig:  unix.SIGKILL,
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	return false
}

func aloneArgs(t *testing.T) []string {
	args := []string{"-test.run=^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$", "-test.v"}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	return args
}

// settleAlone makes the machine's own folders. It is called when no test runs
// yet, in a mount namespace that nobody else has.
func settleAlone() error {
	// A slave hears of what others unmount: no namespace of theirs is kept.
	if err := unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return os.NewSyscallError("mount --make-rslave /", err)
	}
	if err := unix.Unmount(netns.Dir, unix.MNT_DETACH); err != nil && err != unix.EINVAL && err != unix.ENOENT {
		return os.NewSyscallError("unmount "+netns.Dir, err)
	}
	return errors.Join(
		os.NewSyscallError("mount --make-rprivate /", unix.Mount("", "/", "none", unix.MS_PRIVATE|unix.MS_REC, "")),
		os.NewSyscallError("mount /run", unix.Mount("vtest", "/run", "tmpfs", 0, "mode=755")),
		os.NewSyscallError("mount /proc", unix.Mount("proc", "/proc", "proc", 0, "")),
	)
}
