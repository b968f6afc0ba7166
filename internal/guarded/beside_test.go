//go:build linux

package guarded_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/guarded"
)

func TestBeside(t *testing.T) {
	top := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(top, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must(t, os.WriteFile(file, []byte(text), 0o600))
	}
	write("secret", "secret")
	write("lab/main.sh", "")
	write("lab/vars", "vars")
	write("lab/sub/more", "more")
	write("lab/large", strings.Repeat("x", guarded.MaxBeside+1))
	write("lab/full", strings.Repeat("x", guarded.MaxBeside))
	write("work/vars", "those of the working folder")
	must(t, os.Symlink("../secret", filepath.Join(top, "lab/link")))
	must(t, os.Symlink("vars", filepath.Join(top, "lab/inner")))
	must(t, syscall.Mkfifo(filepath.Join(top, "lab/fifo"), 0o600))
	t.Chdir(filepath.Join(top, "work"))
	main := filepath.Join(top, "lab/main.sh")
	for _, c := range []struct {
		beside     guarded.Beside
		name, want string
		err        string // its end
	}{
		{guarded.Beside{File: main}, "vars", "vars", ""},
		{guarded.Beside{File: main}, "./sub/more", "more", ""},
		{guarded.Beside{File: main}, "sub/../vars", "vars", ""},
		{guarded.Beside{File: main}, filepath.Join(top, "lab/vars"), "vars", ""},
		{guarded.Beside{File: "../lab/main.sh"}, "vars", "vars", ""},
		{guarded.Beside{File: main}, "inner", "vars", ""},
		{guarded.Beside{File: main}, "full", strings.Repeat("x", guarded.MaxBeside), ""},
		{guarded.Beside{File: main}, "../secret", "", "../secret is outside of the folder of main.sh"},
		{guarded.Beside{File: main}, filepath.Join(top, "secret"), "", "is outside of the folder of main.sh"},
		{guarded.Beside{File: main}, "link", "", "path escapes from parent"},
		{guarded.Beside{File: main}, "fifo", "", "fifo is not a regular file"},
		{guarded.Beside{File: main}, "sub", "", "sub is not a regular file"},
		{guarded.Beside{File: main}, "large", "", "large is larger than 1 MiB"},
		{guarded.Beside{File: filepath.Join(top, "work/x.sh")}, "nope", "", "nope is not in the folder of x.sh"},
		{guarded.Beside{File: main, Folder: top}, "../secret", "secret", ""},
		{guarded.Beside{File: main, Folder: top}, "vars", "those of the working folder", ""},
		{guarded.Beside{File: main, Folder: "../work"}, "../secret", "", "../secret is outside of ../work"},
		{guarded.Beside{File: main, Folder: "../none"}, "vars", "", "no such file or directory"},
	} {
		got, err := c.beside.Read(c.name)
		if got != c.want || (err != nil) != (c.err != "") || err != nil && !strings.HasSuffix(err.Error(), c.err) {
			t.Errorf("%s beside %+v: got %.20q, %v; want %.20q, %q", c.name, c.beside, got, err, c.want, c.err)
		}
	}
	_, err := guarded.Beside{File: filepath.Join(top, "work/x.sh")}.Read("nope")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := (guarded.Beside{File: main}).Read("../x"); errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
