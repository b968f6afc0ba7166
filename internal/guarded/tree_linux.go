package guarded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// The bounds of one file, in bytes. An engine's file of one container has a few
// thousand; lists of all containers have some hundreds for each.
const (
	MaxFile      = 4 << 20   // of trusted users
	MaxUntrusted = 256 << 10 // of others
)

// The bounds of one folder, in entries; further ones are left out.
const (
	MaxEntries          = 1 << 16
	MaxUntrustedEntries = 1 << 10
)

var (
	// ErrKind says that a file is not a regular file of a plain file system.
	ErrKind = errors.New("not a regular file")

	// ErrLarge says that a file is larger than its bound.
	ErrLarge = errors.New("too large")

	// ErrLink says that an untrusted user could have made a symbolic link in the path.
	ErrLink = errors.New("symbolic link of another user")
)

// A Tree is a folder that paths are resolved in, as in a chroot: they are absolute, and
// ".." and symbolic links stay below Root.
type Tree struct{ Root string }

// A File is the content of a file.
type File struct {
	Data []byte

	// Writer is the untrusted user or group that could have written it, such as
	// "user 1001"; "": none.
	Writer string
}

// Read reads a regular file.
func (t Tree) Read(name string) (File, error) {
	w, err := t.walk(name)
	if err != nil {
		return File{}, err
	}
	defer w.close()
	data, err := w.read()
	if err != nil {
		return File{}, &os.PathError{Op: "read", Path: path.Join(t.Root, name), Err: err}
	}
	return File{data, w.writer}, nil
}

// List returns the names in a folder, and the untrusted user who could have added them.
func (t Tree) List(name string) (names []string, writer string, err error) {
	w, err := t.walk(name)
	if err != nil {
		return nil, "", err
	}
	defer w.close()
	if names, err = w.list(); err != nil {
		return nil, "", &os.PathError{Op: "list", Path: path.Join(t.Root, name), Err: err}
	}
	return names, w.writer, nil
}

// Socket returns a path to connect to a Unix socket, and the untrusted user who could
// have made it. The path is of an open descriptor, so nobody can replace the socket. It
// is valid until done is called.
func (t Tree) Socket(name string) (file, writer string, done func(), err error) {
	w, err := t.walk(name)
	if err != nil {
		return "", "", nil, err
	}
	if w.stat.Mode&unix.S_IFMT != unix.S_IFSOCK {
		w.close()
		return "", "", nil, &os.PathError{Op: "connect", Path: path.Join(t.Root, name), Err: errors.New("not a socket")}
	}
	return fdPath(w.top()), w.writer, w.close, nil
}

// fdPath returns the path of a descriptor of this process. To open it opens the same
// file, even if its name was replaced.
func fdPath(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

// A walk resolves a path from the root of a tree.
type walk struct {
	viewer viewer
	fds    []int       // O_PATH, of the folders from the root and last the file
	stat   unix.Stat_t // of the last
	writer string      // the first untrusted writer of any
	links  int         // symbolic links followed
}

const maxLinks = 16 // in one path

// walk opens a path with O_PATH, which neither blocks nor reads.
func (t Tree) walk(name string) (*walk, error) {
	w := &walk{viewer: newViewer()}
	fd, err := unix.Open(t.Root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = w.push(fd)
	}
	if err == nil {
		err = w.follow(strings.Split(path.Clean("/"+name), "/"))
	}
	if err != nil {
		w.close()
		return nil, &os.PathError{Op: "open", Path: path.Join(t.Root, name), Err: err}
	}
	return w, nil
}

func (w *walk) close() {
	for _, fd := range w.fds {
		unix.Close(fd)
	}
}

func (w *walk) top() int { return w.fds[len(w.fds)-1] }

// push appends a descriptor and updates the writer.
func (w *walk) push(fd int) error {
	w.fds = append(w.fds, fd)
	if err := unix.Fstat(fd, &w.stat); err != nil {
		return err
	}
	if w.writer == "" {
		w.writer = w.viewer.writer(&w.stat)
	}
	return nil
}

// follow resolves components; ".." of the root is the root.
func (w *walk) follow(components []string) error {
	for _, c := range components {
		switch c {
		case "", ".":
			continue
		case "..":
			if err := w.up(); err != nil {
				return err
			}
			continue
		}
		if err := w.step(c); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) up() error {
	if len(w.fds) > 1 {
		unix.Close(w.top())
		w.fds = w.fds[:len(w.fds)-1]
	}
	return unix.Fstat(w.top(), &w.stat)
}

// step resolves one component, and its target if it is a symbolic link.
func (w *walk) step(name string) error {
	fd, err := unix.Openat(w.top(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return w.push(fd)
	}
	target, err := readLink(fd)
	unix.Close(fd)
	if err != nil {
		return err
	}
	// In a folder that an untrusted user can write, and in all below it, a link can be
	// replaced by another: none is followed, whoever made it.
	if w.writer != "" || w.viewer.writer(&w.stat) != "" || !w.viewer.trusts(st.Uid) || w.stat.Mode&0o002 != 0 {
		return ErrLink
	}
	if w.links++; w.links > maxLinks {
		return unix.ELOOP
	}
	if path.IsAbs(target) {
		for len(w.fds) > 1 {
			if err := w.up(); err != nil {
				return err
			}
		}
	}
	return w.follow(strings.Split(target, "/"))
}

// readLink returns the target of an open symbolic link. Magic links of /proc, such as
// PID/root, are resolved by their text, too.
func readLink(fd int) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", buf)
	return string(buf[:max(n, 0)]), err
}

// reopen opens the file for reading. O_NONBLOCK: it waits neither for the other end of a
// FIFO nor for the holder of a lease (fcntl(2), F_SETLEASE).
func (w *walk) reopen(flags int) (*os.File, error) {
	if err := w.plainFiles(); err != nil {
		return nil, err
	}
	fd, err := unix.Open(fdPath(w.top()), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "guarded"), nil
}

// plainFiles fails for file systems whose content the kernel generates: a read may block
// or consume data of another reader (/proc/kmsg, trace_pipe); and for FUSE if untrusted,
// where a user's program serves the read and may block it.
func (w *walk) plainFiles() error {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(w.top(), &fs); err != nil {
		return err
	}
	switch fs.Type {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEBUGFS_MAGIC, unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC,
		unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.BPF_FS_MAGIC, unix.EFIVARFS_MAGIC, unix.NSFS_MAGIC:
		return ErrKind
	case unix.FUSE_SUPER_MAGIC:
		if w.writer != "" {
			return ErrKind
		}
	}
	return nil
}

func (w *walk) read() ([]byte, error) {
	bound := int64(MaxFile)
	if w.writer != "" {
		bound = MaxUntrusted
	}
	switch {
	case w.stat.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, ErrKind
	case w.stat.Size > bound:
		return nil, ErrLarge
	}
	f, err := w.reopen(0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, bound+1)) // it may grow since fstat
	if err == nil && int64(len(data)) > bound {
		err = ErrLarge
	}
	return data, err
}

func (w *walk) list() ([]string, error) {
	f, err := w.reopen(unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	bound := MaxEntries
	if w.writer != "" {
		bound = MaxUntrustedEntries
	}
	names, err := f.Readdirnames(bound)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return names, err
}

// Writer returns the untrusted user or group that can write a file or replace it; "":
// none.
func (t Tree) Writer(name string) (string, error) {
	w, err := t.walk(name)
	if err != nil {
		return "", err
	}
	defer w.close()
	return w.writer, nil
}

// Head reads at most so many bytes of a /proc file. A process determines the length of
// some: its arguments can have a quarter of its stack limit.
func Head(file string, most int) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)))
}
