package guest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// openFiles is how many files a process of the machine may have open, as on a
// common system.
const openFiles = 1 << 19

// notRun is the status of a program that could not be started, as in shells.
const notRun = 127

// setup does what the start of a system does: it sets a name, a
// loopback interface that is up, and limits.
func setup() error {
	if err := unix.Sethostname([]byte("vethlab-vm")); err != nil {
		return err
	}
	limit := unix.Rlimit{Cur: openFiles, Max: openFiles}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	return loopbackUp()
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// run runs the program and returns its status, or 128 and the number of the
// signal that ended it.
func run(job *Job, output *os.File) int {
	for _, assignment := range job.Env { // exec.LookPath reads PATH
		key, value, _ := strings.Cut(assignment, "=")
		_ = os.Setenv(key, value)
	}
	program, err := exec.LookPath(job.Args[0])
	if err != nil {
		fmt.Fprintf(output, "cannot run %q: %v\n", job.Args[0], err)
		return notRun
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		fmt.Fprintf(output, "cannot run %q: %v\n", job.Args[0], err)
		return notRun
	}
	process, err := os.StartProcess(program, job.Args, &os.ProcAttr{
		Dir: job.Dir, Env: job.Env, Files: []*os.File{null, output, output},
		Sys: &unix.SysProcAttr{Setsid: true},
	})
	if err != nil {
		fmt.Fprintf(output, "cannot run %q: %v\n", job.Args[0], err)
		return notRun
	}
	return reap(process.Pid)
}

// reap waits for a process. Meanwhile it also waits for orphans, as the first
// process of a system does.
func reap(pid int) int {
	for {
		var status unix.WaitStatus
		got, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return notRun
		case got == pid && status.Signaled():
			return 128 + int(status.Signal())
		case got == pid && status.Exited():
			return status.ExitStatus()
		}
	}
}
