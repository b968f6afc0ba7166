package sandbox

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// recordFile is the descriptor of the holder's record.
const recordFile = 4

// startHolder starts the holder process of a lab's sandbox. It outlives this
// process.
func startHolder(lab string, r *record) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"vethlab: lab " + lab}
	cmd.Env = []string{RunSizeEnv + "=" + os.Getenv(RunSizeEnv)}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{r.File}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := start(cmd, Holder, true); err != nil {
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
	r := &record{os.NewFile(recordFile, "record")}
	signal.Ignore(unix.SIGCHLD) // the kernel reaps children
	watch, err := watchRecord(r)
	if err == nil {
		err = r.hold()
	}
	if err == nil {
		err = setupMounts(false)
	}
	if err == nil {
		err = r.publish()
	}
	if !report(err) {
		return
	}
	dropCodePages()
	for !r.removed() {
		var event [unix.SizeofInotifyEvent + unix.NAME_MAX + 1]byte
		if _, err := unix.Read(watch, event[:]); err != nil && err != unix.EINTR {
			return
		}
	}
}

// watchRecord returns an inotify descriptor that becomes readable when the record is
// removed, also by unmounting its file system, as logind does after logout.
func watchRecord(r *record) (int, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("inotify_init", err)
	}
	_, err = unix.InotifyAddWatch(fd, "/proc/self/fd/4", unix.IN_ATTRIB|unix.IN_UNMOUNT)
	return fd, os.NewSyscallError("inotify_add_watch", err)
}
