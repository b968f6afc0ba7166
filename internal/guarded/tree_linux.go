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

// The bounds of one file, in bytes. What an engine writes of one container has a
// few thousand; the lists of all of them some hundreds each.
const (
	MaxFile     = 4 << 20   // root's or the viewer's own
	MaxStranger = 256 << 10 // anybody else's
)

// The bounds of one folder, in entries; those beyond are left out.
const (
	MaxEntries         = 1 << 16
	MaxStrangerEntries = 1 << 10
)

var (
	// ErrKind says that a file is none that can be read to its end.
	ErrKind = errors.New("not a regular file")

	// ErrLarge says that a file is larger than its bound.
	ErrLarge = errors.New("too large")

	// ErrLink says that a symbolic link on the way could have been made by a
	// stranger.
	ErrLink = errors.New("symbolic link of another user")
)

// A Tree is a folder. Paths in it are absolute, and no link leads out of it.
type Tree struct{ Root string }

// A File is what was read.
type File struct {
	Data []byte

	// Writer is who else than root and the viewer could have written it, such
	// as "user 1001"; "": nobody.
	Writer string
}

// Read returns what a regular file holds.
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

// List returns the names in a folder, and who else could have put them there.
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

// Socket returns a path by which a Unix socket can be connected to that nobody can
// exchange, and who else could have put it there. The path is valid until done is
// called.
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

// fdPath returns a path of an open file of this process. Opened by it, a file is
// the one that was looked at, whatever stands at its name by now.
func fdPath(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

// A walk is on its way from the root of a tree to a file.
type walk struct {
	viewer viewer
	fds    []int // of the folders from the root, the file last
	stat   unix.Stat_t
	writer string
	links  int
}

const maxLinks = 16 // on one way

// walk opens a file for no more than looking at it. O_PATH neither waits nor
// reads, whatever stands there.
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

// push takes over a descriptor, and who could have written what it stands for.
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

// follow goes on by components, ".." never above the root.
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

// step goes one component on, and where that is a link to where it leads.
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
	// In a folder that strangers write to, as in all below one, a link can be
	// exchanged for another: there none is followed, whoever made it.
	if w.writer != "" || w.viewer.writer(&w.stat) != "" || !w.viewer.own(st.Uid) || w.stat.Mode&0o002 != 0 {
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

// readLink returns where an open link leads. Links of /proc such as PID/root are
// text here too: they are not jumped through.
func readLink(fd int) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", buf)
	return string(buf[:max(n, 0)]), err
}

// reopen opens what was walked to for reading. A stranger's file may have a lease
// on it, and be of a file system that answers when it likes: O_NONBLOCK waits for
// neither end of a FIFO nor the end of a lease (fcntl(2), F_SETLEASE).
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

// plainFiles fails for the file systems in which the kernel answers: to read there
// may wait, or take away what another was to read (/proc/kmsg, trace_pipe); and
// for those in which a stranger's program answers.
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
		bound = MaxStranger
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
	data, err := io.ReadAll(io.LimitReader(f, bound+1)) // it may grow meanwhile
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
		bound = MaxStrangerEntries
	}
	names, err := f.Readdirnames(bound)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return names, err
}

// Writer returns who else than root and the viewer could have put there what
// stands at a path, or could do so.
func (t Tree) Writer(name string) (string, error) {
	w, err := t.walk(name)
	if err != nil {
		return "", err
	}
	defer w.close()
	return w.writer, nil
}

// Head returns the first bytes, at most so many, of a file that the kernel makes as
// it is read. A process decides how long some of them are: its arguments take a
// quarter of its stack's limit.
func Head(file string, most int) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)))
}
