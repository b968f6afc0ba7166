package vm

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/vm/guest"
)

// A test program boots as its own first process.
func TestMain(m *testing.M) {
	if guest.Main(os.Args) {
		return
	}
	os.Exit(m.Run())
}

// The archive has what cpio(1), and so the kernel, reads out of it again.
func TestInitramfs(t *testing.T) {
	if _, err := exec.LookPath("cpio"); err != nil {
		t.Skip("needs cpio")
	}
	var archive bytes.Buffer
	a := newInitramfs(&archive)
	long := bytes.Repeat([]byte("abc"), 1001) // no multiple of four
	a.file("lib/modules/6/x.ko", 0o644, long)
	a.file("init", 0o755, []byte("#!"))
	a.file("lib/modules/6/empty", 0o600, nil)
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "cpio", "--extract", "--quiet", "--no-preserve-owner")
	cmd.Dir, cmd.Stdin = dir, &archive
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]string{"lib/modules/6/x.ko": string(long), "init": "#!", "lib/modules/6/empty": ""} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s has %d bytes, want %d; %v", name, len(got), len(want), err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "init")); err != nil || info.Mode() != 0o755 {
		t.Errorf("init: %v, %v", info, err)
	}
}

func TestKernelDepends(t *testing.T) {
	for text, want := range map[string][]string{
		"linux-image-amd64\n  Depends: linux-base-amd64\n  Depends: linux-image-7.2.13+deb14-amd64\n": {"linux-image-7.2.13+deb14-amd64"},
		"linux-image-7\n  PreDepends: linux-base\n |Depends: dracut\n  Depends: <linux-initramfs-tool>\n    dracut\n" +
			"  Depends: linux-binary-7.2.13+deb14-amd64\n  Depends: linux-modules-7.2.13+deb14-amd64\n": {"linux-binary-7.2.13+deb14-amd64", "linux-modules-7.2.13+deb14-amd64"},
		"linux-image-5.10.0-32-amd64\n  Depends: kmod\n |Depends: initramfs-tools\n": nil,
	} {
		if got := kernelDepends(text); !slices.Equal(got, want) {
			t.Errorf("got %q of %q, want %q", got, text, want)
		}
	}
}

func TestSuite(t *testing.T) {
	for _, series := range Series() {
		if s, err := suite(series); s == "" || err != nil {
			t.Errorf("kernel %q is of no release: %v", series, err)
		}
	}
	_, err := suite("2.4")
	if want := `unknown kernel "2.4" (want 5.10, 6.1, 6.12, newest)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What a machine without QEMU gets.
func TestUnavailable(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Available()
	if unavailable := (*UnavailableError)(nil); !errors.As(err, &unavailable) || unavailable.What != "QEMU" {
		t.Errorf("got %v", err)
	}
	if unavailable := (*UnavailableError)(nil); !errors.As(fetchError(t), &unavailable) {
		t.Errorf("got %v", err)
	}
}

// fetchError returns the error of a download without the programs it needs.
func fetchError(t *testing.T) error {
	_, err := Cache(t.TempDir()).Kernel(t.Context(), "6.12", false)
	return err
}

// What a kernel that panicked said is shown from the reason on.
func TestEndOfLog(t *testing.T) {
	log := func(before int, reason string, after int) string {
		return strings.Repeat("before\r\n", before) + reason + strings.Repeat("\r\nafter", after) + "\r\n"
	}
	const panicked = "[    4.96] Kernel panic - not syncing: sysrq triggered crash"
	for _, test := range []struct {
		name, text, first string
		lines             int
	}{
		{"no panic", log(100, "last", 0), "before", 30},
		{"short", log(2, "last", 0), "before", 3},
		{"a long stack", log(100, panicked, 40), panicked, 41},
		{"many stacks", log(100, panicked, 400), panicked, 60},
		{"a short stack", log(100, panicked, 5), "before", 30},
		{"an oops before", log(100, "[    1.00] BUG: unable to handle page fault", 20) + log(0, panicked, 20), "[    1.00] BUG: unable to handle page fault", 42},
	} {
		lines := strings.Split(endOfLog(test.text), "\n")
		if len(lines) != test.lines || lines[0] != test.first {
			t.Errorf("%s: %d lines, the first %q; want %d, %q", test.name, len(lines), lines[0], test.lines, test.first)
		}
	}
}

// machineEnv asks for the tests that boot a machine.
const machineEnv = "VETHLAB_TEST_VM"

// machine returns one with a kernel that is in the cache.
func machine(t *testing.T) *Machine {
	t.Helper()
	if os.Getenv(machineEnv) == "" {
		t.Skipf("boots a machine: set %s=1", machineEnv)
	}
	cache, err := UserCache()
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := cache.Kernel(t.Context(), "6.12", false)
	if err != nil {
		t.Fatal(err)
	}
	return &Machine{Kernel: kernel, CPUs: 1, Memory: 1024, Accel: Emulation, Limit: 2 * time.Minute}
}

// shell runs a script in a machine.
func shell(t *testing.T, m *Machine, script string) (status int, output string, err error) {
	t.Helper()
	var out bytes.Buffer
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "GREETING=hello, machine"}
	status, err = m.Run(t.Context(), &Program{Args: []string{"/bin/sh", "-c", script}, Dir: dir, Env: env}, &out)
	return status, out.String(), err
}

// A machine has another kernel, sees the files of this one, loads modules when
// they are wanted, makes user namespaces, and gives the status back. What is
// written in there stays there.
func TestMachine(t *testing.T) {
	m := machine(t)
	mark := filepath.Join(t.TempDir(), "mark")
	status, out, err := shell(t, m, `
		uname -r; ls vm.go; echo "$GREETING"; echo >`+mark+` && ls `+mark+`
		ls /proc/1/ns/net >/dev/null && unshare --user --net true && echo namespaces
		cat /sys/class/net/lo/flags; printf 'line\nwithout end'; exit 7`)
	want := strings.Join([]string{m.Kernel.Release, "vm.go", "hello, machine", mark, "namespaces", "0x9", "line", "without end"}, "\n")
	if err != nil || status != 7 || out != want {
		t.Errorf("status %d, %v, output\n%s\nwant\n%s", status, err, out, want)
	}
	if _, err := os.Stat(mark); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of the machine's is on the host: %v", err)
	}
}

// A program that a signal ends, one that does not end, and a machine that dies
// are distinguished.
func TestMachineThatStops(t *testing.T) {
	m := machine(t)
	if status, out, err := shell(t, m, "kill -KILL $$"); status != 128+9 || err != nil {
		t.Errorf("killed: status %d, %v, %s", status, err, out)
	}
	_, _, err := shell(t, m, "echo c >/proc/sysrq-trigger; sleep 100")
	if stopped := (*StoppedError)(nil); !errors.As(err, &stopped) || !strings.Contains(err.Error(), "sysrq triggered crash") {
		t.Errorf("crashed: %v", err)
	}
	m.Limit = 20 * time.Second
	if _, _, err := shell(t, m, "sleep 1000"); !errors.Is(err, ErrLimit) {
		t.Errorf("too long: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Run(ctx, &Program{Args: []string{"/bin/true"}, Dir: "/"}, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
