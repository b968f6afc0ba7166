//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
)

// useAll uses all of the package, with targets that answer and targets that do not.
func (l *lab) useAll(t *testing.T) {
	b, _ := l.Node("b")
	var services []probe.Service
	for _, q := range calls {
		services = append(services, probe.Service{Namespace: b.Namespace, Via: q.Via, Port: q.Port})
	}
	servers, errs := probe.Serve(services)
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	again, _ := probe.Serve(services)
	defer again.Close()
	const moment = 50 * time.Millisecond
	good, bad := l.Address("b", true).String(), "10.7.1.99"
	for _, to := range []string{good, bad, "203.0.113.1"} {
		l.ask(to, probe.Options{Timeout: moment})
		target := l.target("a", to)
		probe.Ask(t.Context(), []probe.Question{{Target: target}, {Target: target, Count: 3}}, probe.Options{Timeout: moment})
		_, _ = probe.Trace(t.Context(), target, probe.TraceOptions{Timeout: moment})
		_, _ = probe.PathMTU(t.Context(), target, probe.MTUOptions{Timeout: moment})
		for _, udp := range []bool{false, true} {
			opts := probe.FlowOptions{UDP: udp, Both: true, Duration: brief / 10, Timeout: moment}
			_, _ = probe.Throughput(t.Context(), l.flowTarget(to), opts)
		}
	}
	conn := l.dialFrom("a", "tcp", "10.7.1.2:7000") // still open when the servers close
	defer conn.Close()
	if err := servers.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoLeaks(t *testing.T) {
	l := up(t, across)
	l.useAll(t) // for what the runtime allocates once
	l.ask(l.Address("b", false).String(), short)
	fds, threads, goroutines := entries(t, "/proc/self/fd"), entries(t, "/proc/self/task"), runtime.NumGoroutine()
	for range 2 {
		l.useAll(t)
	}
	if now := entries(t, "/proc/self/fd"); now > fds {
		t.Errorf("%d descriptors before, %d after:%s", fds, now, descriptors(t))
	}
	// A goroutine ends a moment after its work, and a thread after its goroutine.
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) && (runtime.NumGoroutine() > goroutines || entries(t, "/proc/self/task") > threads) {
		time.Sleep(10 * time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > goroutines {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after:\n%s", goroutines, now, stacks[:runtime.Stack(stacks, true)])
	}
	if now := entries(t, "/proc/self/task"); now > threads+moreThreads {
		t.Errorf("%d threads before, %d after", threads, now)
	}
}

// moreThreads is how many threads the runtime may have added: it starts one if the
// others are blocked in system calls.
const moreThreads = 4

// entries counts the entries of a directory.
func entries(t *testing.T, dir string) int {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// descriptors lists the open file descriptors.
func descriptors(t *testing.T) (text string) {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		target, _ := os.Readlink("/proc/self/fd/" + e.Name())
		text += fmt.Sprintf("\n%s %s", e.Name(), target)
	}
	return text
}
