package sandbox

import (
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// holderFD is the descriptor of the holder file.
const holderFD = 4

// startHolder starts the holder process of a lab's sandbox. It outlives this
// process.
func startHolder(lab string, h *holderFile) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"vethlab: lab " + lab}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{h.File}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := launch(cmd, Holder, false); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // reaps it if it exits before us
	return nil
}

// hold runs the holder process and does not return. The holder is PID 1 of the
// sandbox's PID namespace: the kernel kills the other processes when it exits, and
// orphans become its children.
func hold() {
	defer unix.Exit(0) // at once: the kernel frees everything
	path, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(holderFD))
	h := &holderFile{os.NewFile(holderFD, path)}
	signal.Ignore(unix.SIGCHLD) // the kernel reaps children
	err := closeInherited(holderFD + 1)
	watch := -1
	if err == nil {
		watch, err = watchHolderFile()
	}
	if err == nil {
		err = h.hold()
	}
	if err == nil {
		err = setupNetwork()
	}
	if err != nil {
		report(err)
		return
	}
	defaultActions()
	var terminating atomic.Bool
	awaitTermination(func() {
		awaited()
		defaultAction(unix.SIGTERM)
		h.serve(watch)
		if !terminating.Load() {
			unix.Exit(0)
		}
	})
	terminating.Store(true)
	_ = h.remove() // first, so that ended programs know why; else the next command does
	endProcesses()
}

// serve lets others enter the sandbox, reports that it is ready and returns when the
// holder file is removed.
func (h *holderFile) serve(watch int) {
	err := h.publish()
	dropFilePages()
	if report(err) {
		h.awaitRemoval(watch)
	}
}

// awaitRemoval returns when the file is removed, or its file system unmounted; watch is
// of watchHolderFile.
func (h *holderFile) awaitRemoval(watch int) {
	for !h.removed() {
		var event [unix.SizeofInotifyEvent + unix.NAME_MAX + 1]byte
		if _, err := unix.Read(watch, event[:]); err != nil && err != unix.EINTR {
			return
		}
	}
}

// lastSignal is the highest signal number (_NSIG, asm-generic/signal.h).
const lastSignal = 64

// defaultActions sets every signal to SIG_DFL. The kernel drops a signal to PID 1 of a PID
// namespace that has its default action (pid_namespaces(7)), all but SIGKILL and SIGSTOP
// from outside; Go's runtime handles nearly all signals, and most end the program.
// [os/signal] leaves out those of faults, such as SIGSEGV. SIGCHLD, which the caller
// ignores, and SIGURG, by which the runtime preempts goroutines, stay as they are;
// SIGTERM, which is blocked, until awaitTermination.
func defaultActions() {
	for s := unix.Signal(1); s <= lastSignal; s++ {
		if s != unix.SIGCHLD && s != unix.SIGURG && s != unix.SIGTERM {
			defaultAction(s)
		}
	}
}

// defaultAction sets a signal to SIG_DFL. SIGKILL and SIGSTOP have no other action.
func defaultAction(s unix.Signal) {
	var action [32]byte // struct sigaction of the kernel: SIG_DFL, no flags, no mask
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&action)), 0, lastSignal/8, 0, 0)
}

// closeInherited closes the descriptors from first on that came with exec: those without
// FD_CLOEXEC, which the runtime sets on its own. The caller's shell may have left open a
// lock or the end of a pipe, which must not stay open as long as the lab runs.
func closeInherited(first int) error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return &StartError{"close inherited descriptors", err}
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd < first {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
	return nil
}

// watchHolderFile returns an inotify descriptor that becomes readable when the holder
// file is removed, also by unmounting its file system, as logind does after logout.
func watchHolderFile() (int, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err == nil {
		_, err = unix.InotifyAddWatch(fd, "/proc/self/fd/4", unix.IN_ATTRIB|unix.IN_UNMOUNT)
	}
	if err != nil {
		return fd, &StartError{StepWatch, err}
	}
	return fd, nil
}
