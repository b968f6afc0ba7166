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

func TestIncludedFiles(t *testing.T) {
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
	write("lab/large", strings.Repeat("x", guarded.MaxIncluded+1))
	write("lab/full", strings.Repeat("x", guarded.MaxIncluded))
	write("work/vars", "those of the working folder")
	must(t, os.Symlink("../secret", filepath.Join(top, "lab/link")))
	must(t, os.Symlink("vars", filepath.Join(top, "lab/inner")))
	must(t, syscall.Mkfifo(filepath.Join(top, "lab/fifo"), 0o600))
	t.Chdir(filepath.Join(top, "work"))
	main := filepath.Join(top, "lab/main.sh")
	for _, c := range []struct {
		files      guarded.IncludedFiles
		name, want string
		err        string // its end
	}{
		{guarded.IncludedFiles{File: main}, "vars", "vars", ""},
		{guarded.IncludedFiles{File: main}, "./sub/more", "more", ""},
		{guarded.IncludedFiles{File: main}, "sub/../vars", "vars", ""},
		{guarded.IncludedFiles{File: main}, filepath.Join(top, "lab/vars"), "vars", ""},
		{guarded.IncludedFiles{File: "../lab/main.sh"}, "vars", "vars", ""},
		{guarded.IncludedFiles{File: main}, "inner", "vars", ""},
		{guarded.IncludedFiles{File: main}, "full", strings.Repeat("x", guarded.MaxIncluded), ""},
		{guarded.IncludedFiles{File: main}, "../secret", "", "../secret is outside of the folder of main.sh"},
		{guarded.IncludedFiles{File: main}, filepath.Join(top, "secret"), "", "is outside of the folder of main.sh"},
		{guarded.IncludedFiles{File: main}, "link", "", "path escapes from parent"},
		{guarded.IncludedFiles{File: main}, "fifo", "", "fifo is not a regular file"},
		{guarded.IncludedFiles{File: main}, "sub", "", "sub is not a regular file"},
		{guarded.IncludedFiles{File: main}, "large", "", "large is larger than 1 MiB"},
		{guarded.IncludedFiles{File: filepath.Join(top, "work/x.sh")}, "nope", "", "nope is not in the folder of x.sh"},
		{guarded.IncludedFiles{File: main, Folder: top}, "../secret", "secret", ""},
		{guarded.IncludedFiles{File: main, Folder: top}, "vars", "those of the working folder", ""},
		{guarded.IncludedFiles{File: main, Folder: "../work"}, "../secret", "", "../secret is outside of ../work"},
		{guarded.IncludedFiles{File: main, Folder: "../none"}, "vars", "", "no such file or directory"},
	} {
		got, err := c.files.Read(c.name)
		if got != c.want || (err != nil) != (c.err != "") || err != nil && !strings.HasSuffix(err.Error(), c.err) {
			t.Errorf("%s of %+v: got %.20q, %v; want %.20q, %q", c.name, c.files, got, err, c.want, c.err)
		}
	}
	_, err := guarded.IncludedFiles{File: filepath.Join(top, "work/x.sh")}.Read("nope")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := (guarded.IncludedFiles{File: main}).Read("../x"); errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
