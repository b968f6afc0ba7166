package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A record is the file that stands for a sandbox. It says nothing: its holder has
// a lock on it, and who has the lock the kernel knows (fcntl(2), F_GETLK). So
// it can't lie, and a holder that is killed gives it up by that. A holder whose
// record is removed ends.
type record struct{ *os.File }

// openRecord opens the record of a lab and keeps it from being started, ended or
// swept by others until it is closed or published. Without create it fails with
// [fs.ErrNotExist] if there is none.
func openRecord(lab string, create bool) (*record, error) {
	dir, err := runtimeDir(create)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, filepath.Base(lab))
	flags := os.O_RDWR | unix.O_NOFOLLOW
	if create {
		flags |= os.O_CREATE
	}
	for {
		f, err := os.OpenFile(path, flags, 0o600)
		if create && errors.Is(err, fs.ErrNotExist) {
			if _, err := runtimeDir(true); err != nil {
				return nil, err
			}
			continue // the folder went with the last record of another
		}
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
			f.Close()
			return nil, os.NewSyscallError("flock", err)
		}
		if sameFile(f, path) {
			return &record{f}, nil
		}
		f.Close() // removed by who had it before us
	}
}

// publish lets others have the record, while it stays open. The holder does it,
// once there is something to be had: it has the open file of its starter, and
// so what keeps others away, and the starter may have been killed.
func (r *record) publish() error {
	return os.NewSyscallError("flock", unix.Flock(int(r.Fd()), unix.LOCK_UN))
}

// errUnseen says that the holder is none that this process could reach: it is in
// another container, or this process is in the very sandbox.
var errUnseen = errors.New("the lab's sandbox is held where this process can't reach it: in another container, or around it")

// holder returns the process that holds the sandbox, 0 if none does.
func (r *record) holder() (pid int, err error) {
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(r.Fd(), unix.F_GETLK, &lock); err != nil {
		return 0, os.NewSyscallError("fcntl", err)
	}
	switch {
	case lock.Type == unix.F_UNLCK:
		return 0, nil
	case lock.Pid <= 1: // the first process of a PID namespace holds the sandbox that this is
		return 0, fmt.Errorf("%s: %w", r.Name(), errUnseen)
	}
	return int(lock.Pid), nil
}

// hold makes this process the record's holder until it ends.
func (r *record) hold() error {
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	return os.NewSyscallError("fcntl", unix.FcntlFlock(r.Fd(), unix.F_SETLK, &lock))
}

// remove removes the record, which ends its holder, and the folder with the last.
func (r *record) remove() error {
	if err := os.Remove(r.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return removeIfEmpty(filepath.Dir(r.Name()))
}

// removed reports whether the record is removed.
func (r *record) removed() bool {
	var st unix.Stat_t
	return unix.Fstat(int(r.Fd()), &st) != nil || st.Nlink == 0
}
