package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bare is the role [Isolated] with an empty /run.
const bare Role = "bare"

// Main returns the role of this program. Every program that makes labs without root
// must call it before anything else, and exit if it returns [Failed].
func Main() Role {
	role := takeRole()
	if role == Plain {
		return role
	}
	// A program started as /proc/self/exe has the name "exe" in /proc/PID/comm.
	name, _ := unix.BytePtrFromString("vethlab") // no NUL in it
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(name)), 0, 0, 0)
	switch role {
	case Holder:
		hold()
	case Isolated, bare:
		if !report(setupMounts(role == bare)) {
			return Failed
		}
		return Isolated
	}
	return role
}

// readyFile is the descriptor of a pipe to the starter. A started program writes
// "ERRNO STEP" if a step failed, and closes it.
const readyFile = 3

// report writes a failed step to the starter and reports whether err is nil.
func report(err error) bool {
	ready := os.NewFile(readyFile, "ready")
	defer ready.Close()
	if err != nil {
		start := &StartError{Err: err}
		errors.As(err, &start)
		errno := syscall.Errno(0)
		errors.As(err, &errno)
		fmt.Fprintf(ready, "%d %s", errno, start.Step)
	}
	return err == nil
}

// start re-executes this program in new namespaces, with a user namespace if user is
// true, and waits until it has set up its mounts.
func start(cmd *exec.Cmd, role Role, user bool) error {
	if err := needProc(); err != nil {
		return err
	}
	if _, err := runSize(); err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	defer write.Close()
	file, err := roleFile(role)
	if err != nil {
		return err
	}
	defer file.Close()
	cmd.Path = "/proc/self/exe"
	cmd.ExtraFiles = append(append([]*os.File{write}, cmd.ExtraFiles...), file)
	cmd.Env = append(cmd.Env, roleVariable(readyFile+len(cmd.ExtraFiles)-1))
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	a := cmd.SysProcAttr
	a.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID
	if user {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	err = cmd.Start()
	write.Close()
	if err != nil {
		errno := syscall.Errno(0)
		if errors.As(err, &errno) {
			err = errno // without "fork/exec /proc/self/exe"
		}
		return &StartError{StepNamespaces, err}
	}
	text, err := io.ReadAll(read)
	if err == nil && len(text) == 0 {
		return nil
	}
	return errors.Join(err, parseStartError(string(text)), cmd.Wait())
}

func parseStartError(text string) error {
	var errno syscall.Errno
	number, step, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscan(number, &errno); err != nil {
		return &StartError{"start", errors.New(text)}
	}
	return &StartError{step, errno}
}
