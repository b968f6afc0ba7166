package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A Lock is the exclusive right to change one lab (flock(2)). The kernel releases it
// when the program ends.
type Lock struct {
	lab      string
	file     *os.File
	finished bool
	wait     func(locked, owner string) // of Acquire
}

// Acquire locks a lab and prepares /run/netns for it. While another program has the lock it
// waits, and calls wait, if not nil, with what is locked and by which program: at once for a
// lab, after [lockNotice] for [Dir]. It returns [ErrRoot] if this process is not [Privileged].
func Acquire(ctx context.Context, lab string, wait func(locked, owner string)) (*Lock, error) {
	if !Privileged() {
		return nil, ErrRoot
	}
	if err := errors.Join(needProc(), needNames()); err != nil {
		return nil, err
	}
	if wait == nil {
		wait = func(string, string) {}
	}
	notified := false
	for {
		var l *Lock
		err := exclusively(ctx, wait, func() error {
			var err error
			if l, err = tryAcquire(lab); err != nil {
				return err
			}
			l.wait = wait
			if err := prepareNames(); err != nil {
				return errors.Join(err, l.Release())
			}
			return nil
		})
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, err
		}
		if !notified {
			wait("lab "+lab, owner(lab))
			notified = true
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for lab %s, which is being changed by %s: %w", lab, owner(lab), ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

const lockSuffix = ".lock"

func lockPath(lab string) string { return filepath.Join(Dir, lab+lockSuffix) }

// openLock opens the lock file of a lab. In a sandbox a process of the lab may have put
// anything there: opening a FIFO would wait for a writer.
func openLock(lab string, flags int) (*os.File, error) {
	path := lockPath(lab)
	f, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("the lock of lab %s, %s, is not a regular file: delete it", lab, path)
	}
	return f, nil
}

// tryAcquire takes the lock or fails with EWOULDBLOCK.
func tryAcquire(lab string) (*Lock, error) {
	f, err := openLock(lab, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock of lab %s: %w", lab, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	err = errors.Join(f.Truncate(0), writeOwner(f))
	if full(err) { // a lab can be removed all the same: its owner is unknown meanwhile
		err = nil
	}
	return &Lock{lab: lab, file: f, finished: info.Size() == 0}, err
}

// full reports whether an error says that a file system or its quota is full, or that this
// process may write no file (RLIMIT_FSIZE).
func full(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}

func sameFile(f *os.File, path string) bool {
	a, errA := f.Stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

func writeOwner(f *os.File) error {
	_, err := fmt.Fprintf(f, "%d\n", os.Getpid())
	return err
}

// owner returns the process that has the lock of a lab.
func owner(lab string) string {
	f, err := openLock(lab, os.O_RDONLY)
	if err != nil {
		return "another program"
	}
	defer f.Close()
	return lockOwner(f)
}

// Begin notes that a change begins. Until Finish, [Unfinished] reports the lab after
// Release, or after the program was killed.
func (l *Lock) Begin() { l.finished = false }

// Finish notes that the change is complete.
func (l *Lock) Finish() { l.finished = true }

// Finished reports whether the last change is complete, also that of an earlier owner.
func (l *Lock) Finished() bool { return l.finished }

// Release releases the lock and keeps its file, which marks the lab as existing.
func (l *Lock) Release() error {
	var err error
	if l.finished {
		err = l.file.Truncate(0) // no owner
	}
	return errors.Join(err, l.file.Close())
}

// Unfinished reports whether the last change of a lab was not completed: its lock is free
// but still names its owner. Without permission to read the lock it returns false.
func Unfinished(lab string) bool {
	f, err := openLock(lab, os.O_RDONLY)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.Size() > 0 && unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) == nil
}

// Retire removes the lock file of a deleted lab. With the last lab it undoes what
// [Acquire] prepared, with the last that needs them what RaiseNeighbourLimit did. The
// caller must still call Release. It does so also when ctx has ended, unless another program
// keeps [Dir] locked.
func (l *Lock) Retire(ctx context.Context) error {
	return exclusively(ctx, l.wait, func() error {
		if err := errors.Join(forgetWanted(l.lab), os.Remove(lockPath(l.lab))); err != nil {
			return err
		}
		err := machineTables().restore()
		if full(err) { // the note still names this lab, which the next restore ignores
			err = nil
		}
		if locks, e := filepath.Glob(lockPath("*")); e != nil || len(locks) > 0 {
			return errors.Join(err, e)
		}
		return errors.Join(err, restoreNames(), os.Remove(turnPath), removeIfEmpty(Dir))
	})
}

// Labs returns the names of the labs that have a lock file: running labs, labs being
// made or removed, and labs whose `up` crashed before it made anything.
func Labs() []string {
	files, _ := filepath.Glob(lockPath("*")) // the only error is of the pattern
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), lockSuffix)
	}
	return files
}

func removeIfEmpty(dir string) error {
	err := os.Remove(dir)
	if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// turnPath is the file that [exclusively] locks. It can't be the folder itself: any
// user who may open the folder could lock it and block root.
var turnPath = filepath.Join(Dir, "turn")

// turnTime is how long the lock of [Dir] may be taken. Each program has it for
// milliseconds; one that unmounts /run/netns for half a second (busyTries).
const turnTime = 10 * time.Second

// turnGrace is how long a program waits for that lock after its context has ended: an
// interrupted program must undo what it has made.
const turnGrace = time.Second

// exclusively calls fn while no other program takes or retires a lock, or prepares or
// restores /run/netns. So one program can't undo the mount point that another has just
// found and relies on. It calls wait after [lockNotice], with the program that has the lock.
func exclusively(ctx context.Context, wait func(locked, owner string), fn func() error) error {
	turn, err := lockTurn(ctx, lockWait{limit: turnTime, grace: turnGrace, notify: func(owner string) { wait(Dir, owner) }})
	if err != nil {
		return err
	}
	return errors.Join(fn(), turn.Close())
}

// lockTurn returns the locked file of [exclusively].
func lockTurn(ctx context.Context, wait lockWait) (*os.File, error) {
	for {
		if err := os.MkdirAll(Dir, 0o755); err != nil {
			return nil, fmt.Errorf("cannot make or change a lab: %w (want a folder that only vethlab writes)", err)
		}
		turn, err := os.OpenFile(turnPath, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another program removed Dir with its last lab
		}
		if err != nil {
			return nil, err
		}
		if err := flock(ctx, turn, wait); err != nil {
			turn.Close()
			return nil, err
		}
		if sameFile(turn, turnPath) {
			return turn, nil
		}
		turn.Close() // removed and recreated meanwhile
	}
}
