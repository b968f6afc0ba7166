//go:build linux

package sandbox_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func TestMain(m *testing.M) {
	switch role := sandbox.Main(); {
	case role.Over():
		return
	case os.Getenv(roleTestEnv) != "":
		sayRole(role)
	case role == sandbox.Plain:
		// Else each program that ends takes a second longer under -race.
		os.Setenv("GORACE", "atexit_sleep_ms=0")
		if lab := os.Getenv(starterEnv); lab != "" {
			_, _ = sandbox.Start(lab)
			return
		}
		if os.Getenv(exitingEnv) != "" {
			exitLocked()
		}
		os.Exit(m.Run())
	case role == sandbox.Inside:
		inside(os.Args[1], os.Args[2:])
	default:
		os.Exit(m.Run())
	}
}

// inside is what this program does inside a sandbox: "exit" with a code, be
// "busy" until it is killed, "look" whether all is as it should be, or run a
// "shell" command and then try to make a sandbox in there.
func inside(what string, args []string) {
	switch what {
	case "exit":
		code, _ := strconv.Atoi(args[0])
		os.Exit(code)
	case "busy":
		os.Stdout.Write([]byte("ready\n"))
		time.Sleep(time.Minute)
	case "look":
		fmt.Println(look(args[0]))
	case "shell":
		if out, err := exec.Command("sh", "-c", args[0]).CombinedOutput(); err != nil {
			fmt.Printf("%v: %s\n", err, out)
			return
		}
		box, err := sandbox.Start("nested")
		fmt.Println(err)
		if err == nil {
			_, _ = box.End()
		}
	}
}

// look returns what is wrong with the surroundings in a sandbox.
func look(dir string) error {
	var errs []error
	if os.Geteuid() != 0 || !sandbox.Privileged() || !sandbox.Rootless() {
		errs = append(errs, errors.New("not root of a user namespace"))
	}
	if wd, err := os.Getwd(); err != nil || wd != dir {
		errs = append(errs, fmt.Errorf("in folder %s: %w", wd, err))
	}
	if names, err := netns.List(); err != nil || len(names) > 0 {
		errs = append(errs, fmt.Errorf("namespaces %v: %w", names, err))
	}
	if err := netns.Do(netns.Host, func() error { return nil }); err != nil {
		errs = append(errs, err)
	}
	if v := os.Getenv("VETHLAB_SANDBOX"); v != "" {
		errs = append(errs, fmt.Errorf("VETHLAB_SANDBOX=%s is left in the environment", v))
	}
	return errors.Join(errs...)
}

// ground gives a test a folder for records of its own. It skips the test unless
// this user may make user namespaces.
func ground(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	box, err := sandbox.Start("try")
	if start := (*sandbox.StartError)(nil); errors.As(err, &start) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if ended, err := box.End(); !ended || err != nil {
		t.Fatal(ended, err)
	}
	return dir
}

func start(t testing.TB, lab string) *sandbox.Box {
	t.Helper()
	box, err := sandbox.Start(lab)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if ended, err := box.End(); !ended || err != nil {
			t.Errorf("ended %v, %v", ended, err)
		}
		box.Close()
	})
	return box
}

// run runs this program inside a sandbox and returns what it writes.
func run(t testing.TB, box *sandbox.Box, args ...string) (string, int, error) {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	code, err := box.Run(append([]string{"test"}, args...), nil, out)
	text, readErr := os.ReadFile(out.Name())
	if readErr != nil {
		t.Fatal(readErr)
	}
	return strings.TrimSpace(string(text)), code, err
}

func TestBox(t *testing.T) {
	dir := ground(t)
	if _, err := sandbox.Open("lab"); !errors.Is(err, sandbox.ErrNone) {
		t.Errorf("before Start: %v", err)
	}
	box := start(t, "lab")
	work := t.TempDir()
	t.Chdir(work)
	if out, code, err := run(t, box, "look", work); out != "<nil>" || code != 0 || err != nil {
		t.Errorf("%s, code %d, %v", out, code, err)
	}
	if _, code, err := run(t, box, "exit", "42"); code != 42 || err != nil {
		t.Errorf("code %d, %v", code, err)
	}
	if labs, err := sandbox.Boxes(); err != nil || len(labs) != 1 || labs[0] != "lab" {
		t.Errorf("%v, %v", labs, err)
	}
	if ended, err := box.End(); !ended || err != nil {
		t.Errorf("End: %v, %v", ended, err)
	}
	if _, err := sandbox.Open("lab"); !errors.Is(err, sandbox.ErrNone) {
		t.Errorf("after End: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left in the runtime folder: %v, %v", entries, err)
	}
}

// Many who start the sandbox of one lab, and many who enter it at the same time,
// get the same one.
func TestManyAtOnce(t *testing.T) {
	ground(t)
	const many = 50
	start(t, "lab")
	holders := make([]string, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			box, err := sandbox.Start("lab")
			if err != nil {
				t.Error(err)
				return
			}
			defer box.Close()
			code, err := box.Run([]string{"test", "exit", strconv.Itoa(i)}, nil, nil)
			if code != i || err != nil {
				t.Errorf("number %d: code %d, %v", i, code, err)
			}
			holders[i] = fmt.Sprint(box.Holder())
		})
	}
	wg.Wait()
	for _, h := range holders {
		if h != holders[0] {
			t.Fatalf("holders: %v", holders)
		}
	}
}

// Many programs that race to start the first sandbox of a lab make one.
func TestManyStart(t *testing.T) {
	ground(t)
	for range 5 {
		var wg sync.WaitGroup
		holders := make([]int, 10)
		for i := range holders {
			wg.Go(func() {
				box, err := sandbox.Start("lab")
				if err != nil {
					t.Error(err)
					return
				}
				holders[i] = box.Holder()
				box.Close()
			})
		}
		wg.Wait()
		for _, h := range holders {
			if h != holders[0] {
				t.Fatalf("holders: %v", holders)
			}
		}
		box := start(t, "lab")
		if ended, err := box.End(); !ended || err != nil {
			t.Fatal(ended, err)
		}
	}
}

// starterEnv makes this program one that starts the sandbox of a lab.
const starterEnv = "VETHLAB_TEST_STARTER"

// A program that is killed while it starts a sandbox, at whatever moment, is in
// nobody's way.
func TestStarterKilled(t *testing.T) {
	ground(t)
	for delay := range 25 {
		starter := exec.CommandContext(t.Context(), "/proc/self/exe")
		starter.Env = append(os.Environ(), starterEnv+"=lab")
		if err := starter.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(delay) * time.Millisecond)
		_ = starter.Process.Kill()
		_ = starter.Wait()
		began := make(chan *sandbox.Box)
		go func() {
			box, err := sandbox.Start("lab")
			if err != nil {
				t.Error(err)
			}
			began <- box
		}()
		select {
		case box := <-began:
			if box == nil {
				return
			}
			if ended, err := box.End(); !ended || err != nil {
				t.Errorf("killed after %d ms: ended %v, %v", delay, ended, err)
			}
			box.Close()
		case <-time.After(20 * time.Second):
			t.Fatalf("killed after %d ms: the sandbox can't be started any more", delay)
		}
	}
}

// busy starts a program inside a sandbox that does not end by itself. What comes
// of it is sent when it has.
func busy(t *testing.T, box *sandbox.Box) <-chan error {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	result := make(chan error, 1)
	go func() {
		defer write.Close()
		_, err := box.Run([]string{"test", "busy"}, nil, write)
		result <- err
	}()
	var b [6]byte
	if _, err := read.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestProgramsEndWithTheSandbox(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *sandbox.Box, string){
		"killed": func(t *testing.T, box *sandbox.Box, _ string) {
			if err := unix.Kill(box.Holder(), unix.SIGKILL); err != nil {
				t.Fatal(err)
			}
		},
		"terminated": func(t *testing.T, box *sandbox.Box, _ string) {
			if err := unix.Kill(box.Holder(), unix.SIGTERM); err != nil {
				t.Fatal(err)
			}
		},
		"ended": func(t *testing.T, box *sandbox.Box, _ string) {
			if ended, err := box.End(); !ended || err != nil {
				t.Fatal(ended, err)
			}
		},
		"end of the login": func(t *testing.T, _ *sandbox.Box, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "vethlab")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := ground(t)
			box := start(t, "lab")
			result := busy(t, box)
			end(t, box, dir)
			if err := <-result; !errors.Is(err, sandbox.ErrEnded) {
				t.Errorf("got %v, want %v", err, sandbox.ErrEnded)
			}
			if labs, err := sandbox.Boxes(); err != nil || len(labs) > 0 {
				t.Errorf("%v, %v", labs, err)
			}
			if _, err := os.Stat(filepath.Join(dir, "vethlab")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the folder of records is left: %v", err)
			}
		})
	}
}

// Who can't make a sandbox is told which step of it failed, and why.
func TestStartErrors(t *testing.T) {
	tests := []struct{ name, shell, want string }{
		{"no user namespaces", "echo 0 >/proc/sys/user/max_user_namespaces", "make namespaces: no space left on device"},
		{"no network namespaces", "echo 0 >/proc/sys/user/max_net_namespaces", "make namespaces: no space left on device"},
		{"covered proc", "mount -t tmpfs none /proc/sys", "mount /proc: operation not permitted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ground(t)
			out, _, err := run(t, start(t, "lab"), "shell", tt.shell)
			if err != nil || out != "cannot make a sandbox for the lab: "+tt.want {
				t.Errorf("got %s, %v, want %s", out, err, tt.want)
			}
		})
	}
}

// A folder for records that is not the user's alone is not trusted, and one that
// can't be written is complained of.
func TestRuntimeDir(t *testing.T) {
	tests := []struct {
		name, shell, want string
		root              bool
	}{
		{name: "another's login", shell: "chown 1:1 $D", want: "which belongs to user 1, not to you", root: true},
		{name: "another's folder", shell: "mkdir $D/vethlab && chown 1:1 $D/vethlab", want: "so it is not trusted", root: true},
		{name: "open to others", shell: "mkdir -m 777 $D/vethlab && chmod 777 $D/vethlab", want: "is open to others (mode 0777), so it is not trusted"},
		{name: "a link", shell: "ln -s /tmp $D/vethlab", want: "is not a folder: remove it"},
		{name: "a file", shell: "touch $D/vethlab", want: "is not a folder"},
		{name: "a link for a record", shell: "mkdir -m 700 $D/vethlab && ln -s /etc/passwd $D/vethlab/lab", want: "too many levels of symbolic links"},
		{name: "full", shell: "mount -t tmpfs -o nr_inodes=1,mode=700 none $D", want: "no space left on device", root: true},
		{name: "read-only", shell: "mount -t tmpfs -o ro,mode=700 none $D", want: "read-only file system", root: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root && os.Geteuid() != 0 {
				t.Skip("needs root, to make a folder that is somebody else's")
			}
			dir := t.TempDir()
			t.Setenv("XDG_RUNTIME_DIR", dir)
			cmd := exec.Command("sh", "-e", "-c", tt.shell)
			cmd.Env = append(os.Environ(), "D="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			defer func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }()
			box, err := sandbox.Start("lab")
			if err == nil {
				_, _ = box.End()
				t.Fatal("it is trusted")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// Without XDG_RUNTIME_DIR, or when its login is over, there is a folder in /tmp.
func TestRuntimeDirFallback(t *testing.T) {
	ground(t)
	for _, value := range []string{"", "/nonexistent/run", "relative"} {
		t.Setenv("XDG_RUNTIME_DIR", value)
		box := start(t, fmt.Sprintf("vtest-%d", os.Getpid()))
		dir := fmt.Sprintf("/tmp/vethlab-%d", os.Geteuid())
		info, err := os.Lstat(dir)
		if err != nil || info.Mode() != fs.ModeDir|0o700 {
			t.Errorf("%v, %v", info, err)
		}
		if ended, err := box.End(); !ended || err != nil {
			t.Error(ended, err)
		}
	}
}

// A record is its user's alone, too.
func TestRecordMode(t *testing.T) {
	dir := ground(t)
	start(t, "lab")
	for path, want := range map[string]fs.FileMode{"vethlab": fs.ModeDir | 0o700, "vethlab/lab": 0o600} {
		if info, err := os.Lstat(filepath.Join(dir, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// A folder that somebody put among the records is in nobody's way.
func TestFolderAmongRecords(t *testing.T) {
	dir := ground(t)
	start(t, "lab")
	if err := os.Mkdir(filepath.Join(dir, "vethlab", "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if labs, err := sandbox.Boxes(); err != nil || len(labs) != 1 || labs[0] != "lab" {
		t.Errorf("got %v, %v", labs, err)
	}
}

// A holder is small.
func TestHolderMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	ground(t)
	box := start(t, "lab")
	run(t, box, "exit", "0") // by now it has settled
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", box.Holder()))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	if kib > 6<<10 {
		t.Errorf("the holder takes %d KiB", kib)
	}
}

// Sandboxes leave no descriptors and no processes in the program that used them.
func TestNothingLeaks(t *testing.T) {
	ground(t)
	count := func(dir string) int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	settled := func(most int) int { // an ended holder is taken leave of by the way
		deadline := time.Now().Add(5 * time.Second)
		for count("/proc/self/fd") > most && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		return count("/proc/self/fd")
	}
	var fds int
	for round := range 5 {
		box, err := sandbox.Start("lab")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := box.Run([]string{"test", "exit", "0"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if ended, err := box.End(); !ended || err != nil {
			t.Fatal(ended, err)
		}
		box.Close()
		if round == 0 {
			fds = count("/proc/self/fd")
		} else if now := settled(fds); now > fds {
			t.Errorf("%d descriptors after the first round, %d after %d", fds, now, round+1)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	ground(b)
	for b.Loop() {
		box, err := sandbox.Start("lab")
		if err != nil {
			b.Fatal(err)
		}
		if ended, err := box.End(); !ended || err != nil {
			b.Fatal(ended, err)
		}
		box.Close()
	}
}

func BenchmarkRun(b *testing.B) {
	ground(b)
	box := start(b, "lab")
	for b.Loop() {
		if _, err := box.Run([]string{"test", "exit", "0"}, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
