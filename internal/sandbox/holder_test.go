//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// signalHolder sends every signal to PID 1 of its PID namespace.
func signalHolder() {
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
