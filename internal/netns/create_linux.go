package netns

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// A New is a namespace to be made.
type New struct {
	Name string
	Mark string // what the file holds before the namespace is mounted on it

	// Inside, if not nil, is called inside the new namespace before it gets
	// its name. If it fails the namespace is gone.
	Inside func() error
}

// Create makes a namespace with a name. It fails with [fs.ErrExist] if the
// name is taken.
func Create(name, mark string, inside func() error) error {
	return CreateAll([]New{{name, mark, inside}})
}

// CreateAll makes namespaces, with a few threads at once. It goes on after an
// error; the errors are joined in order.
func CreateAll(news []New) error {
	return each(len(news), func(i int) error {
		if err := create(news[i]); err != nil {
			return fmt.Errorf("namespace %s: %w", news[i].Name, err)
		}
		return nil
	})
}

// create makes one namespace and leaves the calling thread in it.
func create(n New) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return os.NewSyscallError("unshare", err)
	}
	if n.Inside != nil {
		if err := n.Inside(); err != nil {
			return err
		}
	}
	file := filepath.Join(Dir, n.Name)
	if err := placeFile(file, n.Mark); err != nil {
		return err
	}
	if err := unix.Mount("/proc/thread-self/ns/net", file, "none", unix.MS_BIND, ""); err != nil {
		return errors.Join(os.NewSyscallError("mount", err), unix.Unlink(file))
	}
	return nil
}

// placeFile makes a file that holds content from the moment it has its name.
func placeFile(file, content string) error {
	fd, err := unix.Open(Dir, unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC, 0o444)
	if err != nil {
		return placeRenamed(file, content)
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(content)); err != nil {
		return os.NewSyscallError("write", err)
	}
	self := "/proc/thread-self/fd/" + strconv.Itoa(fd)
	if err := unix.Linkat(unix.AT_FDCWD, self, unix.AT_FDCWD, file, unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: content, New: file, Err: err}
	}
	return nil
}

// placeRenamed does what [placeFile] does on a file system without O_TMPFILE.
func placeRenamed(file, content string) error {
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
