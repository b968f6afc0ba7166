package netns

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// LockStartupThread locks the calling goroutine, which should be main's, to its
// thread. As the first call of main it keeps the runtime from scheduling other
// goroutines on the startup thread; otherwise [Do] and others have to avoid it.
func LockStartupThread() { runtime.LockOSThread() }

// OnNewThread calls fn on an OS thread of its own, which ends after it. fn may start
// processes with a parent-death signal, and wait for them.
func OnNewThread(fn func() error) error { return thread(fn) }

// OnStartupThread calls fn on the thread with which the program started. At the beginning
// of main that is nearly always the calling one. Otherwise goroutines wait on up to depth
// other threads, so that the startup thread, which is idle, is left for one; if that does
// not help, fn runs on another thread.
func OnStartupThread(depth int, fn func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if depth == 0 || unix.Gettid() == unix.Getpid() {
		fn()
		return
	}
	done := make(chan struct{})
	go func() {
		OnStartupThread(depth-1, fn)
		close(done)
	}()
	<-done
}

// thread calls fn on an OS thread of its own and discards the thread.
// A panic or Goexit (t.FailNow) in fn continues in the caller.
func thread(fn func() error) error {
	c := make(chan outcome, 1)
	go func() {
		// Not unlocked: the thread ends with this goroutine.
		runtime.LockOSThread()
		o := outcome{exited: true}
		defer func() { c <- o }() // deferred: Goexit runs it too
		if unix.Gettid() == unix.Getpid() {
			defer runtime.UnlockOSThread()
			o = try(func() error { return thread(fn) })
			return
		}
		defer returnToHost()
		o = try(fn)
	}()
	return (<-c).propagate()
}

// returnToHost moves the calling thread back to the host namespace. The thread ends
// in any case, but not at once, and until then it would keep a namespace that is
// being removed.
func returnToHost() {
	fd, err := unix.Open(path(Host), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_ = unix.Setns(fd, unix.CLONE_NEWNET)
	unix.Close(fd)
}

// An outcome is how a function ended.
type outcome struct {
	err      error
	panicked bool
	value    any  // of the panic
	exited   bool // by runtime.Goexit
}

// try calls fn and catches its panic. It does not return if fn calls Goexit.
func try(fn func() error) (o outcome) {
	o.panicked = true
	defer func() {
		if o.panicked {
			o.value = recover()
		}
	}()
	o.err = fn()
	o.panicked = false
	return o
}

// propagate makes the calling goroutine return, panic or exit as the function did.
func (o outcome) propagate() error {
	switch {
	case o.exited:
		runtime.Goexit()
	case o.panicked:
		panic(o.value)
	}
	return o.err
}
