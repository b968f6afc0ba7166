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

// A Launch starts this program again as root of new user, network, mount and PID
// namespaces, and as PID 1 of the last. It can't undo the mounts of Setup, nor see what
// they cover.
//
// The kernel locks a mount only in the copy of a mount namespace that another user
// namespace owns (mount_namespaces(7)). So there are two, of which the program is in the
// inner one, which owns its namespaces:
//
//	this process             fork:   outer
//	outer                    user namespace 1 with mount namespace 1
//	  fork:                          inner, in user namespace 2 with network and PID namespace
//	  joins inner's network and PID namespace: it has all capabilities over them
//	  fork:                          does Setup in mount namespace 1, and ends
//	inner                    mount namespace 2, a copy of 1: locked. It executes the program
//
// A process with several threads can't do that, and every Go program has several. So
// forks do it. The kernel deletes mount namespace 1 at the end of outer; user namespace 1
// has no process then and stays as the parent of 2.
type Launch struct {
	Args, Env []string
	Dir       string     // the working folder; if it can't be entered: /
	Files     []*os.File // the program's descriptors, from 0 on
	Setup     []Call

	// BlockTerm blocks SIGTERM in all threads of the program, from its fork on, so that one
	// stays pending until the program waits for it by rt_sigtimedwait(2): the kernel drops a
	// signal to PID 1 that has its default action and is not blocked. No thread of it, and no
	// program that it starts, can change its signal mask.
	BlockTerm bool

	// Attr, if not nil, has attributes of the program. Those of namespaces, IDs and
	// capabilities have no effect.
	Attr *syscall.SysProcAttr
}

// A LaunchError says which step of a launch failed. The step is empty if it is the
// creation of namespaces.
type LaunchError struct {
	Step string
	Err  error
}

func (e *LaunchError) Error() string { return fmt.Sprintf("%s: %v", e.Step, e.Err) }

// Unwrap returns the kernel's reason.
func (e *LaunchError) Unwrap() error { return e.Err }

// launch holds all that the forks need, because they cannot allocate.
type launch struct {
	path         *byte
	dir, root    *byte
	argv, envv   []*byte
	files        []int // above the program's descriptors
	setup        []Call
	fileLimit    fileLimit
	blocked      uint64 // the signals of keepMask
	filter       [4]unix.SockFilter
	filters      unix.SockFprog
	session      bool
	deathSignal  uintptr
	foreground   bool
	terminal     uintptr
	outer, inner idMaps
	status       [2]int // the forks' reports
	gate         [2]int // inner waits at it until the mounts are set up
	child        uintptr
	types        [3]uintptr // see failNamespaces
	group        int32
	waited       int32 // the wait status of the fork that made the calls of Setup
	byte         [1]byte
	report       report
}

// Start starts the program, as a child of this process, and returns its PID.
func (p Launch) Start() (int, error) {
	l, err := p.prepare()
	if err != nil {
		return 0, err
	}
	defer l.close()
	fork, err := l.start()
	if err != nil {
		return 0, err
	}
	if _, err := wait(fork, 0); err != nil {
		return 0, err
	}
	pid, err := l.await()
	runtime.KeepAlive(p)
	return pid, err
}

func (p Launch) prepare() (*launch, error) {
	l := &launch{
		setup: p.Setup, status: [2]int{-1, -1}, fileLimit: callersFileLimit(),
		outer: newIDMaps(os.Geteuid(), os.Getegid()), inner: newIDMaps(0, 0),
		types: [...]uintptr{unix.CLONE_NEWUSER, unix.CLONE_NEWPID, unix.CLONE_NEWNET},
	}
	if p.BlockTerm {
		l.keepMask(1 << (unix.SIGTERM - 1))
	}
	if a := p.Attr; a != nil {
		l.session, l.deathSignal = a.Setsid, uintptr(a.Pdeathsig)
		l.foreground, l.terminal = a.Foreground, uintptr(a.Ctty)
	}
	path, err1 := syscall.BytePtrFromString("/proc/self/exe")
	dir, err2 := syscall.BytePtrFromString(p.Dir)
	argv, err3 := syscall.SlicePtrFromStrings(p.Args)
	envv, err4 := syscall.SlicePtrFromStrings(p.Env)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	l.path, l.dir, l.root, l.argv, l.envv = path, dir, cString("/"), argv, envv
	for _, f := range p.Files {
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, len(p.Files))
		if err != nil {
			l.close()
			return nil, os.NewSyscallError("fcntl", err)
		}
		l.files = append(l.files, fd)
	}
	return l, nil
}

// keepMask makes the inner fork block signals for good. Go's runtime unblocks those that end
// a program in each thread, before it handles them. So a filter of the kernel makes all its
// changes of signal masks do nothing (seccomp(2)).
func (l *launch) keepMask(signals uint64) {
	l.blocked = signals
	l.filter = [...]unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the system call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_RT_SIGPROCMASK, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO}, // 0: it succeeds
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	l.filters = unix.SockFprog{Len: uint16(len(l.filter)), Filter: &l.filter[0]}
}

// start starts the outer fork. The pipes exist here under [syscall.ForkLock] only: in no
// other child of this process they would stay open.
func (l *launch) start() (pid int, err error) {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	if l.status, err = pipeAbove(len(l.files)); err != nil {
		return 0, err
	}
	if l.gate, err = pipeAbove(len(l.files)); err != nil {
		return 0, err
	}
	pid, errno := l.forkOuter()
	for _, fd := range []int{l.status[1], l.gate[0], l.gate[1]} {
		unix.Close(fd)
	}
	if errno != 0 {
		return 0, &LaunchError{"", errno}
	}
	return pid, nil
}

// pipeAbove returns a pipe with descriptors that are at least first.
func pipeAbove(first int) (pipe [2]int, err error) {
	var low [2]int
	if err := unix.Pipe2(low[:], unix.O_CLOEXEC); err != nil {
		return pipe, os.NewSyscallError("pipe2", err)
	}
	for i, fd := range low {
		var e error
		pipe[i], e = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, first)
		err = errors.Join(err, os.NewSyscallError("fcntl", e))
		unix.Close(fd)
	}
	return pipe, err
}

// await reads the reports of the forks until exec or their end has closed the pipe.
func (l *launch) await() (pid int, err error) {
	ready := false
	for {
		var r report
		n, errno := unix.Read(l.status[0], (*(*[unsafe.Sizeof(r)]byte)(unsafe.Pointer(&r)))[:])
		switch {
		case errno == unix.EINTR:
		case errno != nil:
			return pid, os.NewSyscallError("read", errno)
		case n > 0 && r.step == launchChild:
			pid = int(r.pid)
		case n > 0 && r.step == launchReady:
			ready = true
		case n > 0 && err == nil:
			err = l.stepError(r)
		case n > 0:
		case err == nil && ready:
			return pid, nil
		default:
			if pid != 0 {
				_, _ = wait(pid, 0)
			}
			if err == nil {
				err = ErrKilled
			}
			return 0, err
		}
	}
}

// The steps of a launch that the forks report. Setup's are launchSetup and above.
const (
	launchChild     = iota + 1 // the inner fork has started
	launchReady                // it has only to execute the program
	launchNamespace            // a namespace can't be made or joined
	launchMaps
	launchExec
	launchSetup
)

func (l *launch) stepError(r report) error {
	errno := syscall.Errno(r.errno)
	switch {
	case r.step >= launchSetup:
		return &LaunchError{l.setup[r.step-launchSetup].Step, errno}
	case r.limit != 0:
		return &LaunchError{"", limitOf(uintptr(r.limit))}
	case r.step == launchNamespace:
		return &LaunchError{"", errno}
	case r.step == launchMaps:
		return &LaunchError{"map the user's IDs", errno}
	}
	return &LaunchError{"execute the program", errno}
}

func (l *launch) close() {
	for _, fd := range l.files {
		unix.Close(fd)
	}
	if l.status[0] >= 0 {
		unix.Close(l.status[0])
	}
}
