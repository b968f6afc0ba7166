//go:build linux

package netns_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// inode returns the calling thread's namespace as net:[INODE].
func inode() string {
	link, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		panic(err)
	}
	return link
}

func TestCreateOpenRemove(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.Name(t, "a")
	var inside string
	if err := netns.CreateAll([]netns.Spec{{Name: name, Mark: "mark", Inside: func() error { inside = inode(); return nil }}}); err != nil {
		t.Fatal(err)
	}
	if err := netns.CreateAll([]netns.Spec{{Name: name, Mark: "mark"}}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second CreateAll: %v, want %v", err, fs.ErrExist)
	}
	var seen string
	if err := netns.Do(name, func() error { seen = inode(); return nil }); err != nil {
		t.Fatal(err)
	}
	if inside == inode() || seen != inside {
		t.Errorf("created %s, entered %s, outside %s", inside, seen, inode())
	}
	if err := netns.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := netns.OpenFd(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Remove: %v, want %v", err, fs.ErrNotExist)
	}
	if err := netns.Remove(name); err != nil {
		t.Errorf("second Remove: %v", err)
	}
}

func TestCreateFailsInside(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.Name(t, "a")
	boom := errors.New("boom")
	if err := netns.CreateAll([]netns.Spec{{Name: name, Mark: "mark", Inside: func() error { return boom }}}); !errors.Is(err, boom) {
		t.Errorf("got %v, want %v", err, boom)
	}
	if _, err := os.Lstat(filepath.Join(netns.Dir, name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a failed Create left a file: %v", err)
	}
}

// A namespace takes no setting from those that were created before it.
func TestCreateInheritsNothing(t *testing.T) {
	netnstest.Need(t)
	const file = "/proc/sys/net/ipv4/tcp_ehash_entries" // a new namespace has tcp_child_ehash_entries of the thread's
	var specs []netns.Spec
	entries := make([]string, 9)
	for i := range entries {
		specs = append(specs, netns.Spec{Name: netnstest.Name(t, strconv.Itoa(i)), Inside: func() error {
			text, err := os.ReadFile(file)
			entries[i] = string(text)
			return errors.Join(err, os.WriteFile("/proc/sys/net/ipv4/tcp_child_ehash_entries", []byte("1"), 0o644))
		}})
	}
	if err := netns.CreateAll(specs); errors.Is(err, fs.ErrNotExist) {
		t.Skip("no net.ipv4.tcp_child_ehash_entries (since Linux 6.1)")
	} else if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if e != entries[0] {
			t.Errorf("namespace %d: tcp_ehash_entries = %q, the first has %q", i, e, entries[0])
		}
	}
}

func TestLeftovers(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.Name(t, "half")
	file := filepath.Join(netns.Dir, name)
	if err := os.WriteFile(file, []byte("mark"), 0o444); err != nil {
		t.Fatal(err)
	}
	left, err := netns.Leftovers()
	if err != nil || left[name] != "mark" {
		t.Errorf("Leftovers = %q, %v", left, err)
	}
	if _, err := netns.OpenFd(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenFd of a plain file: %v, want %v", err, fs.ErrNotExist)
	}
}

// A file that is not a network namespace is not found, and opening it does not block.
func TestOpenOther(t *testing.T) {
	netnstest.Need(t)
	for what, make := range map[string]func(path string) error{
		"FIFO":   func(p string) error { return unix.Mkfifo(p, 0o644) },
		"folder": func(p string) error { return os.Mkdir(p, 0o755) },
		"link":   func(p string) error { return os.Symlink("/dev/null", p) },
		"socket": func(p string) error {
			return unix.Mknod(p, unix.S_IFSOCK|0o644, 0)
		},
		"namespace of another kind": func(p string) error {
			if err := os.WriteFile(p, nil, 0o444); err != nil {
				return err
			}
			return unix.Mount("/proc/self/ns/uts", p, "", unix.MS_BIND, "")
		},
	} {
		name := netnstest.Name(t, "other")
		path := filepath.Join(netns.Dir, name)
		if err := make(path); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for how, open := range map[string]func() (int, error){
			"OpenFd":   func() (int, error) { return netns.OpenFd(name) },
			"OpenPath": func() (int, error) { return netns.OpenPath(path) },
		} {
			if _, err := open(); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s of a %s: %v, want %v", how, what, err, fs.ErrNotExist)
			}
		}
		_ = unix.Unmount(path, unix.MNT_DETACH)
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

func TestEach(t *testing.T) {
	netnstest.Need(t)
	var names []string
	var specs []netns.Spec
	for i := range 20 {
		names = append(names, netnstest.Name(t, fmt.Sprint(i)))
		specs = append(specs, netns.Spec{Name: names[i]})
	}
	if err := netns.CreateAll(specs); err != nil {
		t.Fatal(err)
	}
	seen := make([]string, len(names))
	if err := netns.Each(names, func(i int) error { seen[i] = inode(); return nil }); err != nil {
		t.Fatal(err)
	}
	distinct := map[string]bool{inode(): true}
	for _, s := range seen {
		distinct[s] = true
	}
	if len(distinct) != len(names)+1 {
		t.Errorf("visited %d namespaces, want %d", len(distinct)-1, len(names))
	}
	err := netns.Each([]string{names[0], "vtn-missing", names[1]}, func(int) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "\n") != 0 {
		t.Errorf("with one name missing: %v", err)
	}
}

func TestDoInHost(t *testing.T) {
	netnstest.Need(t)
	var seen string
	if err := netns.Do(netns.Host, func() error { seen = inode(); return nil }); err != nil {
		t.Fatal(err)
	}
	if seen != inode() {
		t.Errorf("got %s, want the host namespace %s", seen, inode())
	}
}

func TestDoInParallel(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.Name(t, "a")
	if err := netns.CreateAll([]netns.Spec{{Name: name}}); err != nil {
		t.Fatal(err)
	}
	home := inode()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := netns.Do(name, func() error { runtime.Gosched(); return nil }); err != nil {
				t.Error(err)
			}
			if here := inode(); here != home {
				t.Errorf("after Do a goroutine runs in %s, want %s", here, home)
			}
		})
	}
	wg.Wait()
}

func TestPanicAndGoexitInDo(t *testing.T) {
	netnstest.Need(t)
	var got any
	func() {
		defer func() { got = recover() }()
		_ = netns.Do(netns.Host, func() error { panic("boom") })
	}()
	if got != "boom" {
		t.Errorf("recovered %v, want boom", got)
	}
	returned := true
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = netns.Do(netns.Host, func() error { returned = false; runtime.Goexit(); return nil })
		returned = true
	}()
	<-done
	if returned {
		t.Error("Goexit inside did not end the caller")
	}
}
