package sandbox

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A shutdown of the machine, and the end of a login, send SIGTERM to every process, and
// SIGKILL 90 s later to those that still run. So SIGTERM from outside the sandbox ends the
// lab. From inside it does nothing, as every signal to the holder.

// awaitTermination returns when a process outside the PID namespace has sent SIGTERM.
//
// A handler of Go does not see who has sent a signal. But the holder is started with SIGTERM
// blocked, in all its threads: one that comes at any time stays pending until this thread
// waits for it by rt_sigtimedwait(2). That must be the startup thread, which the kernel
// prefers to the others: for a program that unblocks SIGTERM in them it has the default
// action, with which the kernel drops it (see defaultActions).
//
// It calls meanwhile in a goroutine.
//
// The caller is locked to the startup thread, see [netns.OnStartupThread].
func awaitTermination(meanwhile func()) {
	set := &unix.Sigset_t{}
	set.Val[0] = 1 << (unix.SIGTERM - 1)
	if unix.PthreadSigmask(unix.SIG_BLOCK, set, nil) != nil {
		select {} // it can't wait for a signal: none ends the lab
	}
	go meanwhile()
	for {
		var info unix.Siginfo
		n, _, errno := unix.Syscall6(unix.SYS_RT_SIGTIMEDWAIT, uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(&info)), 0, lastSignal/8, 0, 0)
		if errno == 0 && unix.Signal(n) == unix.SIGTERM && fromOutside(&info) {
			return
		}
	}
}

// awaited waits until the startup thread waits for SIGTERM: it blocks the signal before, and
// not while it waits (proc_pid_status(5), SigBlk).
func awaited() {
	for {
		status, _ := os.ReadFile("/proc/self/status")
		_, rest, _ := strings.Cut(string(status), "SigBlk:")
		var blocked uint64
		if _, err := fmt.Sscanf(rest, "%x", &blocked); err != nil || blocked&(1<<(unix.SIGTERM-1)) == 0 {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
}

// fromOutside reports whether a process outside the PID namespace sent a signal: it has no
// PID in there. A process inside can forge that, but not together with the code of kill(2)
// (rt_sigqueueinfo(2)).
func fromOutside(info *unix.Siginfo) bool {
	const (
		user    = 0 // SI_USER
		pointer = unsafe.Sizeof(uintptr(0))
		pid     = (3*4 + pointer - 1) &^ (pointer - 1) // the offset of si_pid, after three numbers
	)
	return info.Code == user && *(*int32)(unsafe.Add(unsafe.Pointer(info), pid)) == 0
}

// endProcesses sends SIGTERM to all other processes of the PID namespace, and waits until
// they have ended or the grace period is over.
func endProcesses() {
	const all = -1
	_ = unix.Kill(all, unix.SIGTERM)
	_ = unix.Kill(all, unix.SIGCONT) // a stopped process handles SIGTERM only after it
	for end := time.Now().Add(holderGrace); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if unix.Kill(all, 0) == unix.ESRCH {
			return
		}
	}
}

// holderGrace is the time from SIGTERM to SIGKILL for the processes of a sandbox.
const holderGrace = 2 * time.Second
