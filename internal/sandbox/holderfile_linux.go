package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A holderFile is the lock file of a sandbox. It is empty: its holder process has an fcntl
// lock on it, and the kernel reports that process (fcntl(2), F_GETLK). So the holder file
// is never stale: the kernel releases the lock of a killed holder. A holder exits
// when its holder file is removed.
type holderFile struct{ *os.File }

// holderFileTime is how long another program may keep a holder file locked: it starts or ends the
// sandbox, which takes 20 ms, seconds on a busy machine.
const holderFileTime = 10 * time.Second

// openHolderFile opens the holder file of a lab and locks it (flock(2)): until it is closed or
// published no other program can start, end or remove that sandbox. Without create it
// fails with [fs.ErrNotExist] if there is none. It fails with a [LockedError] if another
// program keeps the lock for longer than limit, and after SIGINT and SIGTERM.
func openHolderFile(lab string, create bool, limit time.Duration) (*holderFile, error) {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	for {
		h, path, err := openUnlocked(lab, create)
		if err != nil {
			return nil, err
		}
		if err := flock(ctx, h.File, lockWait{limit: limit}); err != nil {
			h.Close()
			return nil, err
		}
		if sameFile(h.File, path) {
			return h, nil
		}
		h.Close() // the previous owner of the lock removed it
	}
}

// openUnlocked opens the holder file of a lab without locking it.
func openUnlocked(lab string, create bool) (h *holderFile, path string, err error) {
	dir, err := runtimeDir(create)
	if err != nil {
		return nil, "", err
	}
	path = filepath.Join(dir, filepath.Base(lab))
	flags := os.O_RDWR | unix.O_NOFOLLOW | unix.O_NONBLOCK
	if create {
		flags |= os.O_CREATE
	}
	for {
		f, err := os.OpenFile(path, flags, 0o600)
		if create && errors.Is(err, fs.ErrNotExist) {
			if _, err := runtimeDir(true); err != nil {
				return nil, "", err
			}
			continue // another program removed the folder with its last holder file
		}
		if err != nil {
			return nil, "", err
		}
		return &holderFile{f}, path, nil
	}
}

// publish releases the flock and keeps the file open. The holder calls it once the
// sandbox is complete: it shares the open file, and so the flock, with its starter,
// which may have been killed.
func (h *holderFile) publish() error {
	return os.NewSyscallError("flock", unix.Flock(int(h.Fd()), unix.LOCK_UN))
}

// errOtherPIDNS says that the holder has no PID in this process's PID namespace, or is
// its PID 1: this process is in that sandbox.
var errOtherPIDNS = errors.New("the sandbox's process is in another PID namespace (another container or the host)")

// holder returns the PID of the holder process, 0 if there is none. An exiting holder
// counts as none: each of its threads closes its files and the last one releases the
// lock, while another may already make the kernel kill the sandbox's processes. So
// holder waits for the lock then. The caller has the holder file open, so nobody else can
// become the holder.
func (h *holderFile) holder() (pid int, err error) {
	for end := time.Now().Add(exitTime); ; time.Sleep(exitTime / 1000) {
		pid, err = h.lockOwner()
		switch {
		case pid == 0 || err != nil || !netns.Exiting(pid):
			return pid, err
		case time.Now().After(end):
			return 0, fmt.Errorf("the sandbox is ending: process %d waits for a process that can't be killed", pid)
		}
	}
}

// exitTime bounds the wait for an exiting holder. It can't exit while a process of the
// sandbox waits in the kernel.
const exitTime = time.Second

// lockOwner returns the PID of the process that has the holder file's fcntl lock, 0 if
// none.
func (h *holderFile) lockOwner() (pid int, err error) {
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(h.Fd(), unix.F_GETLK, &lock); err != nil {
		return 0, os.NewSyscallError("fcntl", err)
	}
	switch {
	case lock.Type == unix.F_UNLCK:
		return 0, nil
	case lock.Pid <= 1: // 0: not in this PID namespace; 1: this process is in the sandbox
		return 0, fmt.Errorf("%s: %w", h.Name(), errOtherPIDNS)
	}
	return int(lock.Pid), nil
}

// hold makes this process the holder until it ends.
func (h *holderFile) hold() error {
	if err := h.lock(unix.F_SETLK, unix.F_WRLCK); err != nil {
		return &StartError{"lock the holder file", err}
	}
	return nil
}

// lock sets or removes this process's fcntl lock.
func (h *holderFile) lock(command int, typ int16) error {
	for {
		err := unix.FcntlFlock(h.Fd(), command, &unix.Flock_t{Type: typ})
		if err != unix.EINTR {
			return os.NewSyscallError("fcntl", err)
		}
	}
}

// remove removes the holder file, which ends its holder, and the folder if it is then
// empty.
func (h *holderFile) remove() error {
	if err := os.Remove(h.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return removeIfEmpty(filepath.Dir(h.Name()))
}

// removed reports whether the holder file is removed.
func (h *holderFile) removed() bool {
	var st unix.Stat_t
	return unix.Fstat(int(h.Fd()), &st) != nil || st.Nlink == 0
}
