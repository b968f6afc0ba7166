//go:build linux

package placement_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// hostile are shell commands that root of the sandbox of lab vpl-h runs in the namespaces of
// the holder, with what ls and down report then.
var hostile = map[string]struct {
	command string
	ls      string // a part of Unreachable; "": the lab is listed
	outside string // a part of the reason for which down ends the sandbox from outside
}{
	"covered /proc": {"mount -t tmpfs none /proc", "cannot execute /proc/self/exe", "cannot execute"},
	"covered /":     {"mount -t tmpfs none /", "cannot execute /proc/self/exe", "cannot execute"},
	"covered /run":  {"mount -t tmpfs none /run", "", ""},
	"another program": {
		"printf '#!/bin/sh\\nexec sleep 42440' >/run/x; chmod +x /run/x; mount -t tmpfs none /proc; mkdir /proc/self; cp /run/x /proc/self/exe",
		"did not end within", "did not end within",
	},
	"a program that prints": {
		"printf '#!/bin/sh\\necho \"[\"; exit 0' >/run/x; chmod +x /run/x; mount -t tmpfs none /proc; mkdir /proc/self; cp /run/x /proc/self/exe",
		"cannot parse the output", "vethlab down in its sandbox failed",
	},
	"stopped":       {"setsid -f sh -c 'exec >/dev/null 2>&1 </dev/null; sleep 0.5; while :; do kill -STOP -1; done'", "did not end within", "did not end within"},
	"lock a FIFO":   {"rm /run/vethlab/vpl-h.lock; mkfifo /run/vethlab/vpl-h.lock", "", "vethlab down in its sandbox failed"},
	"lock a folder": {"rm /run/vethlab/vpl-h.lock; mkdir /run/vethlab/vpl-h.lock", "", "vethlab down in its sandbox failed"},
	"lock taken": {
		"setsid -f flock /run/vethlab/vpl-h.lock sleep 42441 >/dev/null 2>&1 </dev/null; sleep 0.3",
		"", "did not end within",
	},
	"folder locked": {
		"setsid -f flock /run/vethlab/turn sleep 42442 >/dev/null 2>&1 </dev/null; sleep 0.3",
		"", "",
	},
	"folder a FIFO":  {"rm -r /run/vethlab; mkfifo /run/vethlab", "", "vethlab down in its sandbox failed"},
	"folder a file":  {"rm -r /run/vethlab; touch /run/vethlab", "", "vethlab down in its sandbox failed"},
	"folder a link":  {"rm -r /run/vethlab; ln -s / /run/vethlab", "", ""},
	"no folder":      {"rm -r /run/vethlab", "", ""},
	"names a FIFO":   {"umount -l /run/netns; rm -r /run/netns; mkfifo /run/netns", "/run/netns", "vethlab down in its sandbox failed"},
	"no permissions": {"chmod 000 /run/vethlab /run/netns", "", ""},
	"full":           {"dd if=/dev/zero of=/run/fill bs=1M 2>/dev/null || true", "", ""},
	"record a FIFO":  {"rm /run/vethlab/vpl-h.wanted; mkfifo /run/vethlab/vpl-h.wanted", "", ""},
	"record large":   {"truncate -s 900G /run/vethlab/vpl-h.wanted", "", ""},
	"turn a FIFO":    {"rm /run/vethlab/turn; mkfifo /run/vethlab/turn", "", ""},
	"turn a folder":  {"rm /run/vethlab/turn; mkdir /run/vethlab/turn", "", "vethlab down in its sandbox failed"},
	"another's name": {"rm /run/vethlab/vpl-h.lock; touch /run/vethlab/vpl-ok.lock; for n in $(ls /run/netns); do nsenter --net=/run/netns/$n ip link set lo alias vethlab:vpl-ok/$n; done", "", "no lab of that name"},
	"limits of 0":    {"for k in user net mnt pid; do echo 0 >/proc/sys/user/max_${k}_namespaces; done", "", ""},
}

// within fails the test if fn takes longer than a limit.
func within(t *testing.T, limit time.Duration, what string, fn func()) {
	t.Helper()
	start := time.Now()
	fn()
	if took := time.Since(start); took > limit {
		t.Errorf("%s took %v, want at most %v", what, took, limit)
	}
}

// Whatever root of one sandbox does there, ls lists it and the other labs, in time, and down
// removes it and nothing else.
func TestHostileSandbox(t *testing.T) {
	for _, program := range []string{"nsenter", "mount", "flock", "setsid", "mkfifo", "ip", "dd", "truncate"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	for name, test := range hostile {
		t.Run(name, func(t *testing.T) {
			p := rootless(t, "up", "vpl-h")
			if got := code(t, p.ReexecIfSandboxed("vpl-h", true)); got != 0 {
				t.Fatalf("up: exit code %d", got)
			}
			other := rootlessLab(t, p, "vpl-ok")
			box, err := sandbox.Open("vpl-h")
			if err != nil {
				t.Fatal(err)
			}
			defer box.Close()
			defer box.Kill()
			if code, err := box.Run([]string{"vethlab", "sh", test.command}, nil, nil); code != 0 || err != nil {
				t.Skipf("exit code %d, %v", code, err)
			}
			lab := checkListed(t, p, test.ls)
			checkDown(t, p, box, lab, test.outside)
			labs, err := p.Labs()
			if err != nil || !slices.Equal(labs.Names(), []string{"vpl-ok"}) || labs[0].Unreachable != "" || labs[0].Incomplete || len(labs[0].Nodes) != 2 {
				t.Errorf("left are %+v, %v", labs, err)
			}
			if netns.WaitExit(pidfd(t, other), 0) {
				t.Error("the sandbox of the other lab has ended")
			}
			if got := code(t, downError(p.Down(labs.Named("vpl-ok")))); got != 0 {
				t.Errorf("down of the other: exit code %d", got)
			}
		})
	}
}

// rootlessLab makes a lab, and returns the PID of its holder.
func rootlessLab(t *testing.T, p *placement.Process, name string) int {
	t.Helper()
	another := *p
	another.Args = []string{"up", name}
	if got := code(t, another.ReexecIfSandboxed(name, true)); got != 0 {
		t.Fatalf("up: exit code %d", got)
	}
	box, err := sandbox.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	return holderOf(t, box.Lab())
}

// holderOf returns the PID of the process that has locked a lab's holder file.
func holderOf(t *testing.T, lab string) int {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "vethlab", lab), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock); err != nil || lock.Pid == 0 {
		t.Fatal(lock, err)
	}
	return int(lock.Pid)
}

func pidfd(t *testing.T, pid int) int {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// listLimit is how long ls may take, on a busy machine too.
const listLimit = 30 * time.Second

// checkListed checks that the labs are listed, and returns lab vpl-h.
func checkListed(t *testing.T, p *placement.Process, unreachable string) placement.Lab {
	t.Helper()
	var labs placement.Labs
	var err error
	for range 10 {
		within(t, listLimit, "ls", func() { labs, err = p.Labs() })
		if unreachable == "" || labs.Named("vpl-h").Unreachable != "" {
			break
		}
		time.Sleep(200 * time.Millisecond) // the command still runs
	}
	if err != nil || !labs.Has("vpl-ok") || !labs.Has("vpl-h") {
		t.Fatalf("ls: got %v, %v", labs, err)
	}
	if ok := labs.Named("vpl-ok"); ok.Sandbox != "vpl-ok" || ok.Unreachable != "" || len(ok.Nodes) != 2 {
		t.Errorf("the other lab: got %+v", ok)
	}
	lab := labs.Named("vpl-h")
	if !strings.Contains(lab.Unreachable, unreachable) || (unreachable == "") != (lab.Unreachable == "") {
		t.Errorf("unreachable: got %q, want %q", lab.Unreachable, unreachable)
	}
	return lab
}

// checkDown checks that down ends the sandbox.
func checkDown(t *testing.T, p *placement.Process, box *sandbox.Box, lab placement.Lab, outside string) {
	t.Helper()
	holder := pidfd(t, holderOf(t, box.Lab()))
	var removal placement.Removal
	var err error
	within(t, time.Minute, "down", func() { removal, err = p.Down(lab) })
	if done := (placement.Reexecuted{}); err != nil && (!errors.As(err, &done) || done.Code != 0) {
		t.Errorf("down: got %v", err)
	}
	if outside != "" && (removal.Outside == nil || !strings.Contains(removal.Outside.Error(), outside)) {
		t.Errorf("down from outside: got %v, want %q", removal.Outside, outside)
	}
	if !netns.WaitExit(holder, 0) {
		t.Error("after down the sandbox runs")
	}
}

// A sandbox with other labs in it stays, and is said to; down of the same name ends it.
func TestOtherLabsInSandbox(t *testing.T) {
	p := rootless(t, "up", "vpl-h")
	if got := code(t, p.ReexecIfSandboxed("vpl-h", true)); got != 0 {
		t.Fatalf("up: exit code %d", got)
	}
	box, err := sandbox.Open("vpl-h")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	defer box.Kill()
	if code, err := box.Run([]string{"vethlab", "up", "vpl-nested"}, nil, nil); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	labs, err := p.Labs()
	if err != nil || len(labs) != 2 {
		t.Fatalf("got %v, %v", labs, err)
	}
	removal, err := p.Down(labs.Named("vpl-h"))
	if got := code(t, err); got != 0 || removal.Outside != nil || !slices.Equal(removal.Others, []string{"vpl-nested"}) {
		t.Errorf("down: got code %d, %+v", got, removal)
	}
	labs, err = p.Labs()
	if err != nil || !labs.Has("vpl-nested") || !labs.Named("vpl-h").NotFound {
		t.Fatalf("got %v, %v", labs, err)
	}
	if removal, err := p.Down(labs.Named("vpl-h")); err != nil || removal.Outside == nil {
		t.Errorf("second down: got %+v, %v", removal, err)
	}
	if labs, err := p.Labs(); err != nil || len(labs) != 0 {
		t.Errorf("left are %v, %v", labs, err)
	}
}
