package netns

import (
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Call is a system call that is prepared here, to be made by [Call.Do] or by a fork,
// which can't allocate, see [Launch].
type Call struct {
	Step     string // for errors
	Optional bool   // it may fail

	trap uintptr
	args [5]uintptr
	keep []*byte // the strings of args, which must not be freed
}

// Do makes the call. It returns nil for an Optional one.
func (c Call) Do() error {
	_, _, errno := syscall.Syscall6(c.trap, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], 0)
	if errno != 0 && !c.Optional {
		return errno
	}
	return nil
}

// MountCall prepares mount(2).
func MountCall(step, source, target, kind string, flags uintptr, data string) Call {
	c := Call{Step: step, trap: unix.SYS_MOUNT}
	c.strings(map[int]string{0: source, 1: target, 2: kind, 4: data})
	c.args[3] = flags
	return c
}

// UnmountCall prepares a lazy umount2(2).
func UnmountCall(step, target string) Call {
	c := Call{Step: step, trap: unix.SYS_UMOUNT2}
	c.strings(map[int]string{0: target})
	c.args[1] = unix.MNT_DETACH
	return c
}

// ChdirCall prepares chdir(2).
func ChdirCall(step, dir string) Call {
	c := Call{Step: step, trap: unix.SYS_CHDIR}
	c.strings(map[int]string{0: dir})
	return c
}

// MkdirCall prepares mkdirat(2).
func MkdirCall(step, dir string, mode uint32) Call {
	c := Call{Step: step, trap: unix.SYS_MKDIRAT}
	c.strings(map[int]string{1: dir})
	c.args[0], c.args[2] = workingFolder, uintptr(mode)
	return c
}

// FileCall prepares mknodat(2) of an empty file.
func FileCall(step, file string, mode uint32) Call {
	c := Call{Step: step, trap: unix.SYS_MKNODAT}
	c.strings(map[int]string{1: file})
	c.args[0], c.args[2] = workingFolder, uintptr(unix.S_IFREG|mode)
	return c
}

// SymlinkCall prepares symlinkat(2).
func SymlinkCall(step, to, link string) Call {
	c := Call{Step: step, trap: unix.SYS_SYMLINKAT}
	c.strings(map[int]string{0: to, 2: link})
	c.args[1] = workingFolder
	return c
}

// workingFolder is AT_FDCWD as the argument of a call.
const workingFolder = ^uintptr(-unix.AT_FDCWD - 1)

// strings sets arguments to strings.
func (c *Call) strings(args map[int]string) {
	for i, s := range args {
		p := cString(s)
		c.args[i] = uintptr(unsafe.Pointer(p))
		c.keep = append(c.keep, p)
	}
}

// cString returns a string that ends with a NUL, or is cut at one: no path has a NUL.
func cString(s string) *byte {
	s, _, _ = strings.Cut(s, "\x00")
	return unsafe.StringData(s + "\x00")
}
