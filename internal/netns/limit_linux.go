package netns

import (
	"errors"
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limited are the types of namespaces that this program makes.
var limited = []struct {
	flag           uintptr
	kind, typeName string
}{
	{unix.CLONE_NEWUSER, "user", "user"},
	{unix.CLONE_NEWNET, "net", "network"},
	{unix.CLONE_NEWNS, "mnt", "mount"},
	{unix.CLONE_NEWPID, "pid", "PID"},
}

// limitOf returns the error for namespaces that the flag of clone(2) makes.
func limitOf(flag uintptr) error {
	for _, t := range limited {
		if flag == t.flag {
			sysctl := "user.max_" + t.kind + "_namespaces"
			text, _ := os.ReadFile("/proc/sys/" + strings.ReplaceAll(sysctl, ".", "/"))
			value, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil || value == math.MaxInt32 { // that of a new user namespace
				value = -1
			}
			return &LimitError{t.typeName, sysctl, value}
		}
	}
	return unix.ENOSPC
}

// ReachedLimit returns a [*LimitError] for the first type of flags of which start, which
// makes a namespace of a type, can't make another one; nil if it can make one of each.
func ReachedLimit(flags uintptr, start func(flag uintptr) error) error {
	for _, t := range limited {
		if flags&t.flag != 0 && errors.Is(start(t.flag), unix.ENOSPC) {
			return limitOf(t.flag)
		}
	}
	return nil
}

// unshare makes a namespace of the type of flag for the calling thread.
func unshare(flag uintptr) error {
	err := unix.Unshare(int(flag))
	if errors.Is(err, unix.ENOSPC) {
		return limitOf(flag)
	}
	return os.NewSyscallError("unshare", err)
}
