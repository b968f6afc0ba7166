package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Run re-executes this program inside the sandbox, in the same folder and with the
// same environment, and returns its exit code. The error is [ErrEnded] if the
// sandbox ends first, which kills the program, and an [EntryError] if the program can't be
// started.
func (b *Box) Run(args []string, stdin, stdout *os.File) (code int, err error) {
	return b.run(netns.Reexec{Args: args, Stdin: stdin, Stdout: stdout})
}

// RunWithin is Run for a program that must end within a limit: the processes of the sandbox
// can stop it, or keep what it waits for. The error is an [EntryError] of a
// [netns.TimeoutError] if it does not, and [netns.ErrInterrupted] if it does not after a
// signal. Nil files are this program's own.
func (b *Box) RunWithin(limit time.Duration, args []string, stdin, stdout, stderr *os.File) (code int, err error) {
	return b.run(netns.Reexec{Args: args, Stdin: stdin, Stdout: stdout, Stderr: stderr, Limit: limit})
}

func (b *Box) run(p netns.Reexec) (code int, err error) {
	if crowd := b.crowd(); crowd != nil {
		return 0, &EntryError{b.lab, crowd}
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	p.Pidfd, p.Dir = b.pidfd, dir
	status, err := runInside(p)
	if (err != nil || status.Signaled()) && b.ended() {
		return 0, ErrEnded
	}
	if errors.Is(err, netns.ErrInterrupted) {
		return 0, err
	}
	if entry := b.entryError(status, err); entry != nil {
		return 0, entry
	}
	return ExitCode(status), nil
}

// ended reports whether the sandbox has ended or is ending. It is true after the end of
// the holder has killed a program in the sandbox.
func (b *Box) ended() bool {
	if netns.WaitExit(b.pidfd, 0) {
		return true
	}
	h, err := openHolderFile(b.lab, false, listTime)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer h.Close()
	pid, err := h.holder()
	return err == nil && pid != b.pid
}

// entryError returns an [EntryError] if a program could not be started, or probably ended
// because it could not start a thread.
func (b *Box) entryError(status syscall.WaitStatus, err error) error {
	crowd := b.crowd()
	switch {
	case errors.Is(err, unix.EAGAIN) && crowd != nil:
		return &EntryError{b.lab, errors.Join(err, crowd)}
	case err != nil:
		return &EntryError{b.lab, err}
	case crowd != nil && endedByRuntime(status):
		return &EntryError{b.lab, crowd}
	}
	return nil
}

// endedByRuntime reports whether a program ended as Go's runtime ends one that can't start
// a thread: with exit code 2 or, with cgo, by SIGABRT.
func endedByRuntime(status syscall.WaitStatus) bool {
	return status.Signaled() && status.Signal() == unix.SIGABRT || status.ExitStatus() == 2
}

// A crowdError says that a user has as many processes as a sandbox allows.
type crowdError struct{ tasks, limit int }

func (e *crowdError) Error() string {
	return fmt.Sprintf("the limit of processes is reached: this user has %d processes and threads, of %d (ulimit -u)", e.tasks, e.limit)
}

func (*crowdError) Unwrap() error { return unix.EAGAIN }

// crowd returns a [crowdError] if there are no processes left for this program and its
// threads: Go's runtime ends a program that can't start a thread, with a traceback. In
// the sandbox all processes of the user count, and the limit is what RLIMIT_NPROC was when
// it was made, or this process's if that is lower. Root has none.
func (b *Box) crowd() error {
	limit := min(processLimit(strconv.Itoa(b.pid)), processLimit("self"))
	return crowd(limit, ownThreads+runtime.GOMAXPROCS(0))
}

// crowd returns a [crowdError] if the user of this process has fewer than n processes left of
// a limit.
func crowd(limit, n int) error {
	if os.Geteuid() == 0 || allTasks() <= limit-n { // the quick answer
		return nil
	}
	if tasks := userTasks(os.Geteuid()); tasks > limit-n {
		return &crowdError{tasks, limit}
	}
	return nil
}

// ownThreads is the number of threads of this program besides those of garbage
// collection, of which each CPU has one.
const ownThreads = 10

// allTasks returns the number of processes and threads on the machine (proc_loadavg(5)).
func allTasks() int {
	var load [3]float64
	var running, all int
	text, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%f %f %f %d/%d", &load[0], &load[1], &load[2], &running, &all)
	}
	if err != nil {
		return math.MaxInt
	}
	return all
}

// userTasks returns the number of processes and threads of a user.
func userTasks(uid int) int {
	folders, _ := filepath.Glob("/proc/[0-9]*/task") // the only error is of the pattern
	n := 0
	for _, dir := range folders {
		var st unix.Stat_t
		if unix.Stat(dir, &st) == nil && int(st.Uid) == uid {
			n += int(st.Nlink) - 2 // a folder for each, and its own two links
		}
	}
	return n
}

// processLimit returns the soft limit of processes of a process (RLIMIT_NPROC), MaxInt if
// it has none or it is unknown.
func processLimit(pid string) int {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, "limits"))
	for line := range strings.Lines(string(text)) {
		if values, ok := strings.CutPrefix(line, "Max processes"); ok {
			if fields := strings.Fields(values); len(fields) > 0 {
				if n, err := strconv.Atoi(fields[0]); err == nil { // not "unlimited"
					return n
				}
			}
		}
	}
	return math.MaxInt
}
