package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/parallel"
)

// A Box is the sandbox of one lab: a user namespace in which its user is root, with
// network, mount and PID namespaces. A holder process keeps them alive.
type Box struct {
	lab   string
	pid   int // of the holder
	pidfd int
}

// A Found is a sandbox in the list of [Boxes].
type Found struct {
	Lab string
	Box *Box  // for the caller to close; nil if it can't be opened
	Err error // the reason
}

// listTime bounds the wait for the lock of a holder file. A sandbox whose file stays locked is
// listed with that error.
const listTime = 500 * time.Millisecond

// Boxes returns this user's sandboxes, sorted by name, without those of another PID
// namespace. It removes the holder file of killed holders and ignores other files in the folder.
func Boxes() ([]Found, error) {
	dir, err := runtimeDir(false)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.Type().IsRegular() })
	all := make([]Found, len(entries))
	parallel.Each(len(entries), func(i int) {
		lab := entries[i].Name()
		box, err := open(lab, listTime)
		all[i] = Found{lab, box, err}
	})
	return slices.DeleteFunc(all, func(f Found) bool {
		return errors.Is(f.Err, ErrNone) || errors.Is(f.Err, errOtherPIDNS)
	}), nil
}

// Open returns the sandbox of a lab. It fails with [ErrNone] if there is none.
func Open(lab string) (*Box, error) { return open(lab, holderFileTime) }

// open is Open with a limit for the lock of the holder file.
func open(lab string, limit time.Duration) (*Box, error) {
	h, err := openHolderFile(lab, false, limit)
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

// OpenLocked returns the sandbox of a lab, also if another program has locked its holder file.
func OpenLocked(lab string) (*Box, error) {
	box, err := open(lab, endTime)
	if locked := (*LockedError)(nil); !errors.As(err, &locked) {
		return box, err
	}
	h, _, err := openUnlocked(lab, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer h.Close()
	return openBox(lab, h)
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
	h, err := openHolderFile(lab, true, holderFileTime)
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

// RunAsOwner re-executes this program in the user namespace of a process and returns its
// exit code; all other namespaces stay the same. The program has capabilities over every
// namespace that belongs to that user namespace.
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
