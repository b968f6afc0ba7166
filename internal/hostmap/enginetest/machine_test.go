//go:build linux

package enginetest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

// A machine is a test's own mount and network namespaces, in which engines run.
type machine struct {
	*testing.T
	dir string // for the files of engines
}

// onMachine calls test in namespaces of its own. It skips the test if a program is
// missing or this user is not root.
func onMachine(t *testing.T, programs []string, test func(machine)) {
	if os.Getenv("VETHLAB_TEST_ENGINES") == "no" {
		t.Skip("VETHLAB_TEST_ENGINES=no")
	}
	for _, p := range append(programs, "ip", "tar") {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s", p)
		}
	}
	if _, err := os.Stat("/bin/busybox"); err != nil {
		t.Skip("needs busybox-static")
	}
	if sandbox.Rootless() || !sandbox.Privileged() {
		t.Skip("engines on the machine need root")
	}
	if !netnstest.Isolated(t) {
		return
	}
	// The new /sys covers the control groups, which engines need.
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.procs"); err != nil {
		_ = unix.Unmount("/sys", unix.MNT_DETACH)
	}
	m := machine{t, tempDir(t)}
	m.must("mkdir", "-p", m.dir+"/rootfs/bin", "/run/netns")
	m.must("cp", "/bin/busybox", m.dir+"/rootfs/bin/busybox")
	m.must("ln", "-s", "busybox", m.dir+"/rootfs/bin/sleep")
	test(m)
}

// tempDir makes a folder for engines. At the end it unmounts what engines left mounted
// in it.
func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "enginetest-*") //nolint:usetesting // see below
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mounts, _ := os.ReadFile("/proc/self/mountinfo")
		lines := strings.Split(string(mounts), "\n")
		for _, line := range slices.Backward(lines) {
			if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], dir) {
				_ = unix.Unmount(f[4], unix.MNT_DETACH)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// must runs a command and returns its output; if it fails the test fails.
func (m machine) must(command string, args ...string) string {
	m.Helper()
	out, err := m.try(command, args...)
	if err != nil {
		m.Fatalf("%s %s: %v\n%s", command, strings.Join(args, " "), err, out)
	}
	return out
}

// mustOrSkip runs a command that not every machine supports: if it fails the test is
// skipped.
func (m machine) mustOrSkip(command string, args ...string) {
	m.Helper()
	if out, err := m.try(command, args...); err != nil {
		m.Skipf("needs an engine that works here: %s %s: %v\n%s", command, args[0], err, out)
	}
}

func (m machine) try(command string, args ...string) (string, error) {
	var out bytes.Buffer
	// Also called by Cleanup functions, when the test's context has ended.
	cmd := exec.CommandContext(context.WithoutCancel(m.Context()), command, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err
}

// cleanUp runs a command at the end of a test.
func (m machine) cleanUp(command string, args ...string) {
	if out, err := m.try(command, args...); err != nil {
		m.Errorf("%s %v: %v\n%s", command, args, err, out)
	}
}

// daemon starts a program that gets SIGTERM at the end of the test, and SIGKILL 5 s
// later.
func (m machine) daemon(command string, args ...string) {
	log, err := os.Create(filepath.Join(m.dir, "log"))
	if err != nil {
		m.Fatal(err)
	}
	cmd := exec.Command(command, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() {
		_ = cmd.Process.Signal(unix.SIGTERM)
		kill := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		log.Close()
		if m.Failed() {
			text, _ := os.ReadFile(log.Name())
			m.Logf("output of %s: %s", command, text[max(0, len(text)-2000):])
		}
	})
}

// await waits up to 5 s until an engine works; else it skips the test.
func (m machine) await(what string, works func() bool) {
	m.Helper()
	for range 100 {
		if works() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	m.Skipf("needs a %s that starts here", what)
}

// take makes a map and checks each veth pair on it with a frame.
func (m machine) take() *hostmap.Map {
	m.Helper()
	hm, err := hostmap.Take(context.Background(), hostmap.Options{})
	if err != nil {
		m.Fatal(err)
	}
	checkCables(m, hm)
	return hm
}

// namespace returns the namespace of a name, which must be of an engine.
func (m machine) namespace(hm *hostmap.Map, name, engine string) *hostmap.Namespace {
	m.Helper()
	ns := hm.Namespace(name)
	if ns == nil {
		m.Fatalf("the map has no namespace %s, only %v", name, names(hm))
	}
	if ns.Engine != engine {
		m.Errorf("the engine of %s is %q, want %s", name, ns.Engine, engine)
	}
	return ns
}

func names(hm *hostmap.Map) []string {
	var list []string
	for _, ns := range hm.Namespaces {
		list = append(list, ns.Name)
	}
	return list
}

// port returns the bridge, in the host namespace, of which an interface's peer is a
// port.
func (m machine) port(hm *hostmap.Map, ns *hostmap.Namespace, name string) string {
	m.Helper()
	i := ns.Interface(name)
	if i == nil || i.Peer == nil || i.Peer.Namespace != hostmap.HostName {
		m.Fatalf("%s/%s is %+v, want a veth with its peer in the host namespace", ns.Name, name, i)
	}
	return hm.Namespace(hostmap.HostName).Interface(i.Peer.Interface).Master
}
