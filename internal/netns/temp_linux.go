package netns

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// InTemp calls fn inside a new namespace, which is deleted afterwards with all
// that fn created in it.
func InTemp(fn func() error) error {
	return thread(func() error {
		if err := unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		return fn()
	})
}

// TryName gives a new namespace a name as [CreateAll] does, in a mount namespace of
// its own, so that the name is visible to no one else and is deleted afterwards.
func TryName() error {
	return InTemp(func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		const dir = "/run" // the parent of [Dir]
		if err := unix.Mount("vethlab", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=64k"); err != nil {
			return os.NewSyscallError("mount /run", err)
		}
		name := filepath.Join(dir, "name")
		if err := os.WriteFile(name, nil, 0o444); err != nil {
			return err
		}
		return os.NewSyscallError("mount a name", unix.Mount("/proc/thread-self/ns/net", name, "none", unix.MS_BIND, ""))
	})
}

// TrySysfs mounts a sysfs in a new namespace, as [ExecEnv] does, and fails where
// /sys would show another namespace.
func TrySysfs() error {
	return InTemp(func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		return mountOwnSys()
	})
}

// TryEnter enters the host namespace. setns needs CAP_SYS_ADMIN in the owning user
// namespace, even into the current one.
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
