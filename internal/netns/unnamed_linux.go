package netns

import (
	"os"

	"golang.org/x/sys/unix"
)

// CreateUnnamed creates a namespace without a name. The kernel deletes it when it
// and all sockets opened inside are closed.
func CreateUnnamed() (*Namespace, error) {
	var ns *Namespace
	err := thread(func() error {
		if err := unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		f, err := os.Open("/proc/thread-self/ns/net")
		ns = &Namespace{f: f}
		return err
	})
	return ns, err
}
