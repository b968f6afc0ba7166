package netns

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// forwardedSignals are the signals that this program forwards to its child.
var forwardedSignals = []os.Signal{
	unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2,
}

// RunForwardingSignals starts a child, forwards signals and job-control stops to
// it, and waits until it ends. It calls start and waits on one thread: the kernel
// sends a parent-death signal when the thread that forked ends.
func RunForwardingSignals(start func() (pid int, err error)) (syscall.WaitStatus, error) {
	return runForwarding(start, nil)
}

// RunInForeground is [RunForwardingSignals] for a child started with attr. If this
// program has a terminal to itself, the child becomes the terminal's foreground
// process group, and this program takes the terminal back when the child ends. A
// child in a new PID namespace needs this: its parent's process group has no ID
// there.
func RunInForeground(attr *syscall.SysProcAttr, start func() (pid int, err error)) (syscall.WaitStatus, error) {
	tty := ownTerminal()
	defer tty.close()
	if tty != nil {
		attr.Foreground, attr.Ctty = true, tty.fd
	}
	return runForwarding(start, tty)
}

// runForwarding implements [RunForwardingSignals]. The child gets the terminal,
// unless tty is nil.
func runForwarding(start func() (pid int, err error), tty *terminal) (syscall.WaitStatus, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwardedSignals...)
	defer signal.Stop(signals)
	pid, err := start()
	if err != nil {
		return 0, err
	}
	defer tty.take()
	done := make(chan struct{})
	defer close(done)
	go forwardAll(pid, signals, done)
	for {
		status, err := wait(pid, unix.WUNTRACED)
		if err != nil || !status.Stopped() {
			return status, err
		}
		stopWith(pid, status.StopSignal(), tty)
	}
}

// forwardAll forwards signals until done. A signal that ends programs continues a stopped
// child, which would not get it; if that is stopped again, as by a process of its sandbox, it
// is killed.
func forwardAll(pid int, signals <-chan os.Signal, done <-chan struct{}) {
	var late <-chan time.Time
	for {
		select {
		case s := <-signals:
			forward(pid, s.(syscall.Signal))
			if s != unix.SIGUSR1 && s != unix.SIGUSR2 && stopped(pid) {
				_ = unix.Kill(pid, unix.SIGCONT)
				late = time.After(interruptTime)
			}
		case <-late:
			if stopped(pid) {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		case <-done:
			return
		}
	}
}

// forward forwards a signal, unless the terminal has sent it to the child too.
func forward(pid int, s syscall.Signal) {
	if (s == unix.SIGINT || s == unix.SIGQUIT) && sameGroup(pid) && inForeground() {
		return
	}
	_ = unix.Kill(pid, s)
}

// stopWith stops this process, as its child was stopped, until SIGCONT, and then
// continues the child. If both are in one process group the terminal's stop key
// has stopped both already. Without a terminal no shell would continue this process, and it
// has to handle signals.
func stopWith(pid int, s syscall.Signal, tty *terminal) {
	if tty == nil || s != unix.SIGSTOP && sameGroup(pid) {
		return
	}
	tty.take()
	_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
	tty.give(pid)
	if sameGroup(pid) {
		_ = unix.Kill(pid, unix.SIGCONT)
		return
	}
	_ = unix.Kill(-pid, unix.SIGCONT)
}

func sameGroup(pid int) bool {
	group, err := unix.Getpgid(pid)
	return err == nil && group == unix.Getpgrp()
}

// inForeground reports whether this process is in the terminal's foreground
// process group.
func inForeground() bool {
	tty, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer unix.Close(tty)
	group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// wait waits for a child.
func wait(pid, options int) (syscall.WaitStatus, error) {
	for {
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, options, nil); !errors.Is(err, unix.EINTR) {
			return syscall.WaitStatus(status), os.NewSyscallError("wait4", err)
		}
	}
}
