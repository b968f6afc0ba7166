package netns

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Scratch calls fn inside a new namespace, which is gone afterwards with all
// that fn made in it.
func Scratch(fn func() error) error {
	return thread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return os.NewSyscallError("unshare", err)
		}
		return fn()
	})
}

// TryName gives a new namespace a name as [Create] does it, in a mount namespace
// of its own: nobody sees it, and nothing is left.
func TryName() error {
	return Scratch(func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		const place = "/run" // where [Dir] is
		if err := unix.Mount("vethlab", place, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=64k"); err != nil {
			return os.NewSyscallError("mount /run", err)
		}
		name := filepath.Join(place, "name")
		if err := os.WriteFile(name, nil, 0o444); err != nil {
			return err
		}
		return os.NewSyscallError("mount a name", unix.Mount("/proc/thread-self/ns/net", name, "none", unix.MS_BIND, ""))
	})
}

// TryRoom enters the [Room] of a new namespace, which is gone afterwards, and fails
// where its /sys would be that of another.
func TryRoom() error {
	return Scratch(func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		return mountOwnSys()
	})
}

// TryEnter enters the machine's own namespace. It takes rights over it, which to look
// from where one is already does not.
func TryEnter() error {
	return thread(func() error {
		fd, err := OpenFd(Host)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return os.NewSyscallError("setns", unix.Setns(fd, unix.CLONE_NEWNET))
	})
}
