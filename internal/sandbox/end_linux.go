package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Labs returns the labs in the sandbox, also those being made, with the inode of each lock
// file: it changes when a lab is removed and made again. Processes of the sandbox can forge
// both, which are files in its [Dir].
func (b *Box) Labs() (map[string]uint64, error) {
	type result struct {
		labs map[string]uint64
		err  error
	}
	read := make(chan result, 1)
	go func() {
		labs, err := b.readLabs()
		read <- result{labs, err}
	}()
	select {
	case r := <-read:
		return r.labs, r.err
	case <-time.After(endTime): // a file system of the sandbox may wait for one of its processes
		return nil, &netns.TimeoutError{Limit: endTime}
	}
}

func (b *Box) readLabs() (map[string]uint64, error) {
	root, err := unix.Open(filepath.Join("/proc", strconv.Itoa(b.pid), "root"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	defer unix.Close(root)
	// A symbolic link could lead to a folder outside.
	fd, err := unix.Openat2(root, strings.TrimPrefix(Dir, "/"), &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS,
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: Dir, Err: err}
	}
	dir := os.NewFile(uintptr(fd), Dir)
	defer dir.Close()
	names, err := dir.Readdirnames(0)
	labs := map[string]uint64{}
	for _, name := range names {
		var st unix.Stat_t
		if lab, ok := strings.CutSuffix(name, lockSuffix); ok && unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
			labs[lab] = st.Ino
		}
	}
	return labs, err
}

// End ends the sandbox with all its processes if it has no lab, and reports whether it
// has ended. A sandbox whose labs are unknown, or whose record another program has locked,
// does not end.
func (b *Box) End() (bool, error) {
	h, err := openHolderFile(b.lab, false, endTime)
	switch locked := (*LockedError)(nil); {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil // another program ended it
	case errors.As(err, &locked):
		return false, nil
	case err != nil:
		return false, err
	}
	defer h.Close()
	if pid, err := h.holder(); err != nil || pid != b.pid {
		return true, err // it has ended, and a new one has its name
	}
	if labs, err := b.Labs(); err != nil || len(labs) > 0 {
		return false, nil
	}
	return true, b.end(h)
}

// Kill ends the sandbox with all its processes and labs from outside, whatever its processes
// do: the kernel reports the holder, which is the process that has locked the holder file.
func (b *Box) Kill() error {
	h, err := openHolderFile(b.lab, false, endTime)
	if locked := (*LockedError)(nil); errors.As(err, &locked) {
		h, _, err = openUnlocked(b.lab, false)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return b.kill() // no effect if it has ended
	}
	if err != nil {
		return errors.Join(err, b.kill())
	}
	defer h.Close()
	if pid, err := h.lockOwner(); err != nil || pid != b.pid {
		return errors.Join(err, b.kill())
	}
	return b.end(h)
}

// end removes the holder file, upon which the holder exits, and kills a holder that does not. It
// needs neither a process in the sandbox nor space on disk.
func (b *Box) end(h *holderFile) error {
	removed := h.remove()
	if removed == nil && b.waitEnd(endTime) {
		return nil
	}
	return errors.Join(removed, b.kill())
}

// kill ends the holder by SIGKILL.
func (b *Box) kill() error {
	_ = unix.PidfdSendSignal(b.pidfd, unix.SIGKILL, nil, 0)
	if !b.waitEnd(killTime) {
		return fmt.Errorf("cannot end the sandbox of lab %s: process %d still runs after SIGKILL", b.lab, b.pid)
	}
	return nil
}

// waitEnd waits, for d at most, until all processes of the sandbox have ended, and reports
// whether they have.
//
// The holder's process stays until the last one has been waited for by its parent
// (pid_namespaces(7)). The parent of a program that entered the sandbox is outside: the
// command that runs it or, once that is killed, PID 1, which in many containers waits for
// no process.
func (b *Box) waitEnd(d time.Duration) bool {
	const interval = 50 * time.Millisecond
	for deadline := time.Now().Add(d); ; {
		if netns.WaitExit(b.pidfd, min(interval, time.Until(deadline))) || b.hasOnlyZombies() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// hasOnlyZombies reports whether the holder and all processes in its PID namespace have given
// up their namespaces, which an ending process does last.
func (b *Box) hasOnlyZombies() bool {
	self := filepath.Join("/proc", strconv.Itoa(b.pid), "ns")
	pidns, err := os.Readlink(filepath.Join(self, "pid"))
	if err != nil || !gaveUpNamespaces(self) {
		return false
	}
	dirs, _ := filepath.Glob("/proc/[0-9]*/ns") // the pattern is valid
	return !slices.ContainsFunc(dirs, func(dir string) bool {
		in, err := os.Readlink(filepath.Join(dir, "pid"))
		return err == nil && in == pidns && !gaveUpNamespaces(dir)
	})
}

// gaveUpNamespaces reports whether a process, by its folder /proc/PID/ns, has no mount
// namespace any more. Its PID namespace it keeps until it is waited for.
func gaveUpNamespaces(dir string) bool {
	_, err := os.Readlink(filepath.Join(dir, "mnt"))
	return errors.Is(err, fs.ErrNotExist)
}

// endTime is how long a holder has to exit after its holder file is removed. It exits after
// the kernel has killed all processes of the sandbox.
const endTime = 2 * time.Second

// killTime is how long it has after SIGKILL. Thousands of processes take seconds.
const killTime = 20 * time.Second
