package netns

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// insideFlags are the namespaces that a program inside shares with its holder.
// One call enters them all, the user namespace first (setns(2), Linux 5.8).
const insideFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID

// Inside is this very program, to be run once more in the namespaces of another
// process.
type Inside struct {
	Pidfd int      // of the process whose namespaces they are
	Args  []string // with the program's own name
	Env   []string
	Dir   string // the working folder; where it is not to be had it is /

	// OnlyUser leaves out all namespaces but the user namespace.
	OnlyUser bool

	// Keep, if not nil, is open in the program too, as the same descriptor.
	Keep *os.File

	// Stdin, Stdout replace this program's own if not nil.
	Stdin, Stdout *os.File
}

// Run runs the program and waits for it. Signals that come here are passed on. If
// this program has a terminal to itself the other gets it. It is killed when this
// program ends.
//
// A process with threads can't enter a user namespace, and every Go program has
// threads. So it is a fork that enters, which has but one; it then forks once
// more, since the PID namespace is only for children, and that child becomes the
// program anew.
func (p Inside) Run() (syscall.WaitStatus, error) {
	image, err := p.image()
	if err != nil {
		return 0, err
	}
	defer image.pipe[0].Close()
	defer image.pipe[1].Close()
	image.tty = ownTerminal()
	defer image.tty.close()
	status, err := accompany(image.start, image.tty)
	runtime.KeepAlive(p)
	return status, err
}

// image holds what a fork needs, which can allocate nothing.
type image struct {
	pidfd       int
	flags       uintptr
	path, dir   *byte
	argv, envv  []*byte
	stdin, out  int // -1: as they are
	keep        int // -1: nothing
	tty         *terminal
	parentPipe  int
	pipe        [2]*os.File
	reportBytes report
}

// report is what a fork writes about itself.
type report struct {
	step  int32
	errno int32
	pid   int32
}

// The steps of a fork that can fail.
const (
	stepEnter = iota + 1
	stepFork
	stepExec
	stepDone
)

func (p Inside) image() (*image, error) {
	i := &image{pidfd: p.Pidfd, flags: insideFlags, stdin: -1, out: -1, keep: -1}
	if p.OnlyUser {
		i.flags = unix.CLONE_NEWUSER
	}
	var err error
	if i.path, err = syscall.BytePtrFromString("/proc/self/exe"); err != nil {
		return nil, err
	}
	if i.dir, err = syscall.BytePtrFromString(p.Dir); err != nil {
		return nil, err
	}
	if i.argv, err = syscall.SlicePtrFromStrings(p.Args); err != nil {
		return nil, err
	}
	if i.envv, err = syscall.SlicePtrFromStrings(p.Env); err != nil {
		return nil, err
	}
	if p.Keep != nil {
		i.keep = int(p.Keep.Fd())
	}
	if p.Stdin != nil {
		i.stdin = int(p.Stdin.Fd())
	}
	if p.Stdout != nil {
		i.out = int(p.Stdout.Fd())
	}
	i.pipe[0], i.pipe[1], err = os.Pipe()
	if err == nil {
		i.parentPipe = int(i.pipe[1].Fd())
	}
	return i, err
}

// start starts the program and returns its process, which is a child of ours.
func (i *image) start() (int, error) {
	syscall.ForkLock.Lock()
	fork, errno := i.fork()
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return 0, os.NewSyscallError("fork", errno)
	}
	if _, err := wait(fork, 0); err != nil {
		return 0, err
	}
	// Whatever happened, the last words of those who wrote are in the pipe, or
	// exec has closed it.
	i.pipe[1].Close()
	var pid int
	for {
		var r report
		n, err := unix.Read(int(i.pipe[0].Fd()), (*(*[unsafe.Sizeof(r)]byte)(unsafe.Pointer(&r)))[:])
		if err == unix.EINTR {
			continue
		}
		switch {
		case err != nil:
			return pid, os.NewSyscallError("read", err)
		case n == 0 && pid == 0:
			return 0, errors.New("the program could not be started inside: its starter was killed")
		case n == 0:
			return pid, nil
		case r.step == stepDone:
			pid = int(r.pid)
		default:
			if pid != 0 {
				_, _ = wait(pid, 0)
			}
			return 0, stepError(r)
		}
	}
}

func stepError(r report) error {
	errno := syscall.Errno(r.errno)
	switch r.step {
	case stepEnter:
		return fmt.Errorf("enter the namespaces: %w", os.NewSyscallError("setns", errno))
	case stepFork:
		return os.NewSyscallError("fork", errno)
	}
	return os.NewSyscallError("exec", errno)
}

// These are what package syscall does around a fork of its own: they hold
// signals back, and undo in the child what the runtime has set up for them. The
// linker lets them be reached for the sake of programs like this one (see
// runtime/proc.go); TestInside fails on a Go version that no longer does.
//
//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

// fork forks this process and makes the child what it is to be. The child has
// only this thread, and no runtime: it must not allocate, grow its stack or call
// anything but raw system calls.
//
//go:noinline
//go:norace
//go:nocheckptr
func (i *image) fork() (pid int, errno syscall.Errno) {
	pidfd, flags, pipe, stdin, out, keep := uintptr(i.pidfd), i.flags, uintptr(i.parentPipe), i.stdin, i.out, i.keep
	path, dir := unsafe.Pointer(i.path), unsafe.Pointer(i.dir)
	argv, envv := unsafe.Pointer(&i.argv[0]), unsafe.Pointer(&i.envv[0])
	tty := -1
	if i.tty != nil {
		tty = i.tty.fd
	}
	words := &i.reportBytes
	var child uintptr

	beforeFork()
	child, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || child != 0 {
		afterFork()
		return int(child), errno
	}
	afterForkInChild()

	words.step = stepEnter
	if _, _, errno = syscall.RawSyscall(unix.SYS_SETNS, pidfd, flags, 0); errno != 0 {
		goto failed
	}
	// The child's parent is to be who waits for us, not us.
	words.step = stepFork
	child, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(unix.CLONE_PARENT)|uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		goto failed
	}
	if child != 0 {
		words.step, words.pid = stepDone, int32(child)
		syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(words)), unsafe.Sizeof(*words))
		for {
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}

	words.step = stepExec
	syscall.RawSyscall(syscall.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(dir), 0, 0)
	if tty >= 0 {
		comeForward(uintptr(tty), &words.pid)
	}
	if stdin >= 0 {
		syscall.RawSyscall(syscall.SYS_DUP3, uintptr(stdin), 0, 0)
	}
	if out >= 0 {
		syscall.RawSyscall(syscall.SYS_DUP3, uintptr(out), 1, 0)
	}
	if keep >= 0 {
		syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(keep), syscall.F_SETFD, 0)
	}
	_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(path), uintptr(argv), uintptr(envv))

failed:
	words.errno = int32(errno)
	syscall.RawSyscall(syscall.SYS_WRITE, pipe, uintptr(unsafe.Pointer(words)), unsafe.Sizeof(*words))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 1, 0, 0)
	}
}

// comeForward puts the calling process, which is a fork as [image.fork] makes it,
// into a group of its own and that into the foreground of the terminal, as a shell
// does with each job. The group that it had is one that those inside can't name,
// which shells there stumble over.
//
//go:nosplit
//go:norace
func comeForward(tty uintptr, group *int32) {
	mask := uint64(1) << (syscall.SIGTTOU - 1) // sent to who does this from the background
	syscall.RawSyscall(syscall.SYS_SETPGID, 0, 0, 0)
	pid, _, _ := syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	*group = int32(pid)
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_BLOCK, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0)
	syscall.RawSyscall(syscall.SYS_IOCTL, tty, unix.TIOCSPGRP, uintptr(unsafe.Pointer(group)))
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_UNBLOCK, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0)
}
