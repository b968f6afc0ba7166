package hostmap

import (
	"errors"
	"net"
	"os"
	"path"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/guarded"
)

// userReadTime bounds how long files that one untrusted user named are read,
// usersReadTime those of all such users. Further files are skipped, so that a user with
// many daemons, or with a file system that blocks, does not delay the map.
const (
	userReadTime  = 300 * time.Millisecond
	usersReadTime = time.Second
)

// A tree reads files below a root folder. It is not safe for concurrent use.
type tree struct {
	root    string
	spent   map[string]time.Duration // by untrusted user
	skipped []string                 // users with files left unread, since they took too long
}

func newTree(root string) *tree { return &tree{root: root, spent: map[string]time.Duration{}} }

// below splits proc/PID/root off a path, so that links are resolved below that
// process's root.
func (t *tree) below(file string) (guarded.Tree, string) {
	if m := procRoot.FindString(file); m != "" {
		return guarded.Tree{Root: path.Join(t.root, m)}, file[len(m):]
	}
	return guarded.Tree{Root: t.root}, file
}

func (t *tree) read(file, by string) (data []byte, writer string) {
	root, name := t.below(file)
	var got guarded.File
	t.bounded(by, func() func() {
		f, _ := root.Read(name) // an unreadable file counts as absent
		return func() { got = f }
	})
	return got.Data, got.Writer
}

func (t *tree) list(dir, by string) (names []string, writer string) {
	root, name := t.below(dir)
	t.bounded(by, func() func() {
		n, w, _ := root.List(name)
		return func() { names, writer = n, w }
	})
	slices.Sort(names)
	return names, writer
}

func (t *tree) link(file string) string {
	target, _ := os.Readlink(path.Join(t.root, file))
	return target
}

func (t *tree) writer(file string) (string, bool) {
	root, name := t.below(file)
	writer, err := root.Writer(name)
	return writer, err == nil
}

// bounded calls fn, and then the function that fn returns. For an untrusted user it
// first checks the time left, and gives fn up when that has passed; the goroutine of a
// call that blocks stays.
func (t *tree) bounded(by string, fn func() (take func())) {
	if by == "" {
		fn()()
		return
	}
	left := userReadTime - t.spent[by]
	if left = min(left, usersReadTime-t.total()); left <= 0 {
		t.skip(by)
		return
	}
	begun := time.Now()
	defer func() { t.spent[by] += time.Since(begun) }()
	read := make(chan func(), 1)
	go func() { read <- fn() }()
	timeout := time.NewTimer(left)
	defer timeout.Stop()
	select {
	case take := <-read:
		take()
	case <-timeout.C:
		t.skip(by)
	}
}

func (t *tree) total() (sum time.Duration) {
	for _, spent := range t.spent {
		sum += spent
	}
	return sum
}

func (t *tree) skip(by string) {
	if !slices.Contains(t.skipped, by) {
		t.skipped = append(t.skipped, by)
	}
}

func (t *tree) socket(file string) (at, writer string, done func(), ok bool) {
	root, name := t.below(file)
	at, writer, done, err := root.Socket(name)
	return at, writer, done, err == nil
}

// peerOf returns the user who listens on a Unix socket, if neither root nor
// the viewer (unix(7), SO_PEERCRED).
func peerOf(conn net.Conn) (string, error) {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return "", syscall.EINVAL
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return "", err
	}
	var peer *unix.Ucred
	var failed error
	err = control.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err = errors.Join(err, failed); err != nil {
		return "", err
	}
	return untrusted(int(peer.Uid)), nil
}
