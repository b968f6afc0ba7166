//go:build linux

package usertest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// However a test program ends, it leaves no process, namespace or file.
func TestEnds(t *testing.T) {
	eachUser(t, func(t *testing.T, u user) {
		needLabs(t, u)
		for _, tt := range []struct {
			test  string
			flags []string
			code  int
			want  string
		}{
			{"TestPanics", nil, 2, "panic: boom"},
			{"TestExits", nil, 7, ""},
			{"TestHangs", []string{"timeout=1s"}, 2, "panic: test timed out after 1s"},
		} {
			mark := newMark()
			cmd := u.command(t, "labs", append(tt.flags, "run="+tt.test)...)
			cmd.Env = append(cmd.Env, "DO="+tt.test, "MARK="+mark)
			out, code := run(t, cmd)
			wants(t, out, code, tt.code, tt.want)
			nothingLeft(t, mark)
		}
	})
}

// Signals are forwarded to the tests, and the tests are killed with the program.
func TestSignals(t *testing.T) {
	eachUser(t, func(t *testing.T, u user) {
		needLabs(t, u)
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGKILL} {
			mark := newMark()
			cmd := u.command(t, "labs", "run=TestHangs", "v")
			cmd.Env = append(cmd.Env, "DO=TestHangs", "MARK="+mark)
			out := &watched{want: "hanging", seen: make(chan struct{})}
			cmd.Stdout, cmd.Stderr = out, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case <-out.seen:
			case <-time.After(20 * time.Second):
				t.Fatalf("the test has not started to hang within 20 s: %s", out)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Error(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Errorf("%v: exit code 0", signal)
			}
			if signal == syscall.SIGQUIT && !strings.Contains(out.String(), "TestHangs") {
				t.Errorf("no goroutine traces: %s", out)
			}
			nothingLeft(t, mark)
		}
	})
}

// watched is a buffer that closes seen when it contains a text.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	want string
	seen chan struct{}
	done bool
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(b)
	if !w.done && strings.Contains(w.buf.String(), w.want) {
		w.done = true
		close(w.seen)
	}
	return len(b), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

var marks int

// newMark returns a number of seconds that no other process sleeps.
func newMark() string {
	marks++
	return fmt.Sprintf("%d.%06d", 100000+os.Getpid(), marks)
}

// nothingLeft waits until no process with a mark is left, and fails after 10 s or if
// the machine has a lab of the tests.
func nothingLeft(t *testing.T, mark string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		var left []string
		for _, file := range glob(t, "/proc/[0-9]*/cmdline") {
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte(mark)) {
				left = append(left, file)
			}
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("processes left: %v", left)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, pattern := range []string{"/run/netns/Test*", "/run/vethlab/Test*"} {
		if left := glob(t, pattern); len(left) > 0 {
			t.Errorf("files left: %v", left)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
