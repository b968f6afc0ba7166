package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// furnish makes a new set of namespaces one that labs can stand on: it has its
// own /proc, for its own processes, and a /run of its own, with the folders of
// names and locks in it and whatever else is in the machine's. With bare, /run is
// empty and nothing that others mount is seen.
func furnish(bare bool) error {
	// A slave hears of what others unmount: no namespace of theirs is kept.
	if err := unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return &StartError{"mount --make-rslave /", err}
	}
	if bare {
		if err := unhook(); err != nil {
			return err
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return &StartError{StepProc, err}
	}
	// Where parts of the old one are covered the kernel allows no new one, and
	// nothing here needs it: a node's own is mounted when a program goes in.
	_ = unix.Mount("sysfs", "/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	if err := ownRun(bare); err != nil {
		return &StartError{"mount /run", err}
	}
	if err := loopbackUp(); err != nil {
		return &StartError{"ip link set lo up", err}
	}
	netns.AllowPing()
	return nil
}

// unhook makes mounts private, which is only done where no names of others are
// kept by that.
func unhook() error {
	err := unix.Unmount(netns.Dir, unix.MNT_DETACH)
	if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return &StartError{"umount " + netns.Dir, err}
	}
	if err := unix.Mount("", "/", "none", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return &StartError{"mount --make-rprivate /", err}
	}
	return nil
}

// own are the entries of /run that a sandbox has for itself.
var own = map[string]bool{"netns": true, filepath.Base(Dir): true}

// ownRun covers /run by an empty one and puts into it what the machine's has.
func ownRun(bare bool) error {
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
	if err := unix.Mount(runSource, dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return err
	}
	if bare {
		return nil
	}
	home, err := os.Getwd()
	if err != nil {
		home = "/"
	}
	// Under /run the old folder can't be named any more, but it can be stood in.
	if err := old.Chdir(); err != nil {
		return err
	}
	for _, e := range entries {
		if !own[e.Name()] {
			_ = carryOver(e, filepath.Join(dir, e.Name()))
		}
	}
	return os.Chdir(home)
}

// carryOver makes an entry of the working folder appear at a path. Nothing in a
// lab depends on it: one that can't be is left out.
func carryOver(e fs.DirEntry, path string) error {
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

// loopbackUp brings up lo, as every machine has it.
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
