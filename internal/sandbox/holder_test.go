//go:build linux

package sandbox_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// signalHolder sends every signal to PID 1 of its PID namespace, and SIGTERM as if it came
// from a process outside.
func signalHolder() {
	forged := unix.Siginfo{Signo: int32(unix.SIGTERM), Code: -1} // SI_QUEUE, from PID 0
	if _, _, errno := unix.RawSyscall(unix.SYS_RT_SIGQUEUEINFO, 1, uintptr(unix.SIGTERM), uintptr(unsafe.Pointer(&forged))); errno != 0 {
		fmt.Println(errno)
	}
	forged.Code = 0 // SI_USER: the kernel sends it only from kill(2)
	if _, _, errno := unix.RawSyscall(unix.SYS_RT_SIGQUEUEINFO, 1, uintptr(unix.SIGTERM), uintptr(unsafe.Pointer(&forged))); errno != unix.EPERM {
		fmt.Println(errno)
	}
	for s := unix.Signal(1); s <= 64; s++ {
		if err := unix.Kill(1, s); err != nil {
			fmt.Println(s, err)
		}
	}
}

// No signal from inside ends the holder or stops it.
func TestSignalsFromInside(t *testing.T) {
	holderFileDir(t)
	box := start(t, "lab")
	if out, code, err := run(t, box, "signal"); out != "" || code != 0 || err != nil {
		t.Errorf("%s, code %d, %v", out, code, err)
	}
	time.Sleep(50 * time.Millisecond) // it handles them now, if at all
	if _, code, err := run(t, box, "exit", "42"); code != 42 || err != nil {
		t.Errorf("after all signals: code %d, %v", code, err)
	}
}

// A holder keeps no descriptor of its starter: who waits for the end of a pipe sees it.
func TestInheritedDescriptors(t *testing.T) {
	holderFileDir(t)
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], 0); err != nil { // inherited by every program that is started
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	low, err := unix.Dup(pipe[1])
	if err != nil {
		t.Fatal(err)
	}
	const high = 900 // above a shell's own
	if err := unix.Dup3(pipe[1], high, 0); err != nil {
		t.Fatal(err)
	}
	box := start(t, "lab")
	for _, fd := range []int{pipe[1], low, high} {
		unix.Close(fd)
	}
	fds := []unix.PollFd{{Fd: int32(pipe[0]), Events: unix.POLLIN}}
	if n, err := unix.Poll(fds, 5000); n != 1 || fds[0].Revents&unix.POLLHUP == 0 {
		open, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", box.Holder()))
		t.Errorf("the holder keeps the end of a pipe: %d, %v; it has %v", n, err, open)
	}
}

// SIGTERM at any moment ends the holder, from the fork on.
func TestEarlyTermination(t *testing.T) {
	holderFileDir(t)
	for n := range rounds(t) {
		round := n % 40
		made := make(chan error, 1)
		go func() {
			box, err := sandbox.Start("lab") // perhaps another one, after the first has ended
			if err == nil {
				defer box.Close()
			}
			made <- err
		}()
		holder := firstHolder(t)
		time.Sleep(time.Duration(round*round) * 20 * time.Microsecond) // up to 30 ms
		if err := unix.PidfdSendSignal(holder, unix.SIGTERM, nil, 0); err != nil {
			t.Fatal(err)
		}
		if !netns.WaitExit(holder, 20*time.Second) {
			t.Fatalf("round %d: the holder has lost SIGTERM", n)
		}
		unix.Close(holder)
		if err := <-made; err != nil && !errors.As(err, new(*sandbox.StartError)) {
			t.Fatal(err)
		}
		box, err := sandbox.Open("lab")
		if errors.Is(err, sandbox.ErrNone) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := box.End(); err != nil {
			t.Fatal(err)
		}
		box.Close()
	}
}

// rounds returns how often a test tries what fails rarely: 40 times, or VETHLAB_STRESS.
func rounds(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv("VETHLAB_STRESS"), "40"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// firstHolder returns a pidfd of a child of this process that is PID 1 of another PID
// namespace.
func firstHolder(t *testing.T) int {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		lists, _ := filepath.Glob("/proc/self/task/*/children")
		for _, list := range lists {
			children, _ := os.ReadFile(list)
			for child := range strings.FieldsSeq(string(children)) {
				status, _ := os.ReadFile("/proc/" + child + "/status")
				pid, _ := strconv.Atoi(child)
				if !strings.Contains(string(status), "NSpid:\t"+child+"\t1\n") {
					continue
				}
				fd, err := unix.PidfdOpen(pid, 0)
				if err != nil {
					continue
				}
				if !netns.WaitExit(fd, 0) {
					return fd
				}
				unix.Close(fd) // an earlier one
			}
		}
	}
	t.Fatal("no holder is found")
	return -1
}

// SIGTERM from outside, as at a shutdown, ends the lab with its processes and leaves no
// holder file.
func TestTerminationFromOutside(t *testing.T) {
	dir := holderFileDir(t)
	box := start(t, "lab")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	ended := make(chan error, 1)
	go func() {
		_, err := box.Run([]string{"test", "busy"}, nil, write)
		write.Close()
		ended <- err
	}()
	if _, err := read.Read(make([]byte, 16)); err != nil { // "ready"
		t.Fatal(err)
	}
	if err := unix.Kill(box.Holder(), unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err = <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the sandbox still runs")
	}
	if !errors.Is(err, sandbox.ErrEnded) {
		t.Errorf("the program in the sandbox: %v", err)
	}
	if _, err := sandbox.Open("lab"); !errors.Is(err, sandbox.ErrNone) {
		t.Errorf("afterwards: %v", err)
	}
	for end := time.Now().Add(10 * time.Second); unix.Kill(box.Holder(), 0) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the holder still runs")
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left in the runtime folder: %v, %v", entries, err)
	}
}
