package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Privileged reports whether this process may make labs in its own namespaces: it has
// CAP_SYS_ADMIN and CAP_NET_ADMIN over its mount and network namespaces. In a user
// namespace it must also be able to write /run/netns and [Dir], which may belong to a user
// that has no ID there. Root of the host is privileged even if it can't write them, as on
// a read-only file system: [Acquire] fails then, and no lab is made in another sandbox.
func Privileged() bool {
	return capable(unix.CAP_SYS_ADMIN) && capable(unix.CAP_NET_ADMIN) && owned("mnt") && owned("net") &&
		(!Rootless() || needNames() == nil)
}

// needNames returns an error if /run/netns or [Dir] can't be written.
func needNames() error {
	for _, dir := range []string{netns.Dir, Dir} {
		if err := writable(dir, "/run"); err != nil {
			return fmt.Errorf("cannot make or change a lab on the machine: cannot write %s: %w (want a writable /run, or --rootless)", dir, err)
		}
	}
	return nil
}

// owned reports whether this process's namespace of a kind belongs to its user namespace.
func owned(kind string) bool {
	fd, err := unix.Open("/proc/self/ns/"+kind, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) // no /proc: needProc reports it
	}
	defer unix.Close(fd)
	return netns.Owned(fd)
}

// needProc returns an error if /proc is not mounted: namespaces are opened by its
// files, and programs re-execute /proc/self/exe.
func needProc() error {
	if _, err := os.Stat("/proc/thread-self/ns/net"); err != nil {
		return fmt.Errorf("/proc is not mounted: mount -t proc proc /proc (%w)", err)
	}
	return nil
}

// capable reports whether a capability is in the calling thread's effective set.
func capable(capability int) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[capability/32].Effective&(1<<(capability%32)) != 0
}

// writable returns an error if a folder or, if it does not exist, its parent can't be
// written.
func writable(dir, parent string) error {
	err := unix.Access(dir, unix.W_OK)
	if errors.Is(err, fs.ErrNotExist) {
		err = unix.Access(parent, unix.W_OK)
	}
	return err
}

// Rootless reports whether this process is in a user namespace other than the
// initial one.
func Rootless() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false
	}
	words := strings.Fields(string(text))
	const all = "4294967295"
	return len(words) != 3 || words[0] != "0" || words[1] != "0" || words[2] != all
}
