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

const untrusted = 65533

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// within2s fails the test if fn blocks.
func within2s(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan bool)
	go func() { defer close(done); fn() }()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		t.Fatal("blocked for 2 s")
	}
}

// newRoot makes the root of a tree, writable only for the viewer.
func newRoot(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "d/plain"), []byte("text"), 0o644))
	return dir
}

// Any kind of file is read to its end or refused, without blocking.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, path string
		make       func(t *testing.T, dir string) error
		want       string
		err        error
	}{
		{"a file", "/d/plain", nil, "text", nil},
		{"dots in the path", "/d/../d/./plain", nil, "text", nil},
		{"above the root", "/../../../d/plain", nil, "text", nil},
		{"not found", "/d/none", nil, "", fs.ErrNotExist},
		{"a folder", "/d", nil, "", guarded.ErrKind},
		{"a file as a folder", "/d/plain/x", nil, "", unix.ENOTDIR},
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
		{"a link of the viewer", "/d/x", func(_ *testing.T, dir string) error { return os.Symlink("plain", dir+"/d/x") }, "text", nil},
		{"a link to a folder", "/x/plain", func(_ *testing.T, dir string) error { return os.Symlink("/d", dir+"/x") }, "text", nil},
		{"a link out of the root", "/x", func(_ *testing.T, dir string) error { return os.Symlink("../../../../../etc/passwd", dir+"/x") }, "", fs.ErrNotExist},
		{"a loop of links", "/x", func(_ *testing.T, dir string) error { return os.Symlink("x", dir+"/x") }, "", unix.ELOOP},
		{"a link in a folder that all can write", "/d/x", func(_ *testing.T, dir string) error {
			must(t, os.Chmod(dir+"/d", 0o777))
			return os.Symlink("plain", dir+"/d/x")
		}, "", guarded.ErrLink},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newRoot(t)
			if test.make != nil {
				must(t, test.make(t, dir))
			}
			within2s(t, func() {
				f, err := guarded.Tree{Root: dir}.Read(test.path)
				if string(f.Data) != test.want || !errors.Is(err, test.err) {
					t.Errorf("%.20q, %v, want %.20q, %v", f.Data, err, test.want, test.err)
				}
			})
		})
	}
}

// Devices and files that the kernel generates are refused.
func TestReadSpecialFiles(t *testing.T) {
	for _, name := range []string{"/dev/zero", "/dev/null", "/dev/tty", "/proc/kmsg", "/proc/self/status", "/proc/1/root/proc/kmsg", "/sys/kernel/uevent_seqnum", "/proc/self/ns/net"} {
		within2s(t, func() {
			if f, err := (guarded.Tree{Root: "/"}).Read(name); err == nil {
				t.Errorf("%s: read %d bytes, want an error", name, len(f.Data))
			}
		})
	}
}

// A file that grows while it is read is refused beyond the bound.
func TestReadGrowingFile(t *testing.T) {
	dir := newRoot(t)
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

// A file that an untrusted user could have written has that user as its Writer, and no
// symbolic link of such a user is followed.
func TestUntrusted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make files of another user")
	}
	give := func(t *testing.T, file string) { t.Helper(); must(t, os.Lchown(file, untrusted, untrusted)) }
	for _, test := range []struct {
		name   string
		make   func(t *testing.T, dir string)
		writer string
		err    error
	}{
		{"of root", func(*testing.T, string) {}, "", nil},
		{"the file", func(t *testing.T, dir string) { give(t, dir+"/d/plain") }, "user 65533", nil},
		{"the folder", func(t *testing.T, dir string) { give(t, dir+"/d") }, "user 65533", nil},
		{"a file that all can write", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d/plain", 0o666)) }, "any user", nil},
		{"a folder that all can write", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d", 0o777)) }, "any user", nil},
		{"a sticky folder", func(t *testing.T, dir string) { must(t, os.Chmod(dir+"/d", 0o777|os.ModeSticky)) }, "", nil},
		{"a folder that a group can write", func(t *testing.T, dir string) {
			must(t, os.Chown(dir+"/d", 0, untrusted))
			must(t, os.Chmod(dir+"/d", 0o775))
		}, "group 65533", nil},
		{"a folder that a group can read", func(t *testing.T, dir string) { must(t, os.Chown(dir+"/d", 0, untrusted)) }, "", nil},
		{"large", func(t *testing.T, dir string) {
			must(t, os.WriteFile(dir+"/d/plain", make([]byte, guarded.MaxUntrusted+1), 0o644))
			give(t, dir+"/d")
		}, "", guarded.ErrLarge},
		{"an untrusted link", func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/d/plain", dir+"/secret"))
			must(t, os.Symlink("/secret", dir+"/d/plain"))
			give(t, dir+"/d/plain")
		}, "", guarded.ErrLink},
		{"a link in an untrusted folder", func(t *testing.T, dir string) {
			must(t, os.Rename(dir+"/d/plain", dir+"/secret"))
			must(t, os.Symlink("/secret", dir+"/d/plain"))
			give(t, dir+"/d")
		}, "", guarded.ErrLink},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := newRoot(t)
			test.make(t, dir)
			f, err := guarded.Tree{Root: dir}.Read("/d/plain")
			if f.Writer != test.writer || !errors.Is(err, test.err) {
				t.Errorf("%q, %v, want %q, %v", f.Writer, err, test.writer, test.err)
			}
		})
	}
}

// A file with a lease is refused at once.
func TestLease(t *testing.T) {
	dir := newRoot(t)
	f, err := os.OpenFile(dir+"/d/plain", os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Skipf("no leases here: %v", err)
	}
	within2s(t, func() {
		if _, err := (guarded.Tree{Root: dir}).Read("/d/plain"); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("got %v, want %v", err, unix.EAGAIN)
		}
	})
}

// Folders are listed up to a bound.
func TestList(t *testing.T) {
	dir := newRoot(t)
	names, writer, err := guarded.Tree{Root: dir}.List("/d")
	if err != nil || writer != "" || strings.Join(names, " ") != "plain" {
		t.Errorf("%q, %q, %v", names, writer, err)
	}
	if _, _, err := (guarded.Tree{Root: dir}).List("/d/plain"); !errors.Is(err, unix.ENOTDIR) {
		t.Errorf("%v", err)
	}
	for n := range guarded.MaxUntrustedEntries + 50 {
		must(t, os.WriteFile(filepath.Join(dir, "d", strings.Repeat("x", n%100)+string(rune('a'+n/100))), nil, 0o644))
	}
	must(t, os.Chmod(dir+"/d", 0o777))
	if names, writer, _ = (guarded.Tree{Root: dir}).List("/d"); len(names) != guarded.MaxUntrustedEntries || writer != "any user" {
		t.Errorf("%d names, %q", len(names), writer)
	}
}

// No descriptor stays open, also after errors.
func TestDescriptors(t *testing.T) {
	dir := newRoot(t)
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
