//go:build linux

package vethlab_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// squat takes the name of a namespace.
func squat(t *testing.T, name string) {
	t.Helper()
	if err := netns.CreateAll([]netns.Spec{{Name: name}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := netns.Remove(name); err != nil {
			t.Error(err)
		}
	})
}

func TestNodeExists(t *testing.T) {
	lab := running(t, routed)
	found, err := vethlab.Find(lab.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*vethlab.Lab{lab, found} {
		if n := node(t, l, "b"); n.Name() != "b" || n.Namespace() != lab.Name()+".b" {
			t.Errorf("got %+v", n)
		}
		if _, err := l.Node("c"); !errors.Is(err, vethlab.ErrNoNode) {
			t.Errorf("c: %v", err)
		}
	}
	down(t, lab)
	if _, err := lab.Node("b"); !errors.Is(err, vethlab.ErrNoNode) {
		t.Errorf("after Down: %v", err)
	}
}

func TestCommand(t *testing.T) {
	lab := running(t, routed)
	b := node(t, lab, "b")
	out, err := b.Command(t.Context(), "sh", "-c", "cat /proc/net/dev; echo $VETHLAB_NODE $MORE; cat /etc/hosts; ls /sys/class/net").Output()
	if err != nil || !strings.Contains(string(out), "eth0:") || !strings.Contains(string(out), "10.0.0.1\ta a-eth0") {
		t.Errorf("got %s, %v", out, err)
	}
	cmd := b.Command(t.Context(), "sh", "-c", "echo $VETHLAB_NODE $MORE; cat; echo said >&2")
	cmd.Env = append(cmd.Environ(), "MORE=more")
	cmd.Stdin = strings.NewReader("input\n")
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "b more\ninput\nsaid\n" {
		t.Errorf("got %q, %v", out, err)
	}
	_, err = b.Command(t.Context(), "sh", "-c", "echo why >&2; exit 3").Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 3 || string(exit.Stderr) != "why\n" {
		t.Errorf("got %#v", err)
	}
	if err := b.Command(t.Context(), "no-such-command").Run(); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// A started command runs in the background, its pipes are read to the end, and it is
// killed when its context ends.
func TestCommandStart(t *testing.T) {
	lab := running(t, routed)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := node(t, lab, "b").Command(ctx, "sh", "-c", "echo one; read line; echo $line; exec sleep 1000")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4)
	if _, err := io.ReadFull(out, buf); err != nil || string(buf) != "one\n" {
		t.Errorf("got %q, %v", buf, err)
	}
	if _, err := io.WriteString(in, "two\n"); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(out, buf); err != nil || string(buf) != "two\n" {
		t.Errorf("got %q, %v", buf, err)
	}
	cancel()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Success() {
		t.Errorf("after cancel: %v", err)
	}
}

// Down ends a command that is not waited for.
func TestDownEndsCommands(t *testing.T) {
	lab := running(t, routed)
	cmd := node(t, lab, "b").Command(context.WithoutCancel(t.Context()), "sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	down(t, lab)
	if err := cmd.Wait(); err == nil {
		t.Error("the command ended before Down")
	}
}

// Threads come and go with commands.
func TestConcurrentCommands(t *testing.T) {
	lab := running(t, routed)
	before := count(t, "/proc/self/task")
	var wg sync.WaitGroup
	for i := range 30 {
		n := node(t, lab, []string{"a", "b"}[i%2])
		wg.Go(func() {
			out, err := n.Command(t.Context(), "sh", "-c", "echo $VETHLAB_NODE").Output()
			if err != nil || strings.TrimSpace(string(out)) != n.Name() {
				t.Errorf("got %s, %v", out, err)
			}
		})
	}
	wg.Wait()
	deadline := time.Now().Add(5 * time.Second)
	for count(t, "/proc/self/task") > before+10 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond) // time for threads to exit
	}
	if after := count(t, "/proc/self/task"); after > before+10 {
		t.Errorf("%d threads, before there were %d", after, before)
	}
}

// A goroutine that outlives the function that started it inside is reported with its
// source line; others are not.
func TestLeakedGoroutine(t *testing.T) {
	netnstest.Need(t)
	lab := parse(t, "name: "+netnstest.LabName(t)+"\n"+routed)
	var mu sync.Mutex
	var leaked []string
	lab.Notify(func(e vethlab.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Kind == vethlab.EventGoroutine {
			leaked = append(leaked, e.Text)
		}
	})
	up(t, lab)
	defer down(t, lab)
	a := node(t, lab, "a")
	stop := make(chan struct{})
	done := make(chan struct{})
	err := a.Do(func() error {
		ln, err := net.Listen("tcp", "10.0.0.1:80") // starts none
		if err == nil {
			ln.Close()
		}
		return err
	})
	if err != nil || len(leaked) > 0 {
		t.Errorf("got %v, %v", err, leaked)
	}
	boom := errors.New("boom")
	err = a.Do(func() error {
		go func() {
			<-stop
			close(done)
		}()
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	if len(leaked) != 1 || !strings.Contains(leaked[0], "node a") || !strings.Contains(leaked[0], "node_test.go:") {
		t.Errorf("got %q", leaked)
	}
	close(stop)
	<-done
}

// Code inside sees the node's network.
func TestDo(t *testing.T) {
	lab := running(t, routed)
	var links []string
	err := node(t, lab, "b").Do(func() error {
		text, err := os.ReadFile("/proc/thread-self/net/dev")
		links = strings.Fields(string(text))
		return err
	})
	if err != nil || !strings.Contains(strings.Join(links, " "), "eth0:") {
		t.Errorf("got %v, %v", links, err)
	}
}

// Callbacks may be nil.
func TestNilCallbacks(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: nilcalls\nlinks: [[a, b]]")
	lab.Notify(nil)
	up(t, lab)
	defer down(t, lab)
	stats, err := lab.Ping(t.Context(), "a", "b", vethlab.PingOptions{Count: 1}, nil)
	if err != nil || stats.Received != 1 {
		t.Errorf("Ping: got %+v, %v, want one answer", stats, err)
	}
	flows, err := lab.Throughput(t.Context(), "a", "b", vethlab.ThroughputOptions{Duration: 10 * time.Millisecond})
	if err != nil || len(flows) != 1 {
		t.Errorf("Throughput: got %v, %v, want one flow", flows, err)
	}
}
