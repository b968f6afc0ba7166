package netns

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// A Spec describes a namespace to create.
type Spec struct {
	Name string
	Mark string // what the file holds before the namespace is mounted on it

	// Inside, if not nil, is called inside the new namespace before it gets
	// its name. If it fails the namespace is deleted.
	Inside func() error
}

// CreateAll creates named namespaces on up to [maxThreads] threads. A taken name is
// [fs.ErrExist]. It continues after an error; the errors are joined in order. A [LimitError],
// which concerns all namespaces, is returned once and alone.
func CreateAll(specs []Spec) error {
	wait := new(freeWait)
	err := each(len(specs), func(i int) error {
		if err := create(specs[i], wait); err != nil {
			return fmt.Errorf("namespace %s: %w", specs[i].Name, err)
		}
		return nil
	})
	if limit := (*LimitError)(nil); errors.As(err, &limit) {
		return limit
	}
	return err
}

// create creates one namespace and leaves the calling thread in it. It begins in the host
// namespace, since a new namespace takes settings, such as net.ipv4.tcp_child_ehash_entries,
// from the namespace of the thread.
func create(s Spec, wait *freeWait) error {
	returnToHost()
	if err := wait.unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	if s.Inside != nil {
		if err := s.Inside(); err != nil {
			return err
		}
	}
	file := filepath.Join(Dir, s.Name)
	if err := createMarked(file, s.Mark); err != nil {
		return err
	}
	if err := unix.Mount("/proc/thread-self/ns/net", file, "none", unix.MS_BIND, ""); err != nil {
		return errors.Join(os.NewSyscallError("mount", err), unix.Unlink(file))
	}
	return nil
}

// createMarked creates a file that holds content from the moment it has its name.
func createMarked(file, content string) error {
	fd, err := unix.Open(Dir, unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC, 0o444)
	if err != nil {
		return createByLink(file, content)
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(content)); err != nil {
		return &os.PathError{Op: "write", Path: file, Err: err}
	}
	self := "/proc/thread-self/fd/" + strconv.Itoa(fd)
	if err := unix.Linkat(unix.AT_FDCWD, self, unix.AT_FDCWD, file, unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: content, New: file, Err: err}
	}
	return nil
}

// createByLink is [createMarked] for a file system without O_TMPFILE.
func createByLink(file, content string) error {
	tmp, err := os.CreateTemp(Dir, ".vethlab-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(content)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Link(tmp.Name(), file)
}
