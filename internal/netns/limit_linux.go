package netns

import (
	"errors"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// limited are the types of namespaces that this program makes.
var limited = []struct {
	flag           uintptr
	kind, typeName string
}{
	{unix.CLONE_NEWUSER, "user", "user"},
	{unix.CLONE_NEWNET, "net", "network"},
	{unix.CLONE_NEWNS, "mnt", "mount"},
	{unix.CLONE_NEWPID, "pid", "PID"},
}

// limitOf returns the error for namespaces that the flag of clone(2) makes.
func limitOf(flag uintptr) error {
	for _, t := range limited {
		if flag == t.flag {
			sysctl := "user.max_" + t.kind + "_namespaces"
			text, _ := os.ReadFile("/proc/sys/" + strings.ReplaceAll(sysctl, ".", "/"))
			value, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil || value == math.MaxInt32 { // that of a new user namespace
				value = -1
			}
			limit := &LimitError{Type: t.typeName, Sysctl: sysctl, Value: value}
			if flag == unix.CLONE_NEWNET {
				limit.Named = countNamed()
			}
			return limit
		}
	}
	return unix.ENOSPC
}

// ReachedLimit returns a [*LimitError] for the first type of flags of which start, which
// makes a namespace of a type, can't make another one; nil if it can make one of each. What
// start makes must end at once.
func ReachedLimit(flags uintptr, start func(flag uintptr) error) error {
	for _, t := range limited {
		if flags&t.flag != 0 && errors.Is(AwaitFreed(func() error { return start(t.flag) }), unix.ENOSPC) {
			return limitOf(t.flag)
		}
	}
	return nil
}

// countNamed returns the number of network namespaces in [Dir] that belong to this user
// namespace.
func countNamed() (n int) {
	names, _ := List()
	for _, name := range names {
		if fd, err := OpenFd(name); err == nil {
			if Owned(fd) {
				n++
			}
			unix.Close(fd)
		}
	}
	return n
}

// Owned reports whether a namespace, an open file of /proc/PID/ns, belongs to this process's
// user namespace (ioctl_ns(2)): capabilities hold only over namespaces that do.
func Owned(fd int) bool {
	owner, err := unix.IoctlRetInt(fd, unix.NS_GET_USERNS)
	if err != nil {
		return false
	}
	defer unix.Close(owner)
	var theirs, own unix.Stat_t
	err = errors.Join(unix.Fstat(owner, &theirs), unix.Stat("/proc/self/ns/user", &own))
	return err == nil && theirs.Ino == own.Ino && theirs.Dev == own.Dev
}

// freeTime is how long a limit may be reached because of namespaces that have ended. The
// kernel counts a network namespace until it has freed it, some 10 ms after its last
// reference is dropped, more on a busy machine.
const freeTime = 2 * time.Second

// A freeWait waits until the kernel has freed namespaces, for freeTime in all.
type freeWait struct {
	begin sync.Once
	end   time.Time
}

// make calls create, which makes a namespace. Where a limit is reached it calls it again,
// until freeTime is over.
func (w *freeWait) make(create func() error) error {
	for {
		err := create()
		if !errors.Is(err, unix.ENOSPC) {
			return err
		}
		w.begin.Do(func() { w.end = time.Now().Add(freeTime) })
		if time.Now().After(w.end) {
			return err
		}
		time.Sleep(freeTime / 200)
	}
}

// AwaitFreed calls create, which makes namespaces. Where a limit is reached it calls it
// again for up to 2 s: the kernel counts namespaces that have just ended, such as those of
// a lab that was taken down.
func AwaitFreed(create func() error) error { return new(freeWait).make(create) }

// unshare makes a namespace of the type of flag for the calling thread.
func unshare(flag uintptr) error { return new(freeWait).unshare(flag) }

// unshare is [unshare] with the wait of several calls together.
func (w *freeWait) unshare(flag uintptr) error {
	err := w.make(func() error { return unix.Unshare(int(flag)) })
	if errors.Is(err, unix.ENOSPC) {
		return limitOf(flag)
	}
	return os.NewSyscallError("unshare", err)
}
