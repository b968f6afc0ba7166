package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A Box is the sandbox of one lab: a user namespace in which its user is root, with
// network, mount and PID namespaces. A holder process keeps it.
type Box struct {
	lab   string
	pid   int // of the holder
	pidfd int
}

// Boxes returns the names of this user's labs whose sandbox this process can enter.
// It removes the files of killed holders and ignores other files in the folder.
func Boxes() ([]string, error) {
	dir, err := runtimeDir(false)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var labs []string
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		box, err := Open(e.Name())
		switch {
		case errors.Is(err, ErrNone), errors.Is(err, errOtherPIDNS):
			continue
		case err != nil:
			return nil, err
		}
		box.Close()
		labs = append(labs, e.Name())
	}
	return labs, nil
}

// Open returns the sandbox of a lab. It fails with [ErrNone] if there is none.
func Open(lab string) (*Box, error) {
	h, err := openHolderFile(lab, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer h.Close()
	box, err := openBox(lab, h)
	if errors.Is(err, ErrNone) {
		err = errors.Join(err, h.remove())
	}
	return box, err
}

// Start returns the sandbox of a lab and makes it if there is none.
func Start(lab string) (*Box, error) {
	for {
		box, err := openOrMake(lab)
		if box != nil || err != nil {
			return box, err
		}
	}
}

// openOrMake returns the sandbox of a lab. If there is none it makes one and
// returns nil: the caller must open it, since another program may end it first.
func openOrMake(lab string) (*Box, error) {
	h, err := openHolderFile(lab, true)
	if err != nil {
		return nil, fmt.Errorf("cannot open the holder file of lab %s: %w", lab, err)
	}
	defer h.Close()
	box, err := openBox(lab, h)
	if !errors.Is(err, ErrNone) {
		return box, err
	}
	if err := startHolder(lab, h); err != nil {
		return nil, errors.Join(err, h.remove())
	}
	return nil, nil
}

// openBox returns the sandbox of a holder file.
func openBox(lab string, h *holderFile) (*Box, error) {
	for {
		pid, err := h.holder()
		if err != nil {
			return nil, err
		}
		if pid == 0 {
			return nil, ErrNone
		}
		pidfd, err := unix.PidfdOpen(pid, 0)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return nil, os.NewSyscallError("pidfd_open", err)
		}
		if err != nil {
			continue // the holder exited, which released its lock
		}
		// The pidfd is the holder's only if that PID still has the lock: PIDs are reused.
		if again, err := h.holder(); err == nil && again == pid {
			return &Box{lab, pid, pidfd}, nil
		}
		unix.Close(pidfd)
	}
}

// Close closes the pidfd. The sandbox stays.
func (b *Box) Close() { unix.Close(b.pidfd) }

// Lab returns the name of the sandbox's lab.
func (b *Box) Lab() string { return b.lab }

// RunAsOwner re-executes this program in the user namespace of a process, and else
// in this program's own namespaces, and returns its exit code. The program has
// capabilities over every namespace that belongs to that user namespace.
func RunAsOwner(pid int, args []string, stdout *os.File) (code int, err error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return 0, os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(pidfd)
	status, err := runInside(netns.Reexec{Pidfd: pidfd, Args: args, Dir: "/", OnlyUser: true, Stdout: stdout})
	return ExitCode(status), err
}

// runInside re-executes this program with the role [Inside].
func runInside(p netns.Reexec) (syscall.WaitStatus, error) {
	role, err := roleFile(Inside)
	if err != nil {
		return 0, err
	}
	defer role.Close()
	p.Keep = role
	p.Env = append(os.Environ(), roleVariable(int(role.Fd())))
	return p.Run()
}
