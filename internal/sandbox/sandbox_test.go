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
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func TestMain(m *testing.M) {
	switch role := sandbox.Main(); {
	case role.Over():
		return
	case os.Getenv(roleTestEnv) != "":
		printRole(role)
	case role == sandbox.Plain:
		// Otherwise each program takes a second longer to exit under -race.
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
		runInside(os.Args[1], os.Args[2:])
	default:
		os.Exit(m.Run())
	}
}

// runInside runs this program's command in a sandbox: "exit" exits with a code, "busy"
// sleeps until it is killed, "check" calls [check], "signal" calls [signalHolder],
// "sh" calls [sh], and "shell" runs a shell command and then tries to start a nested sandbox.
func runInside(command string, args []string) {
	switch command {
	case "exit":
		code, _ := strconv.Atoi(args[0])
		os.Exit(code)
	case "busy":
		os.Stdout.Write([]byte("ready\n"))
		time.Sleep(time.Minute)
	case "check":
		fmt.Println(check(args[0]))
	case "signal":
		signalHolder()
	case "sh":
		sh(args[0])
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

// check returns an error if the sandbox that it runs in is not as it should be.
func check(dir string) error {
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

// holderFileDir gives a test its own folder of holder files. It skips the test if this
// user can't make user namespaces.
func holderFileDir(t testing.TB) string {
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

// run runs this program inside a sandbox and returns its output and exit code.
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
	dir := holderFileDir(t)
	if _, err := sandbox.Open("lab"); !errors.Is(err, sandbox.ErrNone) {
		t.Errorf("before Start: %v", err)
	}
	box := start(t, "lab")
	work := t.TempDir()
	t.Chdir(work)
	if out, code, err := run(t, box, "check", work); out != "<nil>" || code != 0 || err != nil {
		t.Errorf("%s, code %d, %v", out, code, err)
	}
	if _, code, err := run(t, box, "exit", "42"); code != 42 || err != nil {
		t.Errorf("code %d, %v", code, err)
	}
	if labs, err := sandbox.Boxes(); err != nil || len(labs) != 1 || labs[0].Lab != "lab" {
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

// Many goroutines that start and enter the sandbox of one lab get the same one.
func TestManyAtOnce(t *testing.T) {
	holderFileDir(t)
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
				t.Errorf("program %d: code %d, %v", i, code, err)
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

// Goroutines that race to start a lab's first sandbox make only one.
func TestManyStart(t *testing.T) {
	holderFileDir(t)
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

// starterEnv makes this program start the sandbox of the lab that it names.
const starterEnv = "VETHLAB_TEST_STARTER"

// A program killed at any moment while it starts a sandbox does not block others.
func TestStarterKilled(t *testing.T) {
	holderFileDir(t)
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
			t.Fatalf("killed after %d ms: Start blocks for 20 s", delay)
		}
	}
}

// busy starts a program inside a sandbox that runs until it is killed. The channel gets
// the error of [sandbox.Box.Run].
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
			dir := holderFileDir(t)
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
				t.Errorf("the folder of holder files is left: %v", err)
			}
		})
	}
}

// A StartError names the failed step and the reason.
func TestStartErrors(t *testing.T) {
	tests := []struct{ name, shell, want string }{
		{"no user namespaces", "echo 0 >/proc/sys/user/max_user_namespaces", "make namespaces: cannot make a user namespace: user.max_user_namespaces is reached, which is 0 here ("},
		{"no network namespaces", "echo 0 >/proc/sys/user/max_net_namespaces", "make namespaces: cannot make a network namespace: user.max_net_namespaces is reached, which is 0 here ("},
		{"no mount namespaces", "echo 0 >/proc/sys/user/max_mnt_namespaces", "make namespaces: cannot make a mount namespace: user.max_mnt_namespaces is reached, which is 0 here ("},
		{"no PID namespaces", "echo 0 >/proc/sys/user/max_pid_namespaces", "make namespaces: cannot make a PID namespace: user.max_pid_namespaces is reached, which is 0 here ("},
		{"covered proc", "mount -t tmpfs none /proc/sys", "mount /proc: operation not permitted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			holderFileDir(t)
			out, _, err := run(t, start(t, "lab"), "shell", tt.shell)
			if err != nil || !strings.HasPrefix(out, "cannot make a sandbox for the lab: "+tt.want) {
				t.Errorf("got %s, %v, want %s", out, err, tt.want)
			}
		})
	}
}

// Something else in place of a lock file is reported, and nothing waits for it.
func TestLockIsRegularFile(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	const lab = "vtest-lock"
	path := filepath.Join(sandbox.Dir, lab+".lock")
	if err := os.MkdirAll(sandbox.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func() error{
		"fifo":   func() error { return unix.Mkfifo(path, 0o600) },
		"folder": func() error { return os.Mkdir(path, 0o700) },
		"link":   func() error { return os.Symlink("/dev/zero", path) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if _, err := sandbox.Acquire(t.Context(), lab, nil); err == nil || !strings.Contains(err.Error(), lab) {
			t.Errorf("%s: got the error %v", name, err)
		}
		if sandbox.Unfinished(lab) {
			t.Errorf("%s: taken for a lock", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
