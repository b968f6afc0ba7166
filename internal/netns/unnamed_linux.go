package netns

import (
	"os"

	"golang.org/x/sys/unix"
)

// Unnamed makes a namespace without a name. It is gone when it is closed and
// no socket opened inside is left.
func Unnamed() (*Namespace, error) {
	var ns *Namespace
	err := thread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("unshare", err)
		}
		f, err := os.Open("/proc/thread-self/ns/net")
		ns = &Namespace{f: f}
		return err
	})
	return ns, err
}
