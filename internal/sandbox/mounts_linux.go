package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// setupMounts mounts a new /proc and a private /run in new namespaces, and brings up
// lo. /run gets every entry of the machine's but the netns names and the locks. With
// bare, /run is empty and mounts are private.
func setupMounts(bare bool) error {
	// Slave mounts receive unmounts of the parent mount namespace, so no network
	// namespace stays pinned here after its name is deleted outside.
	if err := unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return &StartError{"mount --make-rslave /", err}
	}
	if bare {
		if err := makePrivate(); err != nil {
			return err
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return &StartError{StepProc, err}
	}
	// The kernel refuses a new sysfs where parts of the old one are covered. Nothing
	// here needs it: exec mounts one in each node.
	_ = unix.Mount("sysfs", "/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	if err := mountRun(bare); err != nil {
		return &StartError{"mount /run", err}
	}
	if err := loopbackUp(); err != nil {
		return &StartError{"ip link set lo up", err}
	}
	netns.AllowPing()
	return nil
}

// makePrivate unmounts the folder of netns names and makes all mounts private. A
// private mount would pin the namespaces named there after `ip netns del`.
func makePrivate() error {
	err := unix.Unmount(netns.Dir, unix.MNT_DETACH)
	if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return &StartError{"umount " + netns.Dir, err}
	}
	if err := unix.Mount("", "/", "none", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return &StartError{"mount --make-rprivate /", err}
	}
	return nil
}

// private are the entries of /run that are not bound into the sandbox.
var private = map[string]bool{"netns": true, filepath.Base(Dir): true}

// mountRun mounts a tmpfs on /run and, unless bare is true, binds the entries of the
// machine's /run into it.
func mountRun(bare bool) error {
	const dir = "/run"
	old, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer old.Close()
	entries, err := old.ReadDir(-1)
	if err != nil {
		return err
	}
	size, err := runSize()
	if err != nil {
		return err
	}
	if err := unix.Mount(runSource, dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size="+size); err != nil {
		return err
	}
	if bare {
		return nil
	}
	home, err := os.Getwd()
	if err != nil {
		home = "/"
	}
	// The tmpfs hides the old folder's path, but chdir by descriptor still works.
	if err := old.Chdir(); err != nil {
		return err
	}
	for _, e := range entries {
		if !private[e.Name()] {
			_ = bindEntry(e, filepath.Join(dir, e.Name()))
		}
	}
	return os.Chdir(home)
}

// bindEntry binds an entry of the working folder to path, or copies it if it is a
// symbolic link. Labs need none of them, so the caller ignores errors.
func bindEntry(e fs.DirEntry, path string) error {
	switch {
	case e.Type() == fs.ModeSymlink:
		to, err := os.Readlink(e.Name())
		if err != nil {
			return err
		}
		return os.Symlink(to, path)
	case e.IsDir():
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
	default:
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
	}
	return unix.Mount(e.Name(), path, "none", unix.MS_BIND|unix.MS_REC, "")
}

// loopbackUp brings up lo, which is down in a new network namespace.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	err = unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo)
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	return errors.Join(err, unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo))
}
