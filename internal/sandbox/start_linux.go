package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// The roles of programs for which Main returns [Isolated].
const (
	bare     Role = "bare"     // sets up its mounts, with an empty /run
	launched Role = "launched" // in a user namespace, with its mounts, see [netns.Launch]
)

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
		const threads = 8
		netns.OnStartupThread(threads, hold)
	case Isolated, bare:
		if !report(errors.Join(setupMounts(role == bare), setupNetwork())) {
			return Failed
		}
		return Isolated
	case launched:
		if !report(setupNetwork()) {
			return Failed
		}
		return Isolated
	}
	return role
}

// readyFile is the descriptor of a pipe to the starter. A started program writes
// [started], or "ERRNO STEP" if a step failed, and closes it.
const readyFile = 3

// started says that a program has set up its mounts.
const started = "started"

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
		return false
	}
	_, _ = ready.WriteString(started) // the starter may have been killed
	return true
}

// start re-executes this program in new network, mount and PID namespaces, and in a user
// namespace if this process lacks the rights for these, and waits until it has set up its
// mounts. The role is [Isolated] or bare.
func start(cmd *exec.Cmd, role Role) error {
	return starting(cmd, role, func() error {
		if cmd.SysProcAttr == nil {
			cmd.SysProcAttr = &syscall.SysProcAttr{}
		}
		user := !Privileged()
		setNamespaces(cmd.SysProcAttr, newFlags, user)
		err := netns.AwaitFreed(func() error {
			try := *cmd // a command can be started once only
			err := try.Start()
			if err == nil {
				*cmd = try
			}
			return err
		})
		if err != nil {
			return &StartError{StepNamespaces, startReason(err, user)}
		}
		return nil
	})
}

// starting calls run, which starts cmd with a role, and waits until the program reports
// that it is ready.
func starting(cmd *exec.Cmd, role Role, run func() error) error {
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
	err = run()
	write.Close()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(read)
	if err == nil && string(text) == started {
		return nil
	}
	ended := cmd.Wait()
	return errors.Join(err, parseStartError(string(text), ended))
}

// newFlags are the namespaces of a started program, besides its user namespace.
const newFlags = unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID

// setNamespaces makes a command start in new namespaces, and in a new user namespace, in
// which this user is root, if user is true.
func setNamespaces(a *syscall.SysProcAttr, flags uintptr, user bool) {
	a.Cloneflags = flags
	if user {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
}

// startReason returns the kernel's reason for a failed start, with the limit that is
// reached. For that it tries each type of namespace with a program that does not exist.
func startReason(err error, user bool) error {
	errno := syscall.Errno(0)
	if !errors.As(err, &errno) {
		return err
	}
	if errno != unix.ENOSPC {
		return errno // without "fork/exec /proc/self/exe"
	}
	types := uintptr(newFlags)
	if user {
		types |= unix.CLONE_NEWUSER
	}
	limit := netns.ReachedLimit(types, func(flag uintptr) error {
		try := exec.Command("/proc/self/no-such-program")
		try.SysProcAttr = &syscall.SysProcAttr{}
		setNamespaces(try.SysProcAttr, flag&newFlags, user)
		return try.Start() // ENOENT: the namespace could be made
	})
	return cmp.Or(limit, error(errno))
}

// parseStartError returns the error of a program that reported text and ended.
func parseStartError(text string, ended error) error {
	if text == "" {
		return &StartError{StepStart, fmt.Errorf("the program ended (%w)", ended)}
	}
	var errno syscall.Errno
	number, step, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscan(number, &errno); err != nil {
		return &StartError{StepStart, errors.New(text)}
	}
	return &StartError{step, errno}
}
