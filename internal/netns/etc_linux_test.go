//go:build linux

package netns_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// Of the files of /etc/netns/NAME those that have one in /etc cover it. Each other is
// reported, and the program runs without it, as with ip-netns(8).
func TestEtcOfNamespace(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	netnstest.Need(t)
	name := netnstest.LabName(t)
	if err := unix.Mount("vtest", "/etc", "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join("/etc/netns", name)
	if err := os.MkdirAll(filepath.Join(own, "resolv.conf"), 0o755); err != nil { // a folder over a file
		t.Fatal(err)
	}
	if err := os.Mkdir("/etc/conf.d", 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"/etc/hostname": "machine", "/etc/resolv.conf": "machine",
		own + "/hostname": "node", own + "/conf.d": "a file over a folder", own + "/only-here": "nothing to cover",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/nowhere", own+"/dangling"); err != nil {
		t.Fatal(err)
	}
	if err := netns.CreateAll([]netns.Spec{{Name: name}}); err != nil {
		t.Fatal(err)
	}
	defer netns.Remove(name)

	var skipped []string
	env := netns.ExecEnv{Namespace: name, Skipped: func(err error) { skipped = append(skipped, err.Error()) }}
	cmd := exec.CommandContext(t.Context(), "cat", "/etc/hostname", "/etc/resolv.conf")
	cmd.Stdout, cmd.Stderr = nil, os.Stderr
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd.Stdout = write
	if err := env.Run(cmd); err != nil {
		t.Fatal(err)
	}
	write.Close()
	var out [64]byte
	if n, _ := read.Read(out[:]); string(out[:n]) != "nodemachine" {
		t.Errorf("the program reads %q, want the namespace's hostname and the machine's resolv.conf", out[:n])
	}
	want := []string{
		"cannot mount " + own + "/conf.d on /etc/conf.d: not a directory",
		"cannot mount " + own + "/dangling on /etc/dangling: no such file or directory",
		"cannot mount " + own + "/only-here on /etc/only-here: no such file or directory",
		"cannot mount " + own + "/resolv.conf on /etc/resolv.conf: not a directory",
	}
	if slices.Sort(skipped); !slices.Equal(skipped, want) {
		t.Errorf("reported: %q, want %q", skipped, want)
	}
}
