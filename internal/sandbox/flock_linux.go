package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A LockedError says that another program has locked a file, and did not release it in time.
type LockedError struct {
	Path  string
	Owner string // such as "process 12 (flock)"
	Err   error  // why the wait ended, see [context.Cause]
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("cannot lock %s: %s has locked it (%v)", e.Path, e.Owner, e.Err)
}

// Unwrap returns why the wait ended.
func (e *LockedError) Unwrap() error { return e.Err }

// lockPoll is the time between two attempts at a taken lock. A blocking flock can't be ended
// by a context, and any process of a sandbox may keep one of its locks forever.
const lockPoll = 10 * time.Millisecond

// lockNotice is the time after which a wait for a lock is reported.
const lockNotice = 2 * time.Second

// A lockWait bounds the wait for a lock.
type lockWait struct {
	limit  time.Duration      // 0: until the context ends
	grace  time.Duration      // the wait goes on for it after the context has ended
	notify func(owner string) // is called once, after lockNotice; may be nil
}

// flock takes the exclusive lock of an open file (flock(2)). It fails with a [LockedError] at
// the end of the context or the wait.
func flock(ctx context.Context, f *os.File, wait lockWait) error {
	start := time.Now()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EWOULDBLOCK && err != unix.EINTR {
			return os.NewSyscallError("flock", err)
		}
		taken := time.Since(start)
		if wait.limit > 0 && taken >= wait.limit {
			return &LockedError{f.Name(), lockOwner(f), fmt.Errorf("waited for %v", wait.limit)}
		}
		if ctx.Err() != nil && taken >= wait.grace {
			return &LockedError{f.Name(), lockOwner(f), ctx.Err()}
		}
		if wait.notify != nil && taken >= lockNotice {
			wait.notify(lockOwner(f))
			wait.notify = nil
		}
		time.Sleep(lockPoll)
	}
}

// lockOwner returns the process that has locked a file.
func lockOwner(f *os.File) string {
	pid := lockOwnerPID(f)
	if pid == 0 {
		return "another program"
	}
	name := cmp.Or(netns.CommandName(pid), "ended; a child may have its descriptor")
	return fmt.Sprintf("process %d (%s)", pid, name)
}

// lockOwnerPID returns the process that has taken the lock of a file by flock(2), 0 if
// unknown: one of another PID namespace than that of /proc has no PID here.
func lockOwnerPID(f *os.File) int {
	var st unix.Stat_t
	table, err := os.ReadFile("/proc/locks")
	if err = errors.Join(err, unix.Fstat(int(f.Fd()), &st)); err != nil {
		return 0
	}
	// See proc_locks(5): number, FLOCK, ADVISORY, WRITE, PID, major:minor:inode, start, end.
	// Waiting ones have "->" after the number. The device is in hexadecimal.
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	for line := range bytes.Lines(table) {
		words := strings.Fields(string(line))
		if len(words) > 5 && words[1] == "FLOCK" && words[5] == file {
			pid, _ := strconv.Atoi(words[4])
			return max(pid, 0)
		}
	}
	return 0
}
