//go:build linux

package sandbox_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// exitingEnv makes this program call [exitLocked].
const exitingEnv = "VETHLAB_TEST_EXITING"

// exitLocked takes the fcntl lock of descriptor 3 and exits. A process that shares its
// descriptors, as its threads do, keeps the lock until descriptor 4 is at its end.
//
//go:norace
func exitLocked() {
	if unix.FcntlFlock(3, unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}) != nil {
		os.Exit(1)
	}
	var end byte
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, unix.CLONE_FILES|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if pid == 0 && errno == 0 {
		syscall.RawSyscall(unix.SYS_READ, 4, uintptr(unsafe.Pointer(&end)), 1)
	}
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
}

// The lock of an exiting holder is awaited: its threads close their files one after
// the other, and when the first is done with everything the last may still have the
// lock.
func TestExitingHolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if err := os.Mkdir(filepath.Join(dir, "vethlab"), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "vethlab", "lab"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command("/proc/self/exe")
	holder.Env = append(os.Environ(), exitingEnv+"=1")
	holder.ExtraFiles = []*os.File{file, read}
	err = holder.Start()
	read.Close()
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Wait()
	pidfd, err := unix.PidfdOpen(holder.Process.Pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	if !netns.WaitExit(pidfd, 10*time.Second) {
		t.Fatal("the holder does not exit")
	}
	var released atomic.Bool
	time.AfterFunc(50*time.Millisecond, func() {
		released.Store(true)
		write.Close()
	})
	if _, err := sandbox.Open("lab"); !errors.Is(err, sandbox.ErrNone) || !released.Load() {
		t.Errorf("got %v, want %v, lock released: %v", err, sandbox.ErrNone, released.Load())
	}
}
