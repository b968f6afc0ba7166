//go:build linux

package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A typist sits at a terminal in which a shell runs.
type typist struct {
	t    *testing.T
	keys *os.File
	seen bytes.Buffer
	more chan []byte
}

// sitDown starts a shell, in which vethlab is this program, at a terminal of its
// own.
func sitDown(t *testing.T) *typist {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash")
	}
	keys, screen := openTerminal(t)
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "vethlab")); err != nil {
		t.Fatal(err)
	}
	runtimeDir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "-i")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "SHELL="+bash, "TERM=dumb", "PS1=out> ",
		"XDG_RUNTIME_DIR="+runtimeDir, groundEnv+"=--rootless", "HISTFILE=", "GORACE=atexit_sleep_ms=0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen.Close()
	y := &typist{t: t, keys: keys, more: make(chan []byte)}
	go y.read()
	t.Cleanup(func() {
		_ = os.RemoveAll(runtimeDir) // so that nothing in a lab holds the terminal
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for range y.more {
		}
		keys.Close()
	})
	return y
}

// openTerminal returns the two ends of a terminal (pty(7)).
func openTerminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	size := &unix.Winsize{Row: 33, Col: 77}
	err = errors.Join(err, unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(int(keys.Fd()), unix.TIOCSWINSZ, size))
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, screen
}

func (y *typist) read() {
	defer close(y.more)
	for {
		b := make([]byte, 4096)
		n, err := y.keys.Read(b)
		if err != nil {
			return
		}
		y.more <- b[:n]
	}
}

// types types keys and waits until the screen shows something after that.
func (y *typist) types(keys, want string) {
	y.t.Helper()
	y.expects(keys, want, 20*time.Second)
}

// presses presses a key until the screen shows something after that: at first it
// may come to who had the terminal before.
func (y *typist) presses(key, want string) {
	y.t.Helper()
	y.expects(key, want, 500*time.Millisecond)
}

// expects types keys, and again after some time, until the screen shows something.
func (y *typist) expects(keys, want string, again time.Duration) {
	y.t.Helper()
	y.seen.Reset()
	tick, timeout := time.Tick(again), time.After(20*time.Second)
	for typed := false; !strings.Contains(y.seen.String(), want); {
		if !typed {
			if _, err := y.keys.WriteString(keys); err != nil {
				y.t.Fatal(err)
			}
			typed = true
		}
		select {
		case b := <-y.more:
			y.seen.Write(b)
		case <-tick:
			typed = false
		case <-timeout:
			y.t.Fatalf("typed %q, expected %q, seen:\n%s", keys, want, y.seen.String())
		}
	}
}

// A shell in a lab without root has its terminal as any shell has.
func TestTerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	const ctrlC, ctrlZ = "\x03", "\x1a"
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("name: vtc-terminal\nlinks: [[a, b]]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	y := sitDown(t)
	y.types("", "out> ")
	y.types("vethlab up "+file+"\n", "is up: 2 nodes")

	// What is typed goes to the shell inside, and its jobs can be stopped.
	y.types("vethlab shell a\n", "(vtc-terminal/a)")
	y.types("stty size\n", "33 77")
	y.types("sh -c 'echo now; exec sleep 1000'\n", "now\r\n")
	y.presses(ctrlC, "(vtc-terminal/a)")
	y.types("echo code $?\n", "code 130")
	y.types("sh -c 'echo now; exec sleep 1001'\n", "now\r\n")
	y.presses(ctrlZ, "Stopped")
	y.types("fg\n", "sleep 1001'\r\n")
	y.presses(ctrlC, "(vtc-terminal/a)")
	y.types("echo code $?\n", "code 130")

	// The shell itself can be stopped, and goes on where it was.
	y.types("echo pid-$$\n", "pid-")
	y.types("suspend\n", "out> ")
	y.types("jobs\n", "Stopped")
	y.types("fg\n", "vethlab shell a")
	y.types("\n", "(vtc-terminal/a)")
	y.types("exit 3\n", "out> ")
	y.types("echo code $?\n", "code 3")

	// So it is with a command.
	y.types("vethlab exec a -- sh -c 'echo now; exec sleep 1002'\n", "now\r\n")
	y.presses(ctrlZ, "Stopped")
	y.types("fg\n", "sleep 1002'\r\n")
	y.presses(ctrlC, "out> ")
	y.types("echo code $?\n", "code 130")

	// One that shares the terminal with others has the signals with them.
	y.types("vethlab exec a -- sh -c 'trap \"echo got it\" INT; echo wait; sleep 1003; echo done' | (trap '' INT; cat)\n", "wait\r\n")
	y.presses(ctrlC, "done")
	y.types("vethlab down; echo down $?\n", "down 0")
}

// A shell in a new network has its terminal too, whichever shell it is, and gives it
// back; so have the programs that vethlab stands in for.
func TestNewShellAtATerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	t.Setenv("VETHLAB_APPLETS", "always")
	const ctrlC, ctrlZ = "\x03", "\x1a"
	for _, shell := range []string{"$SHELL", "/bin/sh"} {
		y := sitDown(t)
		y.types("", "out> ")
		y.types("SHELL="+shell+" vethlab shell --new\n", "(new) ")
		y.types("ip link set lo up; echo up $?\n", "up 0")
		y.types("ping -i 0.1 127.0.0.1\n", "icmp_seq=2 ")
		y.presses(ctrlC, " packets transmitted")
		y.types("echo code $?\n", "code 0")
		y.types("ip netns add ns1; ip -n ns1 link set lo up; echo made $?\n", "made 0")
		y.types("ip netns exec ns1 ping -i 0.1 127.0.0.1\n", "icmp_seq=2 ")
		y.presses(ctrlZ, "Stopped")
		y.types("fg\n", "icmp_seq=")
		y.presses(ctrlC, " packets transmitted")
		y.types("exit 3\n", "out> ")
		if strings.Contains(y.seen.String(), "process group") {
			t.Errorf("%s lost its terminal:\n%s", shell, y.seen.String())
		}
		y.types("echo code $?\n", "code 3")
	}
}

// userNamespaces reports whether labs can be made without root.
func userNamespaces(t *testing.T) bool {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	box, err := sandbox.Start("try")
	if err != nil {
		return false
	}
	defer box.Close()
	_, err = box.End()
	return err == nil
}
