package netns

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// passed are the signals that a program passes on to the one that runs in its
// place.
var passed = []os.Signal{
	unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2,
}

// Accompany starts a child that runs in our place, waits until it ends, and lives
// as it does meanwhile: signals go to it, and where it is stopped we are. start
// is called, and waited for, on one thread, so that the child may have a
// parent-death signal, which is sent when that thread ends.
func Accompany(start func() (pid int, err error)) (syscall.WaitStatus, error) {
	return accompany(start, nil)
}

// AccompanyInForeground does that with a child of which attr will be the
// attributes. If this program has a terminal to itself, the child gets it, as a
// group of processes of its own, and this program has it back behind that. A child
// in a new PID namespace needs this to hand the terminal on: it has no name for
// the group of its starter.
func AccompanyInForeground(attr *syscall.SysProcAttr, start func() (pid int, err error)) (syscall.WaitStatus, error) {
	tty := ownTerminal()
	defer tty.close()
	if tty != nil {
		attr.Foreground, attr.Ctty = true, tty.fd
	}
	return accompany(start, tty)
}

// accompany does that with a child that gets the terminal, unless tty is nil.
func accompany(start func() (pid int, err error), tty *terminal) (syscall.WaitStatus, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passed...)
	defer signal.Stop(signals)
	pid, err := start()
	if err != nil {
		return 0, err
	}
	defer tty.take()
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				pass(pid, s.(syscall.Signal))
			case <-done:
				return
			}
		}
	}()
	for {
		status, err := wait(pid, unix.WUNTRACED)
		if err != nil || !status.Stopped() {
			return status, err
		}
		stopWith(pid, status.StopSignal(), tty)
	}
}

// pass passes a signal on, unless the terminal has sent it to the child too.
func pass(pid int, s syscall.Signal) {
	if (s == unix.SIGINT || s == unix.SIGQUIT) && sameGroup(pid) && inForeground() {
		return
	}
	_ = unix.Kill(pid, s)
}

// stopWith stops this process, as its child has been, until it is to go on. The
// keys of a terminal stop both at once if it is theirs together; then it has
// happened already.
func stopWith(pid int, s syscall.Signal, tty *terminal) {
	if s != unix.SIGSTOP && sameGroup(pid) {
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

// inForeground reports whether the keys of the terminal send their signals to
// this process.
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
