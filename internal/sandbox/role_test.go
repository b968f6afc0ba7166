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

// roleTestEnv makes this program print its role.
const roleTestEnv = "VETHLAB_TEST_ROLE"

func printRole(role sandbox.Role) {
	_, set := os.LookupEnv("VETHLAB_SANDBOX")
	fmt.Printf("role %q, left in the environment: %v, private /run: %v", role, set, sandbox.PrivateRun())
}

// memfd returns a memfd like a role file.
func memfd(t *testing.T, name, text string, seals int) *os.File {
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

// Neither the environment variable alone nor a forged role file gives a program a role:
// it is [sandbox.Plain] and changes no mount.
func TestForgedRole(t *testing.T) {
	ordinary, err := os.CreateTemp(t.TempDir(), "role")
	if err != nil {
		t.Fatal(err)
	}
	defer ordinary.Close()
	fmt.Fprint(ordinary, "isolated mnt:[1] net:[1] pid:[1]")
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	foreign := "isolated mnt:[1] net:[1] pid:[1]" // valid, but this program is not PID 1
	files := map[string]*os.File{
		"none": nil, "ordinary": ordinary,
		"unsealed":            memfd(t, "vethlab-role", foreign, 0),
		"half sealed":         memfd(t, "vethlab-role", foreign, unix.F_SEAL_WRITE),
		"another name":        memfd(t, "role", "inside user:[1]", seals),
		"same namespaces":     memfd(t, "vethlab-role", "isolated"+namespaces("mnt", "net", "pid"), seals),
		"same user namespace": memfd(t, "vethlab-role", "inside"+namespaces("user"), seals),
		"not PID 1":           memfd(t, "vethlab-role", foreign, seals),
		"short":               memfd(t, "vethlab-role", "isolated", seals),
		"too long":            memfd(t, "vethlab-role", "inside user:[1] user:[2]", seals),
		"unknown role":        memfd(t, "vethlab-role", "king", seals),
		"empty":               memfd(t, "vethlab-role", "", seals),
	}
	before := roleMounts(t)
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
	if after := roleMounts(t); after != before {
		t.Errorf("the mounts have changed:\n%s\nbefore:\n%s", after, before)
	}
}

// roleMounts returns the mounts that a program with a role would replace. Other programs
// of the machine may change other mounts.
func roleMounts(t *testing.T) string {
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

// A role file of a starter gives the role, and children do not inherit it.
func TestGivenRole(t *testing.T) {
	holderFileDir(t)
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
