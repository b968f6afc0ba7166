package netns

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/callerlimit"
)

// fileLimit is what a fork sets before it executes a program: the caller's limit of open
// files, which Go's runtime has raised for this process.
type fileLimit struct {
	set   bool
	limit unix.Rlimit
}

// callersFileLimit returns the limit, or the zero fileLimit if the present one is not the
// runtime's, which is one below the hard limit: somebody has set it on purpose.
func callersFileLimit() fileLimit {
	var now unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &now)
	if err != nil || callerlimit.Files == 0 || now.Cur != now.Max-1 {
		return fileLimit{}
	}
	return fileLimit{true, unix.Rlimit{Cur: callerlimit.Files, Max: now.Max}}
}

// restore sets the limit of the calling process, a fork. A failure leaves the raised one.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (l *fileLimit) restore() {
	if l.set {
		syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&l.limit)), 0, 0, 0)
	}
}
