package netns

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// insideFlags are the namespaces of the holder process that the program enters.
// One call enters them all, the user namespace first (setns(2), Linux 5.8).
const insideFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID

// A Reexec runs this program again in the namespaces of another process.
type Reexec struct {
	Pidfd int      // of that process
	Args  []string // including the program's name
	Env   []string
	Dir   string // the working folder; if it can't be entered: /

	// OnlyUser enters the user namespace only.
	OnlyUser bool

	// Keep, if not nil, is inherited with the same descriptor number.
	Keep *os.File

	// Stdin, Stdout, Stderr replace this program's own if not nil.
	Stdin, Stdout, Stderr *os.File

	// Limit, if not 0, is how long the program may take. Then it is killed, and Run fails
	// with a [TimeoutError]; it gets no terminal, and its stops do not stop this program.
	Limit time.Duration
}

// Run runs the program, forwards signals to it and waits for it. If this program
// has a terminal to itself the child gets it. The child is killed when this
// program ends.
//
// A process with several threads can't enter a user namespace (setns(2)), and every
// Go program has several. So a fork, which has one, enters. Only children of the
// process that entered a PID namespace are in it, so that fork forks again, and its
// child executes the program.
func (p Reexec) Run() (syscall.WaitStatus, error) {
	args, err := p.forkArgs()
	if err != nil {
		return 0, err
	}
	defer args.pipe[0].Close()
	defer args.pipe[1].Close()
	defer runtime.KeepAlive(p)
	if p.Limit > 0 {
		return args.runWithin(p.Limit)
	}
	args.tty = ownTerminal()
	defer args.tty.close()
	return runForwarding(args.start, args.tty)
}

// ErrKilled says that the fork that starts a program was killed, as for lack of memory.
var ErrKilled = errors.New("cannot start the program in the sandbox: the forked process was killed")

// forkArgs holds all that the fork needs, because it cannot allocate.
type forkArgs struct {
	pidfd      int
	flags      uintptr
	path, dir  *byte
	argv, envv []*byte
	standard   [3]int    // descriptors to replace 0, 1, 2; -1: inherited
	keep       int       // -1: none
	end        time.Time // when execution must have begun; zero: whenever
	tty        *terminal
	ttyFd      int // of tty; -1: none
	parentPipe int
	pipe       [2]*os.File
	others     [][2]uintptr // ranges of descriptors that the fork does not need
	fileLimit  fileLimit
	report     report
}

// A report is what a fork writes to the pipe.
type report struct {
	step  int32
	errno int32
	pid   int32
	limit int32 // the type of namespace of which a limit is reached, CLONE_NEW*; 0: none
}

// The steps of a fork.
const (
	stepEnter = iota + 1
	stepFork
	stepExec
	stepDone
)

func (p Reexec) forkArgs() (*forkArgs, error) {
	a := &forkArgs{pidfd: p.Pidfd, flags: insideFlags, standard: [3]int{-1, -1, -1}, keep: -1, fileLimit: callersFileLimit()}
	if p.OnlyUser {
		a.flags = unix.CLONE_NEWUSER
	}
	var err error
	if a.path, err = syscall.BytePtrFromString("/proc/self/exe"); err != nil {
		return nil, err
	}
	if a.dir, err = syscall.BytePtrFromString(p.Dir); err != nil {
		return nil, err
	}
	if a.argv, err = syscall.SlicePtrFromStrings(p.Args); err != nil {
		return nil, err
	}
	if a.envv, err = syscall.SlicePtrFromStrings(p.Env); err != nil {
		return nil, err
	}
	if p.Keep != nil {
		a.keep = int(p.Keep.Fd())
	}
	for i, f := range []*os.File{p.Stdin, p.Stdout, p.Stderr} {
		if f != nil {
			a.standard[i] = int(f.Fd())
		}
	}
	a.pipe[0], a.pipe[1], err = os.Pipe()
	if err == nil {
		a.parentPipe = int(a.pipe[1].Fd())
	}
	return a, err
}

// inherited returns the descriptors that programs inherit, as from a shell's 3<file.
func inherited() (fds []int) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			fds = append(fds, fd)
		}
	}
	return fds
}

// without returns the ranges of descriptors from 3 on between those to keep.
func without(keep ...int) (ranges [][2]uintptr) {
	slices.Sort(keep)
	next := 3
	for _, fd := range keep {
		if fd > next {
			ranges = append(ranges, [2]uintptr{uintptr(next), uintptr(fd - 1)})
		}
		next = max(next, fd+1)
	}
	return append(ranges, [2]uintptr{uintptr(next), math.MaxUint32})
}

// start starts the program as a child of this process and returns its PID.
func (a *forkArgs) start() (int, error) {
	a.ttyFd = -1
	if a.tty != nil {
		a.ttyFd = a.tty.fd
	}
	needed := []int{a.pidfd, a.parentPipe, a.keep, a.ttyFd, a.standard[0], a.standard[1], a.standard[2]}
	a.others = without(append(needed, inherited()...)...)
	syscall.ForkLock.Lock()
	fork, errno := a.fork()
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return 0, os.NewSyscallError("fork", errno)
	}
	if _, err := wait(fork, 0); err != nil {
		return 0, err
	}
	// The forks have written their reports to the pipe; exec closes it.
	a.pipe[1].Close()
	return a.await()
}

// await reads the reports of the forks until the pipe is closed, and returns the PID of the
// program. The failure of one fork may come before the PID from the other.
func (a *forkArgs) await() (pid int, err error) {
	for {
		r, n, readErr := a.nextReport()
		switch {
		case errors.Is(readErr, os.ErrDeadlineExceeded):
			return pid, readErr
		case readErr != nil:
			return pid, os.NewSyscallError("read", readErr)
		case n > 0 && r.step == stepDone:
			pid = int(r.pid)
		case n > 0:
			err = stepError(r)
		case err == nil && pid == 0:
			return 0, ErrKilled
		case err != nil && pid != 0:
			_, _ = wait(pid, 0) // a zombie would keep the sandbox from ending
			return 0, err
		default:
			return pid, err
		}
	}
}

// nextReport reads a report; n is 0 when the program is executed or the forks have ended.
// It fails with [os.ErrDeadlineExceeded] at the end: exec may wait for a file system of the
// sandbox.
func (a *forkArgs) nextReport() (r report, n int, err error) {
	fd := int(a.pipe[0].Fd())
	for {
		if !a.end.IsZero() && !readable(fd, time.Until(a.end)) {
			return r, 0, os.ErrDeadlineExceeded
		}
		n, err = unix.Read(fd, (*(*[unsafe.Sizeof(r)]byte)(unsafe.Pointer(&r)))[:])
		if err != unix.EINTR {
			return r, n, err
		}
	}
}

func stepError(r report) error {
	errno := syscall.Errno(r.errno)
	switch r.step {
	case stepEnter:
		return fmt.Errorf("cannot enter the namespaces: %w", os.NewSyscallError("setns", errno))
	case stepFork:
		return os.NewSyscallError("fork", errno)
	}
	return fmt.Errorf("cannot execute /proc/self/exe there (is /proc covered by a mount?): %w", errno)
}

// Package syscall calls these around its own forks: they block signals, and reset
// the runtime's signal handling in the child. The linker permits access to them
// (see runtime/proc.go); a Go version that does not fails to link.
//
//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

// fork forks this process; the child enters the namespaces, forks and executes the
// program. The child has only this thread, and no runtime: it must not allocate,
// grow its stack or call anything but raw system calls.
//
//go:noinline
//go:norace
//go:nocheckptr
func (a *forkArgs) fork() (pid int, errno syscall.Errno) {
	pidfd, flags, pipe, standard, keep := uintptr(a.pidfd), a.flags, uintptr(a.parentPipe), a.standard, a.keep
	path, dir := unsafe.Pointer(a.path), unsafe.Pointer(a.dir)
	argv, envv := unsafe.Pointer(&a.argv[0]), unsafe.Pointer(&a.envv[0])
	status, others, tty, limit := &a.report, a.others, a.ttyFd, &a.fileLimit
	var child uintptr

	beforeFork()
	child, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || child != 0 {
		afterFork()
		return int(child), errno
	}
	afterForkInChild()

	// A process in the sandbox can stop the next fork before it executes the program. Then it
	// must not keep open what this process has opened for others, such as pipes of other
	// programs.
	closeRanges(others)
	status.step = stepEnter
	if _, _, errno = syscall.RawSyscall(unix.SYS_SETNS, pidfd, flags, 0); errno != 0 {
		goto failed
	}
	// CLONE_PARENT: the process that waits for us becomes the child's parent.
	status.step = stepFork
	child, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(unix.CLONE_PARENT)|uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		goto failed
	}
	if child != 0 {
		status.step, status.pid = stepDone, int32(child)
		syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(status)), unsafe.Sizeof(*status))
		for {
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}

	status.step = stepExec
	syscall.RawSyscall(syscall.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(dir), 0, 0)
	if tty >= 0 {
		takeForeground(uintptr(tty), &status.pid)
	}
	for i := range standard {
		if standard[i] >= 0 {
			syscall.RawSyscall(syscall.SYS_DUP3, uintptr(standard[i]), uintptr(i), 0)
		}
	}
	if keep >= 0 {
		syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(keep), syscall.F_SETFD, 0)
	}
	limit.restore()
	_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(path), uintptr(argv), uintptr(envv))

failed:
	status.errno = int32(errno)
	syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(status)), unsafe.Sizeof(*status))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 1, 0, 0)
	}
}

// closeRanges closes descriptors, in a fork.
//
//go:nosplit
//go:norace
func closeRanges(ranges [][2]uintptr) {
	for i := range ranges {
		syscall.RawSyscall(unix.SYS_CLOSE_RANGE, ranges[i][0], ranges[i][1], 0)
	}
}

// takeForeground makes the calling process, a fork of [forkArgs.fork], the leader of
// a process group of its own and that the terminal's foreground group, as a shell
// does with each job. Its old group has no ID in the new PID namespace; shells there
// would fail to restore it.
//
//go:nosplit
//go:norace
func takeForeground(tty uintptr, group *int32) {
	mask := uint64(1) << (syscall.SIGTTOU - 1) // sent for TIOCSPGRP from the background
	syscall.RawSyscall(syscall.SYS_SETPGID, 0, 0, 0)
	pid, _, _ := syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	*group = int32(pid)
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_BLOCK, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0)
	syscall.RawSyscall(syscall.SYS_IOCTL, tty, unix.TIOCSPGRP, uintptr(unsafe.Pointer(group)))
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_UNBLOCK, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0)
}
