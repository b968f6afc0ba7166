package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A Box is the sandbox of one lab: namespaces in which its user is root, held by
// a process of its own.
type Box struct {
	lab   string
	pid   int // of the holder
	pidfd int
}

// Boxes returns the names of this user's labs that have a sandbox, one that can be
// entered from here. Records that killed holders left are removed. What else
// somebody put into the folder is left alone.
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
		case errors.Is(err, ErrNone), errors.Is(err, errUnseen):
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
	r, err := openRecord(lab, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	box, err := openBox(lab, r)
	if errors.Is(err, ErrNone) {
		err = errors.Join(err, r.remove())
	}
	return box, err
}

// Start returns the sandbox of a lab, which it makes if there is none.
func Start(lab string) (*Box, error) {
	for {
		box, err := openOrMake(lab)
		if box != nil || err != nil {
			return box, err
		}
	}
}

// openOrMake returns the sandbox of a lab. If there is none it makes one and
// returns nil: it is there for all, who may even have ended it by now.
func openOrMake(lab string) (*Box, error) {
	r, err := openRecord(lab, true)
	if err != nil {
		return nil, fmt.Errorf("the record of lab %s: %w", lab, err)
	}
	defer r.Close()
	box, err := openBox(lab, r)
	if !errors.Is(err, ErrNone) {
		return box, err
	}
	if err := startHolder(lab, r); err != nil {
		return nil, errors.Join(err, r.remove())
	}
	return nil, nil
}

// openBox returns the sandbox that a record stands for.
func openBox(lab string, r *record) (*Box, error) {
	for {
		pid, err := r.holder()
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
			continue // it ended, and so did its lock
		}
		// Only if it still has the lock it is the process that was meant.
		if again, err := r.holder(); err == nil && again == pid {
			return &Box{lab, pid, pidfd}, nil
		}
		unix.Close(pidfd)
	}
}

// Close gives up the descriptor. The sandbox stays.
func (b *Box) Close() { unix.Close(b.pidfd) }

// Holder returns the process that holds the sandbox.
func (b *Box) Holder() int { return b.pid }

// Lab returns the name of the lab that the sandbox is for.
func (b *Box) Lab() string { return b.lab }

// Run runs this very program once more inside the sandbox, in the same folder and
// with the same environment, and returns its exit code. If the sandbox is ended
// meanwhile, and the program with it, the error is [ErrGone].
func (b *Box) Run(args []string, stdin, stdout *os.File) (code int, err error) {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	status, err := runInside(netns.Inside{Pidfd: b.pidfd, Args: args, Dir: dir, Stdin: stdin, Stdout: stdout})
	if (err != nil || status.Signaled()) && b.gone() {
		return 0, ErrGone
	}
	return ExitCode(status), err
}

// RunAsOwner runs this very program once more, as the owner of the user namespace
// that a process is in and else where this one is: with rights over all that
// belongs to that user namespace. It returns the exit code.
func RunAsOwner(pid int, args []string, stdout *os.File) (code int, err error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return 0, os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(pidfd)
	status, err := runInside(netns.Inside{Pidfd: pidfd, Args: args, Dir: "/", OnlyUser: true, Stdout: stdout})
	return ExitCode(status), err
}

// runInside runs this program with the role [Inside].
func runInside(p netns.Inside) (syscall.WaitStatus, error) {
	told, err := roleFile(Inside)
	if err != nil {
		return 0, err
	}
	defer told.Close()
	p.Keep = told
	p.Env = append(os.Environ(), roleVariable(int(told.Fd())))
	return p.Run()
}

// gone reports whether the sandbox has ended or is about to: the holder gives up
// its record before the others in the sandbox are killed.
func (b *Box) gone() bool {
	r, err := openRecord(b.lab, false)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer r.Close()
	pid, err := r.holder()
	return err == nil && pid != b.pid
}

// unused reports whether no lab is in the sandbox, nor being made.
func (b *Box) unused() bool {
	entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(b.pid), "root", Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), lockSuffix)
	})
}

// endTime is how long a holder has to notice that it is to end.
const endTime = time.Second

// End ends the sandbox if it is unused, and all that runs in it, and reports
// whether it did.
func (b *Box) End() (bool, error) {
	r, err := openRecord(b.lab, false)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // ended by another
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	if pid, err := r.holder(); err != nil || pid != b.pid {
		return true, err // ended, and there is a new one
	}
	if !b.unused() {
		return false, nil
	}
	if err := r.remove(); err != nil {
		return false, err
	}
	if !netns.WaitExit(b.pidfd, endTime) {
		_ = unix.PidfdSendSignal(b.pidfd, unix.SIGKILL, nil, 0)
		netns.WaitExit(b.pidfd, endTime)
	}
	return true, nil
}
