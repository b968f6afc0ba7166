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

// interruptTime is how long a program with a limit may take after a signal was forwarded to
// it.
const interruptTime = 2 * time.Second

// killWait bounds the wait for a killed program. One that waits in the kernel may not end.
const killWait = time.Second

// runWithin starts the program, forwards signals to it and waits for it until the limit.
func (a *forkArgs) runWithin(limit time.Duration) (syscall.WaitStatus, error) {
	runtime.LockOSThread() // the kernel sends the parent-death signal when this thread ends
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwardedSignals...)
	defer signal.Stop(signals)
	a.end = time.Now().Add(limit)
	pid, err := a.start()
	late := errors.Is(err, os.ErrDeadlineExceeded)
	if err != nil && !late {
		return 0, err
	}
	ended := make(chan waited, 1)
	go func() {
		status, err := wait(pid, 0)
		ended <- waited{status, err}
	}()
	if late {
		return 0, killLate(pid, ended, &TimeoutError{limit})
	}
	return await(pid, ended, signals, limit, a.end)
}

// await waits for the program, until end or, after a signal, for interruptTime.
func await(pid int, ended <-chan waited, signals <-chan os.Signal, limit time.Duration, end time.Time) (syscall.WaitStatus, error) {
	var reason error = &TimeoutError{limit}
	timer := time.NewTimer(time.Until(end))
	defer timer.Stop()
	for {
		select {
		case w := <-ended:
			return w.status, w.err
		case s := <-signals:
			forward(pid, s.(syscall.Signal))
			timer.Reset(min(time.Until(end), interruptTime))
			reason = ErrInterrupted
		case <-timer.C:
			return 0, killLate(pid, ended, reason)
		}
	}
}

// waited is the result of waiting for a program.
type waited struct {
	status syscall.WaitStatus
	err    error
}

// killLate kills a program and returns the reason.
func killLate(pid int, ended <-chan waited, reason error) error {
	if pid != 0 {
		_ = unix.Kill(pid, unix.SIGKILL)
		select {
		case <-ended:
		case <-time.After(killWait):
		}
	}
	return reason
}
