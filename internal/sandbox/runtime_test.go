//go:build linux

package sandbox_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// Start refuses a folder of holder files that others own or can write, and fails if it
// can't write the folder.
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
		{name: "a link for a holder file", shell: "mkdir -m 700 $D/vethlab && ln -s /etc/passwd $D/vethlab/lab", want: "too many levels of symbolic links"},
		{name: "full", shell: "mount -t tmpfs -o nr_inodes=1,mode=700 none $D", want: "no space left on device", root: true},
		{name: "read-only", shell: "mount -t tmpfs -o ro,mode=700 none $D", want: "read-only file system", root: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root && os.Geteuid() != 0 {
				t.Skip("needs root, to make a folder of another user")
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
				t.Fatal("Start accepts the folder")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// Without XDG_RUNTIME_DIR, or after its login has ended, the holder files are in /tmp.
func TestRuntimeDirFallback(t *testing.T) {
	holderFileDir(t)
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

// Other users have no access to a holder file.
func TestHolderFileMode(t *testing.T) {
	dir := holderFileDir(t)
	start(t, "lab")
	for path, want := range map[string]fs.FileMode{"vethlab": fs.ModeDir | 0o700, "vethlab/lab": 0o600} {
		if info, err := os.Lstat(filepath.Join(dir, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// A folder among the holder files is ignored.
func TestFolderAmongHolderFiles(t *testing.T) {
	dir := holderFileDir(t)
	start(t, "lab")
	if err := os.Mkdir(filepath.Join(dir, "vethlab", "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if labs, err := sandbox.Boxes(); err != nil || len(labs) != 1 || labs[0].Lab != "lab" {
		t.Errorf("got %v, %v", labs, err)
	}
}
