package netns

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The functions of this file run in the forks of a [launch]. A fork has one thread, and no
// runtime: it must not allocate, grow its stack or call anything but raw system calls. So
// none checks the stack (nosplit), and all that they need stands in the launch.

// forkOuter starts the outer fork and returns its PID.
//
//go:noinline
//go:norace
//go:nocheckptr
func (l *launch) forkOuter() (pid int, errno syscall.Errno) {
	beforeFork()
	child, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || child != 0 {
		afterFork()
		return int(child), errno
	}
	afterForkInChild()
	l.runOuter()
	return 0, 0 // not reached
}

// runOuter is the outer fork.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (l *launch) runOuter() {
	// CLONE_PARENT: the process that waits for this one becomes the parent.
	const flags = uintptr(syscall.SIGCHLD) | unix.CLONE_PARENT | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	l.unshare(unix.CLONE_NEWUSER)
	l.unshare(unix.CLONE_NEWNS)
	l.outer.write(l)
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_BLOCK, uintptr(unsafe.Pointer(&l.blocked)), 0, 8, 0, 0)
	var errno syscall.Errno
	if l.child, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, 0, 0, 0, 0); errno != 0 {
		l.failNamespaces(errno)
	}
	if l.child == 0 {
		l.runInner()
	}
	l.report.pid = int32(l.child)
	l.send(launchChild)
	syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(l.gate[0]), 0, 0)
	l.joinChild()
	l.setUp()
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(l.gate[1]), uintptr(unsafe.Pointer(&l.byte)), 1)
	exit(0)
}

// joinChild enters the network namespace of the inner fork, and lets the next fork be in
// its PID namespace.
//
//go:nosplit
//go:norace
func (l *launch) joinChild() {
	pidfd, _, errno := syscall.RawSyscall(unix.SYS_PIDFD_OPEN, l.child, 0, 0)
	if errno == 0 {
		_, _, errno = syscall.RawSyscall(unix.SYS_SETNS, pidfd, unix.CLONE_NEWPID|unix.CLONE_NEWNET, 0)
	}
	if errno != 0 {
		l.fail(launchNamespace, errno)
	}
}

// setUp makes the calls of Setup in a process of the new PID namespace, which a new proc
// then shows, and waits for it.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (l *launch) setUp() {
	child, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		l.fail(launchNamespace, errno)
	}
	if child == 0 {
		for i := range l.setup {
			c := &l.setup[i]
			if _, _, errno := syscall.RawSyscall6(c.trap, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], 0); errno != 0 && !c.Optional {
				l.fail(launchSetup+int32(i), errno)
			}
		}
		exit(0)
	}
	for {
		_, _, errno = syscall.RawSyscall6(syscall.SYS_WAIT4, child, uintptr(unsafe.Pointer(&l.waited)), 0, 0, 0, 0)
		if errno != syscall.EINTR {
			break
		}
	}
	if errno != 0 || l.waited != 0 { // the child has reported why
		exit(1)
	}
}

// runInner is the inner fork. It ends if the outer one does before it opens the gate.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (l *launch) runInner() {
	syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(l.gate[1]), 0, 0)
	l.inner.write(l)
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(l.gate[0]), uintptr(unsafe.Pointer(&l.byte)), 1)
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 || n != 1 {
			exit(1)
		}
		break
	}
	l.unshare(unix.CLONE_NEWNS)
	if l.blocked != 0 { // a kernel without seccomp unblocks the signals
		syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&l.filters)), 0, 0, 0)
	}
	l.execute()
}

// execute executes the program.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (l *launch) execute() {
	if l.session {
		syscall.RawSyscall(syscall.SYS_SETSID, 0, 0, 0)
	}
	if l.deathSignal != 0 {
		syscall.RawSyscall(syscall.SYS_PRCTL, unix.PR_SET_PDEATHSIG, l.deathSignal, 0)
	}
	// The report fails if the parent has ended, and so can't send the signal.
	if !l.send(launchReady) && l.deathSignal != 0 {
		exit(1)
	}
	if l.foreground {
		takeForeground(l.terminal, &l.group)
	}
	_, _, errno := syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(unsafe.Pointer(l.dir)), 0, 0)
	if errno != 0 {
		_, _, errno = syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(unsafe.Pointer(l.root)), 0, 0)
	}
	for i := 0; i < len(l.files) && errno == 0; i++ {
		_, _, errno = syscall.RawSyscall(syscall.SYS_DUP3, uintptr(l.files[i]), uintptr(i), 0)
	}
	l.fileLimit.restore()
	if errno == 0 {
		_, _, errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(l.path)), uintptr(unsafe.Pointer(&l.argv[0])), uintptr(unsafe.Pointer(&l.envv[0])))
	}
	l.fail(launchExec, errno)
}

// send writes a report and reports whether that worked.
//
//go:nosplit
//go:norace
func (l *launch) send(step int32) bool {
	l.report.step = step
	_, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(l.status[1]), uintptr(unsafe.Pointer(&l.report)), unsafe.Sizeof(l.report))
	return errno == 0
}

// fail reports a failed step and ends the fork.
//
//go:nosplit
//go:norace
func (l *launch) fail(step int32, errno syscall.Errno) {
	l.report.errno = int32(errno)
	l.send(step)
	exit(1)
}

// unshare makes a namespace of a type for the fork, which ends if that fails.
//
//go:nosplit
//go:norace
func (l *launch) unshare(flag uintptr) {
	_, _, errno := syscall.RawSyscall(syscall.SYS_UNSHARE, flag, 0, 0)
	if errno == syscall.ENOSPC {
		l.report.limit = int32(flag)
	}
	if errno != 0 {
		l.fail(launchNamespace, errno)
	}
}

// failNamespaces reports that the namespaces of the inner fork can't be made, and ends the
// fork. clone(2) does not say of which type a limit is reached, so the fork makes one of
// each.
//
//go:nosplit
//go:norace
func (l *launch) failNamespaces(errno syscall.Errno) {
	for i := 0; i < len(l.types) && errno == syscall.ENOSPC && l.report.limit == 0; i++ {
		if _, _, e := syscall.RawSyscall(syscall.SYS_UNSHARE, l.types[i], 0, 0); e == syscall.ENOSPC {
			l.report.limit = int32(l.types[i])
		}
	}
	l.fail(launchNamespace, errno)
}

//go:nosplit
//go:norace
func exit(code uintptr) {
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, code, 0, 0)
	}
}

// idMaps are what a fork writes about itself in a new user namespace: its user and group
// become root there. It may do that without privileges (user_namespaces(7)).
type idMaps struct {
	files [3]*byte
	texts [3][]byte
}

func newIDMaps(uid, gid int) idMaps {
	var m idMaps
	for i, file := range []string{"setgroups", "uid_map", "gid_map"} {
		m.files[i] = cString("/proc/self/" + file)
	}
	m.texts = [3][]byte{[]byte("deny"), fmt.Appendf(nil, "0 %d 1", uid), fmt.Appendf(nil, "0 %d 1", gid)}
	return m
}

// write writes the maps of the calling process.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (m *idMaps) write(l *launch) {
	const here = ^uintptr(99) // AT_FDCWD, -100
	for i := range m.files {
		fd, _, errno := syscall.RawSyscall6(syscall.SYS_OPENAT, here, uintptr(unsafe.Pointer(m.files[i])), syscall.O_WRONLY|syscall.O_CLOEXEC, 0, 0, 0)
		if errno == 0 {
			_, _, errno = syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&m.texts[i][0])), uintptr(len(m.texts[i])))
			syscall.RawSyscall(syscall.SYS_CLOSE, fd, 0, 0)
		}
		if errno != 0 {
			l.fail(launchMaps, errno)
		}
	}
}
