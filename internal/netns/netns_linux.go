package netns

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A Namespace is an open network namespace. It exists at least as long as it is
// open.
type Namespace struct{ f *os.File }

// path returns the file of a namespace. /proc/self shows the startup thread, which
// never leaves the host namespace.
func path(name string) string {
	if name == Host {
		return "/proc/self/ns/net"
	}
	return filepath.Join(Dir, name)
}

// OpenFd opens a namespace by name and returns its descriptor, for the caller to close. It
// fails with [fs.ErrNotExist] if none has that name, or if the file has no namespace
// mounted on it.
//
// Only root can put another file into that folder, so the file is opened to find its type;
// O_NONBLOCK, since opening a FIFO would block.
func OpenFd(name string) (int, error) {
	path := path(name)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENODEV) { // a socket, a device of no driver
		err = errors.Join(unix.ENOENT, err)
	}
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return netFd(fd, path)
}

// OpenPath opens the namespace at any path as [OpenFd] does. The path may be under
// another user's control, so only a network namespace is opened: opening a FIFO
// blocks, and opening a device can have any effect.
func OpenPath(path string) (int, error) {
	at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(at)
	var fs unix.Statfs_t
	if err := unix.Fstatfs(at, &fs); err != nil || fs.Type != unix.NSFS_MAGIC {
		return -1, &os.PathError{Op: "open namespace", Path: path, Err: errors.Join(unix.ENOENT, err)}
	}
	fd, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", at), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return netFd(fd, path)
}

// netFd returns fd if it is a network namespace's, else closes it and fails with
// [fs.ErrNotExist].
func netFd(fd int, path string) (int, error) {
	if kind, err := unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE); err != nil || kind != unix.CLONE_NEWNET {
		unix.Close(fd)
		return -1, &os.PathError{Op: "open network namespace", Path: path, Err: errors.Join(unix.ENOENT, err)}
	}
	return fd, nil
}

// Path returns the file of a namespace.
func Path(name string) string { return path(name) }

// Fd returns the descriptor, for a netlink message or a child process. It is
// valid until Close.
func (ns *Namespace) Fd() int { return int(ns.f.Fd()) }

// Close closes the descriptor.
func (ns *Namespace) Close() error { return ns.f.Close() }

// Do calls fn on a thread that is inside ns. See the package's comment for
// what fn must not do.
func (ns *Namespace) Do(fn func() error) error { return DoFd(ns.Fd(), fn) }

// Do calls fn on a thread that is inside the namespace of that name.
func Do(name string, fn func() error) error {
	return thread(func() error { return enterAndCall(name, fn) })
}

// DoFd calls fn on a thread that is inside the namespace of an open descriptor.
func DoFd(fd int, fn func() error) error {
	return thread(func() error {
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("setns", err)
		}
		return fn()
	})
}

// Each calls fn(i) inside each names[i], on up to [maxThreads] threads. It continues
// after an error; the errors are joined in the order of the names.
func Each(names []string, fn func(i int) error) error {
	return each(len(names), func(i int) error {
		return enterAndCall(names[i], func() error { return fn(i) })
	})
}

// EachFd calls fn(i) inside the namespace of each open descriptor, as [Each] does.
func EachFd(fds []int, fn func(i int) error) error {
	return each(len(fds), func(i int) error {
		if err := unix.Setns(fds[i], unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("setns", err)
		}
		return fn(i)
	})
}

// enterAndCall enters the namespace on the calling thread, which must be one of
// [thread], and calls fn.
func enterAndCall(name string, fn func() error) error {
	fd, err := OpenFd(name)
	if err != nil {
		return err
	}
	err = unix.Setns(fd, unix.CLONE_NEWNET)
	if errors.Is(err, unix.EPERM) && inNamespace(fd) { // without privilege: the thread is in it already
		err = nil
	}
	unix.Close(fd)
	if err != nil {
		return fmt.Errorf("%s: %w", path(name), os.NewSyscallError("setns", err))
	}
	return fn()
}

// inNamespace reports whether the calling thread is inside the namespace of an open
// descriptor.
func inNamespace(fd int) bool {
	var here, there unix.Stat_t
	return unix.Stat("/proc/thread-self/ns/net", &here) == nil && unix.Fstat(fd, &there) == nil && here.Ino == there.Ino && here.Dev == there.Dev
}

// maxThreads bounds the threads of one [Each]: creating and configuring namespaces
// mostly holds locks of the kernel (rtnl), where more threads do not help.
const maxThreads = 4

// each calls fn for 0 … n-1 on threads of [thread].
func each(n int, fn func(i int) error) error {
	var (
		errs = make([]error, n)
		next atomic.Int64
		wg   sync.WaitGroup
	)
	for range min(n, runtime.GOMAXPROCS(0), maxThreads) {
		wg.Go(func() {
			err := thread(func() error {
				for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
					errs[i] = fn(i)
				}
				return nil
			})
			if err != nil {
				panic(err) // the loop above returns none
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
