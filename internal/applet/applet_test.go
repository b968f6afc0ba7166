//go:build linux

package applet

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// A recorder holds what an applet writes.
type recorder struct{ out, err, notices bytes.Buffer }

// io returns the streams of an applet whose standard input is a text.
func (r *recorder) io(stdin string) IO {
	return IO{
		In: strings.NewReader(stdin), Out: &r.out, Err: &r.err,
		Notice: func(format string, args ...any) { fmt.Fprintf(&r.notices, format+"\n", args...) },
		Read:   os.ReadFile,
	}
}

// exitCode returns the exit code of an applet's error: 0 for none, -1 for one without code.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	exit, ok := errors.AsType[*ExitError](err)
	if !ok {
		return -1
	}
	return exit.Code
}

func TestExitError(t *testing.T) {
	if got := (&ExitError{Code: 7}).Error(); got != "exit code 7" {
		t.Errorf("got %q", got)
	}
	err := fmt.Errorf("x: %w", &ExitError{7, fs.ErrExist})
	if exitCode(err) != 7 || !errors.Is(err, fs.ErrExist) || err.Error() != "x: file already exists" {
		t.Errorf("got %v", err)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("PATH", "/one:/two")
	for _, always := range []bool{true, false} {
		parent := t.TempDir()
		d, err := NewDir(parent, "vl", always)
		if err != nil {
			t.Fatal(err)
		}
		want := "/one:/two:/usr/sbin:/sbin:" + d.dir
		if always {
			want = d.dir + ":/one:/two"
		}
		if d.Path != want {
			t.Errorf("always %v: got PATH %q, want %q", always, d.Path, want)
		}
		script, err := os.ReadFile(d.dir + "/ping")
		if got := string(script); err != nil || got != "#!/bin/sh\nexec "+d.dir+"/vl ping-host \"$@\"\n" {
			t.Errorf("got %q, %v", got, err)
		}
		self, _ := os.Executable()
		if target, err := os.Readlink(d.dir + "/vl"); target != self {
			t.Errorf("got the program %q, %v", target, err)
		}
		d.Remove()
		if left, err := os.ReadDir(parent); len(left) != 0 || err != nil {
			t.Errorf("left %v, %v", left, err)
		}
	}
}
