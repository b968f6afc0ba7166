//go:build linux

package sandbox_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

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
	recordDir(t)
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
	recordDir(t)
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

// SIGTERM from outside, as at a shutdown, ends the lab with its processes and leaves no
// record.
func TestTerminationFromOutside(t *testing.T) {
	dir := recordDir(t)
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
	terminate := func() {
		if err := unix.Kill(box.Holder(), unix.SIGTERM); err != nil && err != unix.ESRCH {
			t.Fatal(err)
		}
	}
	terminate()
	again := time.NewTicker(5 * time.Second) // a busy machine may not have let the holder wait for the first
	defer again.Stop()
	for limit := time.After(20 * time.Second); ; {
		select {
		case err = <-ended:
		case <-again.C:
			terminate()
			continue
		case <-limit:
			t.Fatal("the sandbox still runs")
		}
		break
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
