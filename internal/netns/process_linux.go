package netns

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/escape"
)

// A Process runs inside a namespace.
type Process struct {
	PID       int
	Command   string // its name, as in /proc/PID/comm
	Namespace string
}

// String returns "name (pid)".
func (p Process) String() string { return fmt.Sprintf("%s (%d)", p.Command, p.PID) }

// Processes returns the processes inside namespaces, without those whose
// namespace this user may not read.
func Processes(names ...string) ([]Process, error) {
	inside := map[string]string{} // target of /proc/PID/ns/net → name
	for _, name := range names {
		var st unix.Stat_t
		if err := unix.Stat(path(name), &st); err == nil {
			inside[fmt.Sprintf("net:[%d]", st.Ino)] = name
		}
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []Process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		link, _ := os.Readlink("/proc/" + e.Name() + "/ns/net")
		if name, ok := inside[link]; ok {
			found = append(found, Process{pid, CommandName(pid), name})
		}
	}
	return found, nil
}

// CommandName returns the name of a process, /proc/PID/comm, with control characters
// escaped.
func CommandName(pid int) string {
	name, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return escape.Name(strings.TrimSuffix(string(name), "\n"))
}

// Terminate sends SIGTERM to processes, and SIGKILL to those that have not ended
// after the grace period.
func Terminate(processes []Process, grace time.Duration) {
	var open []int
	for _, p := range processes {
		fd, err := unix.PidfdOpen(p.PID, 0)
		if err != nil {
			continue // it has ended
		}
		_ = unix.PidfdSendSignal(fd, unix.SIGTERM, nil, 0)
		// A stopped process handles SIGTERM only after SIGCONT.
		_ = unix.PidfdSendSignal(fd, unix.SIGCONT, nil, 0)
		open = append(open, fd)
	}
	deadline := time.Now().Add(grace)
	for _, fd := range open {
		if !WaitExit(fd, time.Until(deadline)) {
			_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
			WaitExit(fd, time.Second)
		}
		unix.Close(fd)
	}
}

// SetProcessGroup makes a command the leader of a process group of its own. When
// the command's context ends the whole group is killed.
func SetProcessGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
}

// WaitExit waits, for d at most, for the end of a pidfd's process and reports
// whether it ended.
func WaitExit(fd int, d time.Duration) bool { return readable(fd, d) }

// readable waits, for d at most, until a read from a descriptor would not block, and reports
// whether that is so.
func readable(fd int, d time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	deadline := time.Now().Add(d)
	for {
		n, err := unix.Poll(fds, max(0, int(time.Until(deadline).Milliseconds())))
		if err != unix.EINTR {
			return n > 0
		}
	}
}

// Ancestors returns the PIDs of this process and its ancestors.
func Ancestors() map[int]bool {
	all := map[int]bool{}
	for pid := os.Getpid(); pid > 0 && !all[pid]; pid = parent(pid) {
		all[pid] = true
	}
	return all
}

// parent returns the parent of a process, 0 if unknown.
func parent(pid int) int {
	s, err := readStat(pid)
	if err != nil {
		return 0
	}
	return s.ppid
}

// Exiting reports whether a process is exiting or has exited. The kernel sets the
// flag on all threads of PID 1 of a PID namespace before it kills the namespace's
// other processes.
func Exiting(pid int) bool {
	s, err := readStat(pid)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH)
	}
	const exiting = 0x4 // PF_EXITING (linux/sched.h)
	return s.flags&exiting != 0
}

// stopped reports whether a process is stopped by a signal or a debugger.
func stopped(pid int) bool {
	s, err := readStat(pid)
	return err == nil && (s.state == "T" || s.state == "t")
}

// A stat holds fields of /proc/PID/stat (proc_pid_stat(5)).
type stat struct {
	state string
	ppid  int
	flags uint64 // PF_* of the main thread
}

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	// The name, in parentheses, may hold any character: parse after the last ")".
	var s stat
	var pgrp, session, tty, tpgid int
	_, err = fmt.Sscan(string(text[bytes.LastIndexByte(text, ')')+1:]), &s.state, &s.ppid, &pgrp, &session, &tty, &tpgid, &s.flags)
	return s, err
}
