package sandbox

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// recordFile is the holder's record.
const recordFile = 4

// startHolder starts a process that holds a sandbox for a lab. It lives on when
// this one ends.
func startHolder(lab string, r *record) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"vethlab: lab " + lab}
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{r.File}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := start(cmd, Holder, true); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // so that it is no zombie when it ends before us
	return nil
}

// hold is a holder's life, and does not return. It is the first process of the
// sandbox: the others end with it, and those whose parents are gone are its
// children.
func hold() {
	defer unix.Exit(0) // at once: nothing here is to be tidied up
	r := &record{os.NewFile(recordFile, "record")}
	signal.Ignore(unix.SIGCHLD) // the kernel buries the dead
	watch, err := watchRecord(r)
	if err == nil {
		err = r.hold()
	}
	if err == nil {
		err = furnish(false)
	}
	if err == nil {
		err = r.publish()
	}
	if !report(err) {
		return
	}
	forgetCode()
	for !r.removed() {
		var event [unix.SizeofInotifyEvent + unix.NAME_MAX + 1]byte
		if _, err := unix.Read(watch, event[:]); err != nil && err != unix.EINTR {
			return
		}
	}
}

// watchRecord returns an inotify descriptor that can be read when the record is
// removed, also together with its folder, as at the end of a login.
func watchRecord(r *record) (int, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("inotify_init", err)
	}
	_, err = unix.InotifyAddWatch(fd, "/proc/self/fd/4", unix.IN_ATTRIB|unix.IN_UNMOUNT)
	return fd, os.NewSyscallError("inotify_add_watch", err)
}
