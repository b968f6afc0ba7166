//go:build linux

package feature

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func TestMain(m *testing.M) {
	if role := sandbox.Main(); role.Over() || Child() {
		return
	}
	if os.Getenv(placementEnv) != "" {
		onGround(os.Getenv(placementEnv))
		return
	}
	netnstest.Main(m)
}

// placementEnv makes the test program one that says why it can make no sandbox on a
// placement that it first makes a bad one.
const placementEnv = "VETHLAB_TEST_PLACEMENT"

// badGrounds are made by root of a user namespace, for it alone.
var badGrounds = map[string]func() error{
	"good":               func() error { return nil },
	"no user namespaces": func() error { return os.WriteFile(sysctlPath("user.max_user_namespaces"), []byte("0"), 0) },
	"no net namespaces":  func() error { return os.WriteFile(sysctlPath("user.max_net_namespaces"), []byte("0"), 0) },
	"covered proc":       func() error { return unix.Mount("tmpfs", "/proc/fs", "tmpfs", 0, "") },
	"chroot":             func() error { return changeRoot("/run/root", "/proc") },
	"no proc":            func() error { return changeRoot("/run/root", "/run") },
}

// changeRoot makes a folder the root folder, with one folder in it.
func changeRoot(root, folder string) error {
	return errors.Join(
		unix.Mount("tmpfs", filepath.Dir(root), "tmpfs", 0, ""),
		os.MkdirAll(root+folder, 0o755),
		unix.Mount(folder, root+folder, "none", unix.MS_BIND|unix.MS_REC, ""),
		unix.Chroot(root),
		os.Chdir("/"),
	)
}

func onGround(name string) {
	if err := badGrounds[name](); err != nil {
		panic(err)
	}
	if err := Rootless.Err(); err != nil {
		fmt.Println(err)
	}
}

// whyNoSandbox returns why no sandbox can be made in a placement.
func whyNoSandbox(t *testing.T, placement string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), placementEnv+"="+placement)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// needRootless skips the test unless this user can make sandboxes.
func needRootless(t *testing.T) {
	t.Helper()
	if err := Rootless.Err(); err != nil {
		t.Skip(err)
	}
}

// What forbids sandboxes is named where it really does.
func TestBadGrounds(t *testing.T) {
	needRootless(t)
	for placement, want := range map[string]string{
		"no user namespaces": "user.max_user_namespaces is 0 (make namespaces: no space left on device)",
		"no net namespaces":  "user.max_net_namespaces is 0 (make namespaces: no space left on device)",
		"covered proc":       "parts of /proc are covered: /proc/fs (mount /proc: operation not permitted)",
		"chroot":             "the kernel forbids user namespaces in a chroot (make namespaces: operation not permitted)",
		"no proc":            "/proc is not mounted (no such file or directory)",
	} {
		if got := whyNoSandbox(t, placement); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", placement, got, want)
		}
	}
	if got := whyNoSandbox(t, "good"); got != "" {
		t.Errorf("good: %q", got)
	}
}

// A sandbox has what root has, but for eBPF.
func TestSandboxAgreesWithRoot(t *testing.T) {
	netnstest.Need(t)
	needRootless(t)
	var features []*Feature
	for _, f := range All() {
		if !f.here && f != Rootless && !slices.Contains(tracing(), f) {
			features = append(features, f)
		}
	}
	own, sandboxed := tryOwn(t.Context(), features), trySandboxed(t.Context(), features)
	for i, f := range features {
		if Untried(own[i]) || Untried(sandboxed[i]) { // a slow machine
			t.Logf("%s: root %v, in a sandbox %v", f.Name, own[i], sandboxed[i])
		} else if (own[i] == nil) != (sandboxed[i] == nil) {
			t.Errorf("%s: root %v, in a sandbox %v", f.Name, own[i], sandboxed[i])
		}
	}
}

// A program that can't be started again is not.
func TestUnchildCalled(t *testing.T) {
	childCalled.Store(false)
	defer childCalled.Store(true)
	reasons := trySandboxed(t.Context(), []*Feature{Veth, Rootless})
	for _, err := range reasons {
		if !Untried(err) {
			t.Errorf("%v, and it has not been tried", err)
		}
	}
	const want = "veth: not tried: this program does not call feature.Child"
	if got := Veth.explain(local, reasons[0]).Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Trying all there is leaves nothing: no link, mount, process, descriptor or
// namespace.
func TestTryLeavesNothing(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	tryAll(All(), false) // what the runtime keeps, and modules
	before := traces(t)
	for i, err := range tryAll(All(), false) {
		t.Logf("%s: %v", All()[i].Name, err)
	}
	for name, after := range traces(t) {
		if after != before[name] {
			t.Errorf("%s before:\n%s\nafter:\n%s", name, before[name], after)
		}
	}
	if _, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); !errors.Is(err, unix.ECHILD) {
		t.Errorf("a child is left: %v", err)
	}
}

// traces returns what trying could leave.
func traces(t *testing.T) map[string]string {
	t.Helper()
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for name, pattern := range map[string]string{"descriptors": "/proc/self/fd/*", "threads in other namespaces": "/proc/self/task/*/ns/net"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if to, err := os.Readlink(file); err == nil && to != home {
				found[name] += to + "\n"
			}
		}
	}
	for name, file := range map[string]string{"mounts": "/proc/self/mountinfo", "links": "/proc/net/dev"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = string(text)
	}
	return found
}

func BenchmarkTryAll(b *testing.B) {
	for b.Loop() {
		tryAll(All(), false)
	}
}
