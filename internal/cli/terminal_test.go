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

// A terminalSession is a shell in a pseudoterminal.
type terminalSession struct {
	t     *testing.T
	keys  *os.File
	seen  bytes.Buffer
	more  chan []byte
	shell int // its PID
}

// startTerminal starts a shell in a new pseudoterminal. vethlab is this program there. The
// home folder is empty: a user's ~/.bashrc may take longer than the tests wait.
func startTerminal(t *testing.T) *terminalSession {
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
	cmd.Dir = "/" // on a dumb terminal bash cuts a prompt that is wider, with the folder in it
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "SHELL="+bash, "TERM=dumb", "PS1=out> ",
		"HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+runtimeDir, placementEnv+"=--rootless", "HISTFILE=", "GORACE=atexit_sleep_ms=0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen.Close()
	s := &terminalSession{t: t, keys: keys, more: make(chan []byte), shell: cmd.Process.Pid}
	go s.read()
	t.Cleanup(func() {
		_ = os.RemoveAll(runtimeDir) // so that nothing in a lab holds the terminal
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		keys.Close() // for all that still use the terminal, it hangs up
		for range s.more {
		}
	})
	return s
}

// openTerminal returns the master and the slave of a pseudoterminal (pty(7)).
func openTerminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	// Without os.File.Fd, so that Close ends a Read.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	keys = os.NewFile(uintptr(fd), "/dev/ptmx")
	index, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	size := &unix.Winsize{Row: 33, Col: 77}
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0), unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size))
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", index), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, screen
}

func (s *terminalSession) read() {
	defer close(s.more)
	for {
		b := make([]byte, 4096)
		n, err := s.keys.Read(b)
		if err != nil {
			return
		}
		s.more <- b[:n]
	}
}

// shellState returns what the shell waits for.
func (s *terminalSession) shellState() string {
	var state []byte
	for _, file := range []string{"stat", "wchan", "syscall"} {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.shell, file))
		state = fmt.Appendf(state, "%s: %s\n", file, text)
	}
	return string(state)
}

// patience is how long expected output may take on a slow machine.
const patience = time.Minute

// types types keys and waits until the output after that contains want. Without keys, the
// output after the last expected one counts.
func (s *terminalSession) types(keys, want string) {
	s.t.Helper()
	s.expects(keys, want, patience)
}

// pressAgain is how long the process that a key interrupts may take to react. At a second
// key it ends at once, without its last output.
const pressAgain = 5 * time.Second

// presses repeats a key until the output contains want: the first may still reach the
// process that had the terminal before.
func (s *terminalSession) presses(key, want string) {
	s.t.Helper()
	s.expects(key, want, pressAgain)
}

// expects types keys at intervals of again until the output contains want.
func (s *terminalSession) expects(keys, want string, again time.Duration) {
	s.t.Helper()
	if keys != "" {
		s.seen.Reset()
	}
	tick, timeout := time.Tick(again), time.After(patience)
	for typed := false; !strings.Contains(s.seen.String(), want); {
		if !typed {
			if _, err := s.keys.WriteString(keys); err != nil {
				s.t.Fatal(err)
			}
			typed = true
		}
		select {
		case b, open := <-s.more:
			if !open {
				s.t.Fatalf("typed %q, expected %q, the terminal was hung up; seen:\n%s\nthe shell:\n%s", keys, want, s.seen.String(), s.shellState())
			}
			s.seen.Write(b)
		case <-tick:
			typed = false
		case <-timeout:
			s.t.Fatalf("typed %q, expected %q, seen:\n%s\nthe shell:\n%s", keys, want, s.seen.String(), s.shellState())
		}
	}
	_, rest, _ := strings.Cut(s.seen.String(), want)
	s.seen.Reset()
	s.seen.WriteString(rest)
}

// A shell in a lab without root has job control and signals.
func TestTerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	const ctrlC, ctrlZ = "\x03", "\x1a"
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("name: vtc-terminal\nlinks: [[a, b]]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startTerminal(t)
	s.types("", "out> ")
	s.types("vethlab up "+file+"\n", "is up: 2 nodes")

	// Input goes to the shell inside, and its jobs can be stopped.
	s.types("vethlab shell a\n", "(vtc-terminal/a)")
	s.types("stty size\n", "33 77")
	s.types("sh -c 'echo now; exec sleep 1000'\n", "now\r\n")
	s.presses(ctrlC, "(vtc-terminal/a)")
	s.types("echo code $?\n", "code 130")
	s.types("sh -c 'echo now; exec sleep 1001'\n", "now\r\n")
	s.presses(ctrlZ, "Stopped")
	s.types("fg\n", "sleep 1001'\r\n")
	s.presses(ctrlC, "(vtc-terminal/a)")
	s.types("echo code $?\n", "code 130")

	// The shell itself can be suspended and continued.
	s.types("echo pid-$$\n", "pid-")
	s.types("suspend\n", "out> ")
	s.types("jobs\n", "Stopped")
	s.types("fg\n", "vethlab shell a")
	s.types("\n", "(vtc-terminal/a)")
	s.types("exit 3\n", "out> ")
	s.types("echo code $?\n", "code 3")

	// The same for a command.
	s.types("vethlab exec a -- sh -c 'echo now; exec sleep 1002'\n", "now\r\n")
	s.presses(ctrlZ, "Stopped")
	s.types("fg\n", "sleep 1002'\r\n")
	s.presses(ctrlC, "out> ")
	s.types("echo code $?\n", "code 130")

	// A command in a pipe gets the signals of the terminal too.
	s.types("vethlab exec a -- sh -c 'trap \"echo got it\" INT; echo wait; sleep 1003; echo done' | (trap '' INT; cat)\n", "wait\r\n")
	s.presses(ctrlC, "done")
	s.types("vethlab down; echo down $?\n", "down 0")
}

// Shells of shell --new have job control, and so have the applets; the outer shell gets
// the terminal back.
func TestNewShellInTerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	t.Setenv("VETHLAB_APPLETS", "always")
	const ctrlC, ctrlZ = "\x03", "\x1a"
	for _, shell := range []string{"$SHELL", "/bin/sh"} {
		s := startTerminal(t)
		s.types("", "out> ")
		s.types("SHELL="+shell+" vethlab shell --new\n", "(new) ")
		s.types("ip link set lo up; echo up $?\n", "up 0")
		s.types("ping -i 0.1 127.0.0.1\n", "icmp_seq=2 ")
		s.presses(ctrlC, " packets transmitted")
		s.types("echo code $?\n", "code 0")
		s.types("ip netns add ns1; ip -n ns1 link set lo up; echo made $?\n", "made 0")
		s.types("ip netns exec ns1 ping -i 0.1 127.0.0.1\n", "icmp_seq=2 ")
		s.presses(ctrlZ, "Stopped")
		s.types("fg\n", "icmp_seq=")
		s.presses(ctrlC, " packets transmitted")
		s.types("exit 3\n", "out> ")
		if strings.Contains(s.seen.String(), "process group") {
			t.Errorf("%s has no job control:\n%s", shell, s.seen.String())
		}
		s.types("echo code $?\n", "code 3")
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
