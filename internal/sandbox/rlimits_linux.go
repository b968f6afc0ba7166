package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// The least limits with which this program runs. Below them Go's runtime ends it with a
// traceback, or it would take a file that it cannot open for one that does not exist.
const (
	minFiles   = 32        // descriptors, besides those that are open
	minMemory  = 2_000_000 // kB of address space, of which the runtime reserves most
	minWritten = 64        // kB of a file
	minThreads = 8         // besides those that the runtime starts before main
)

// NeedLimits returns an error if a resource limit (getrlimit(2)) is too low for this program.
// It must be called before a file is opened by package os: that makes the runtime open two
// descriptors for its poller, without which it ends the program.
func NeedLimits() error {
	if free := freeFiles(minFiles); free < minFiles {
		return fmt.Errorf("cannot open more than %d files (want %d or more: ulimit -n %d)", free, minFiles, 2*minFiles)
	}
	for _, l := range []struct {
		resource  int
		least     uint64 // kB
		name, cmd string
	}{
		{unix.RLIMIT_AS, minMemory, "address space", "ulimit -v"},
		{unix.RLIMIT_FSIZE, minWritten, "written files", "ulimit -f"},
	} {
		var now unix.Rlimit
		if err := unix.Getrlimit(l.resource, &now); err == nil && now.Cur < l.least*1024 {
			return fmt.Errorf("cannot run with a limit of %d kB of %s (want %d kB or more: %s unlimited)", now.Cur/1024, l.name, l.least, l.cmd)
		}
	}
	if err := crowd(processLimit("self"), minThreads); err != nil {
		return fmt.Errorf("cannot start threads: %w", err)
	}
	return nil
}

// freeFiles returns how many descriptors this process can open, n at most.
func freeFiles(n int) int {
	var open []int
	for len(open) < n {
		fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		open = append(open, fd)
	}
	for _, fd := range open {
		unix.Close(fd)
	}
	return len(open)
}
