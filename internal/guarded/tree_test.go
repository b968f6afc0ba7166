//go:build linux

package guarded_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/guarded"
)

const stranger = 65533

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// soon fails the test if fn waits for anybody.
func soon(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan bool)
	go func() { defer close(done); fn() }()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		t.Fatal("it waits")
	}
}

// root makes a folder that nobody but the viewer can write to, as the root of a
// tree.
func root(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "d/plain"), []byte("text"), 0o644))
	return dir
}

// Whatever stands at a path, it is read to its end or refused, at once.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, path string
		make       func(t *testing.T, dir string) error
		want       string
		err        error
	}{
		{"a file", "/d/plain", nil, "text", nil},
		{"up and down", "/d/../d/./plain", nil, "text", nil},
		{"above the root", "/../../../d/plain", nil, "text", nil},
		{"nothing", "/d/none", nil, "", fs.ErrNotExist},
		{"a folder", "/d", nil, "", guarded.ErrKind},
		{"a file for a folder", "/d/plain/x", nil, "", unix.ENOTDIR},
		{"a FIFO", "/d/x", func(_ *testing.T, dir string) error { return unix.Mkfifo(dir+"/d/x", 0o644) }, "", guarded.ErrKind},
		{"a socket", "/d/x", func(t *testing.T, dir string) error {
			l, err := net.Listen("unix", dir+"/d/x")
			t.Cleanup(func() { l.Close() })
			return err
		}, "", guarded.ErrKind},
		{"a sparse file", "/d/x", func(_ *testing.T, dir string) error {
			must(t, os.WriteFile(dir+"/d/x", nil, 0o644))
			return os.Truncate(dir+"/d/x", 1<<40)
		}, "", guarded.ErrLarge},
		{"at the bound", "/d/x", func(_ *testing.T, dir string) error {
			return os.WriteFile(dir+"/d/x", make([]byte, guarded.MaxFile), 0o644)
		}, string(make([]byte, guarded.MaxFile)), nil},
		{"over the bound", "/d/x", func(_ *testing.T, dir string) error {
			return os.WriteFile(dir+"/d/x", make([]byte, guarded.MaxFile+1), 0o644)
		}, "", guarded.ErrLarge},
		{"a link of one's own", "/d/x", func(_ *testing.T, dir string) error { return os.Symlink("plain", dir+"/d/x") }, "text", nil},
		{"a link to a folder", "/x/plain", func(_ *testing.T, dir string) error { return os.Symlink("/d", dir+"/x") }, "text", nil},
		{"a link out of the root", "/x", func(_ *testing.T, dir string) error { return os.Symlink("../../../../../etc/passwd", dir+"/x") }, "", fs.ErrNotExist},
		{"a loop of links", "/x", func(_ *testing.T, dir string) error { return os.Symlink("x", dir+"/x") }, "", unix.ELOOP},
		{"a link in a folder of all", "/d/x", func(_ *testing.T, dir string) error {
			must(t, os.Chmod(dir+"/d", 0o777))
			return os.Symlink("plain", dir+"/d/x")
		}, "", guarded.ErrLink},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := root(t)
			if test.make != nil {
				must(t, test.make(t, dir))
			}
			soon(t, func() {
				f, err := guarded.Tree{Root: dir}.Read(test.path)
				if string(f.Data) != test.want || !errors.Is(err, test.err) {
					t.Errorf("%.20q, %v, want %.20q, %v", f.Data, err, test.want, test.err)
				}
			})
		})
	}
}

// Devices and the files in which the kernel answers are none that end.
func TestReadOfTheMachine(t *testing.T) {
	for _, name := range []string{"/dev/zero", "/dev/null", "/dev/tty", "/proc/kmsg", "/proc/self/status", "/proc/1/root/proc/kmsg", "/sys/kernel/uevent_seqnum", "/proc/self/ns/net"} {
		soon(t, func() {
			if f, err := (guarded.Tree{Root: "/"}).Read(name); err == nil {
				t.Errorf("%s: %d bytes", name, len(f.Data))
			}
		})
	}
}

// A file that grows while it is read is refused when it gets too large.
func TestReadOfGrowing(t *testing.T) {
	dir := root(t)
	f, err := os.OpenFile(dir+"/d/plain", os.O_WRONLY|os.O_APPEND, 0)
	must(t, err)
	quit, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		defer f.Close()
		for block := make([]byte, 64<<10); ; {
			select {
			case <-quit:
				return
			default:
				if st, err := f.Stat(); err == nil && st.Size() > 16<<20 {
					_ = f.Truncate(0)
				}
				_, _ = f.Write(block)
			}
		}
	}()
	for range 200 {
		got, err := guarded.Tree{Root: dir}.Read("/d/plain")
		if len(got.Data) > guarded.MaxFile || err != nil && !errors.Is(err, guarded.ErrLarge) {
			t.Errorf("%d bytes, %v", len(got.Data), err)
		}
	}
	close(quit)
	<-done
}

// What a stranger could have written is said to be the stranger's, and no link of
// a stranger's is followed.
func TestStrangers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make files of another user")
	}
	give := func(t *testing.T, file string) { t.Helper(); must(t, os.Lchown(file, stranger, stranger)) }
	for _, test := range []struct {
		name   string
		make   func(t *testing.T, dir string)
		writer string
		err    error
	}{
		{"root's", func(*testing.T, string) {}, "", nil},
		{"the file", func(t *testing.T, dir string) { give(t, dir+"/d/plain") }, "user 65533", nil},
		{"the folder", func(t *testing.T, dir string) { give(t, dir+"/d") }, "user 65533", nil},
		{"for all to write", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d/plain", 0o666)) }, "any user", nil},
		{"a folder of all", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d", 0o777)) }, "any user", nil},
		{"a sticky folder", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d", 0o777|os.ModeSticky)) }, "", nil},
		{"a group's folder", func(t *testing.T, dir string) {
			must(t, os.Chown(dir+"/d", 0, stranger))
			must(t, os.Chmod(dir+"/d", 0o775))
		}, "group 65533", nil},
		{"a folder that a group reads", func(t *testing.T, dir string) { must(t, os.Chown(dir+"/d", 0, stranger)) }, "", nil},
		{"large", func(t *testing.T, dir string) {
			must(t, os.WriteFile(dir+"/d/plain", make([]byte, guarded.MaxStranger+1), 0o644))
			give(t, dir+"/d")
		}, "", guarded.ErrLarge},
		{"a link of a stranger's", func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/d/plain", dir+"/secret"))
			must(t, os.Symlink("/secret", dir+"/d/plain"))
			give(t, dir+"/d/plain")
		}, "", guarded.ErrLink},
		{"a link in a stranger's folder", func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/d/plain", dir+"/secret"))
			must(t, os.Symlink("/secret", dir+"/d/plain"))
			give(t, dir+"/d")
		}, "", guarded.ErrLink},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := root(t)
			test.make(t, dir)
			f, err := guarded.Tree{Root: dir}.Read("/d/plain")
			if f.Writer != test.writer || !errors.Is(err, test.err) {
				t.Errorf("%q, %v, want %q, %v", f.Writer, err, test.writer, test.err)
			}
		})
	}
}

// A file on which a stranger has a lease is not waited for.
func TestLease(t *testing.T) {
	dir := root(t)
	f, err := os.OpenFile(dir+"/d/plain", os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Skipf("no leases here: %v", err)
	}
	soon(t, func() {
		if _, err := (guarded.Tree{Root: dir}).Read("/d/plain"); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("%v", err)
		}
	})
}

// Folders are listed up to a bound.
func TestList(t *testing.T) {
	dir := root(t)
	names, writer, err := guarded.Tree{Root: dir}.List("/d")
	if err != nil || writer != "" || strings.Join(names, " ") != "plain" {
		t.Errorf("%q, %q, %v", names, writer, err)
	}
	if _, _, err := (guarded.Tree{Root: dir}).List("/d/plain"); !errors.Is(err, unix.ENOTDIR) {
		t.Errorf("%v", err)
	}
	for n := range guarded.MaxStrangerEntries + 50 {
		must(t, os.WriteFile(filepath.Join(dir, "d", strings.Repeat("x", n%100)+string(rune('a'+n/100))), nil, 0o644))
	}
	must(t, os.Chmod(dir+"/d", 0o777))
	if names, writer, _ = (guarded.Tree{Root: dir}).List("/d"); len(names) != guarded.MaxStrangerEntries || writer != "any user" {
		t.Errorf("%d names, %q", len(names), writer)
	}
}

// Nothing stays open, whether a walk ends well or not.
func TestDescriptors(t *testing.T) {
	dir := root(t)
	must(t, os.Symlink("d", dir+"/x"))
	must(t, os.Symlink("y", dir+"/y"))
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		return len(entries)
	}
	before := count()
	for range 50 {
		for _, name := range []string{"/d/plain", "/x/plain", "/y", "/d", "/none/x"} {
			_, _ = guarded.Tree{Root: dir}.Read(name)
			_, _, _ = guarded.Tree{Root: dir}.List(name)
			_, _, _, _ = guarded.Tree{Root: dir}.Socket(name)
		}
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
