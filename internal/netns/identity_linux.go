package netns

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Identify returns the identity of an open namespace.
func Identify(fd int) (Identity, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Identity{}, os.NewSyscallError("fstat", err)
	}
	id := Identity{Device: st.Dev, Inode: st.Ino} //nolint:unconvert // the type differs by architecture
	const nsGetID = 0x8008b70d                    // NS_GET_ID (linux/nsfs.h, since 6.18)
	var cookie uint64
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), nsGetID, uintptr(unsafe.Pointer(&cookie))); errno == 0 {
		id.Cookie = cookie
	}
	return id, nil
}
