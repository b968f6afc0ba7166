//go:build linux && (amd64 || arm64 || riscv64 || loong64)

package callerlimit

import "unsafe"

// Files is the soft limit of open files (RLIMIT_NOFILE) with which this program was started;
// 0 if unknown.
//
// Packages are initialized in the order of their import paths as far as imports permit
// (Go specification, program initialization). This package imports only unsafe, so its
// variables are initialized before package syscall.
var Files = read()

//go:linkname rawSyscall6 syscall.RawSyscall6
func rawSyscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)

func read() uint64 {
	var limit [2]uint64 // struct rlimit64: soft, hard
	const files = 7     // RLIMIT_NOFILE on all architectures below
	if _, _, errno := rawSyscall6(prlimit64, 0, files, 0, uintptr(unsafe.Pointer(&limit)), 0, 0); errno != 0 {
		return 0
	}
	return limit[0]
}
