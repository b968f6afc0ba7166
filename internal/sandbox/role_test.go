//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// roleTestEnv has this program say which role it takes itself to have.
const roleTestEnv = "VETHLAB_TEST_ROLE"

func sayRole(role sandbox.Role) {
	_, set := os.LookupEnv("VETHLAB_SANDBOX")
	fmt.Printf("role %q, left in the environment: %v, private /run: %v", role, set, sandbox.PrivateRun())
}

// memory returns a file in memory as starters make it, or almost.
func memory(t *testing.T, name, text string, seals int) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), name)
	t.Cleanup(func() { f.Close() })
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
	return f
}

func namespaces(kinds ...string) string {
	var b strings.Builder
	for _, kind := range kinds {
		name, _ := os.Readlink("/proc/self/ns/" + kind)
		b.WriteString(" " + name)
	}
	return b.String()
}

// The environment alone gives a program no role, nor do descriptors that are not
// of a starter: it changes no mount and is what it is without.
func TestForgedRole(t *testing.T) {
	ordinary, err := os.CreateTemp(t.TempDir(), "role")
	if err != nil {
		t.Fatal(err)
	}
	defer ordinary.Close()
	fmt.Fprint(ordinary, "isolated mnt:[1] net:[1] pid:[1]")
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	foreign := "isolated mnt:[1] net:[1] pid:[1]" // of another, who is no parent of PID 1 here
	files := map[string]*os.File{
		"none": nil, "ordinary": ordinary,
		"unsealed":              memory(t, "vethlab-role", foreign, 0),
		"half sealed":           memory(t, "vethlab-role", foreign, unix.F_SEAL_WRITE),
		"another name":          memory(t, "role", "inside user:[1]", seals),
		"here":                  memory(t, "vethlab-role", "isolated"+namespaces("mnt", "net", "pid"), seals),
		"here, inside":          memory(t, "vethlab-role", "inside"+namespaces("user"), seals),
		"not the first process": memory(t, "vethlab-role", foreign, seals),
		"short":                 memory(t, "vethlab-role", "isolated", seals),
		"too long":              memory(t, "vethlab-role", "inside user:[1] user:[2]", seals),
		"no role":               memory(t, "vethlab-role", "king", seals),
		"empty":                 memory(t, "vethlab-role", "", seals),
	}
	before := covers(t)
	want := fmt.Sprintf("role %q, left in the environment: false, private /run: %v", sandbox.Plain, sandbox.PrivateRun())
	for name, file := range files {
		for _, value := range []string{"3", "0", "1", "-1", "99", "isolated", "bare", "holder", "inside", "", " 3", "3\n", "failed"} {
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), roleTestEnv+"=1", "VETHLAB_SANDBOX="+value, "VETHLAB_ISOLATED=1")
			if file != nil {
				cmd.ExtraFiles = []*os.File{file}
			}
			out, err := cmd.Output()
			if err != nil || string(out) != want {
				t.Errorf("file %s, VETHLAB_SANDBOX=%q: %v, %s, want %s", name, value, err, out, want)
			}
		}
	}
	if after := covers(t); after != before {
		t.Errorf("the mounts have changed:\n%s\nbefore:\n%s", after, before)
	}
}

// covers returns the mounts that a program of a role would make anew. Others come and
// go by whoever works on this machine.
func covers(t *testing.T) string {
	t.Helper()
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > 4 && slices.Contains([]string{"/", "/run", "/proc", "/sys"}, fields[4]) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// What a starter gives is believed, and is not handed on.
func TestGivenRole(t *testing.T) {
	ground(t)
	box, err := sandbox.Start("role")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(roleTestEnv, "1")
	code, err := box.Run([]string{"x", "role"}, nil, write)
	write.Close()
	out := make([]byte, 4096)
	n, _ := read.Read(out)
	read.Close()
	if want := `role "inside", left in the environment: false, private /run: true`; code != 0 || err != nil || string(out[:n]) != want {
		t.Errorf("%d, %v: %s, want %s", code, err, out[:n], want)
	}
	if _, err := box.End(); err != nil {
		t.Error(err)
	}
}
