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

// How long files are read on the words of one stranger, and of all together. What
// is beyond is left out: whoever has many daemons, or a file system that does not
// answer, takes nothing from what others say.
const (
	strangerTime  = 300 * time.Millisecond
	strangersTime = time.Second
)

// A tree reads files from a folder that stands for the machine's root. It is used
// by one goroutine at a time.
type tree struct {
	root    string
	spent   map[string]time.Duration // by stranger
	skipped []string                 // strangers that were not heard to the end
}

func newTree(root string) *tree { return &tree{root: root, spent: map[string]time.Duration{}} }

// below splits a path of a process's root off: links there are that process's.
func (t *tree) below(file string) (guarded.Tree, string) {
	if m := procRoot.FindString(file); m != "" {
		return guarded.Tree{Root: path.Join(t.root, m)}, file[len(m):]
	}
	return guarded.Tree{Root: t.root}, file
}

func (t *tree) read(file, who string) (data []byte, writer string) {
	root, name := t.below(file)
	var got guarded.File
	t.bounded(who, func() func() {
		f, _ := root.Read(name) // what can't be read says nothing
		return func() { got = f }
	})
	return got.Data, got.Writer
}

func (t *tree) list(dir, who string) (names []string, writer string) {
	root, name := t.below(dir)
	t.bounded(who, func() func() {
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

// bounded calls fn, and then what it returns unless a stranger on whose word it is
// has used up the time for it. A call that never returns is left behind.
func (t *tree) bounded(who string, fn func() (take func())) {
	if who == "" {
		fn()()
		return
	}
	left := strangerTime - t.spent[who]
	if left = min(left, strangersTime-t.total()); left <= 0 {
		t.skip(who)
		return
	}
	begun := time.Now()
	defer func() { t.spent[who] += time.Since(begun) }()
	read := make(chan func(), 1)
	go func() { read <- fn() }()
	timeout := time.NewTimer(left)
	defer timeout.Stop()
	select {
	case take := <-read:
		take()
	case <-timeout.C:
		t.skip(who)
	}
}

func (t *tree) total() (sum time.Duration) {
	for _, spent := range t.spent {
		sum += spent
	}
	return sum
}

func (t *tree) skip(who string) {
	if !slices.Contains(t.skipped, who) {
		t.skipped = append(t.skipped, who)
	}
}

func (t *tree) socket(file string) (at, writer string, done func(), ok bool) {
	root, name := t.below(file)
	at, writer, done, err := root.Socket(name)
	return at, writer, done, err == nil
}

// peerOf returns who listens at the other end of a Unix socket, if neither root nor
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
	return stranger(int(peer.Uid)), nil
}
