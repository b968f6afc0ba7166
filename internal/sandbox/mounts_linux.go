package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// mountCalls returns the calls that mount a new /proc, /sys and a private /run in new
// namespaces. /run gets every entry of the machine's but the netns names and the locks.
// With bare, /run is empty and mounts are private.
func mountCalls(bare bool) ([]netns.Call, error) {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	// Slave mounts receive unmounts of the parent mount namespace, so no network
	// namespace stays pinned here after its name is deleted outside.
	calls := []netns.Call{netns.MountCall("mount --make-rslave /", "", "/", "none", unix.MS_SLAVE|unix.MS_REC, "")}
	if bare {
		calls = append(calls, privateCalls()...)
	}
	calls = append(calls, netns.MountCall(StepProc, "proc", "/proc", "proc", flags, ""))
	// The kernel refuses a new sysfs where parts of the old one are covered. Nothing
	// here needs it: exec mounts one in each node.
	calls = append(calls, optional(netns.MountCall("mount /sys", "sysfs", "/sys", "sysfs", flags, "")))
	run, err := runCalls(bare)
	if err != nil {
		return nil, &StartError{stepRun, err}
	}
	return append(calls, run...), nil
}

// stepRun is the step of all calls that make /run.
const stepRun = "mount /run"

func optional(c netns.Call) netns.Call {
	c.Optional = true
	return c
}

// privateCalls unmount the folder of netns names and make all mounts private. A private
// mount would pin the namespaces named there after `ip netns del`. In a user namespace the
// kernel refuses to unmount the folder (EINVAL), as where it is not mounted or missing.
func privateCalls() []netns.Call {
	return []netns.Call{
		optional(netns.UnmountCall("umount "+netns.Dir, netns.Dir)),
		netns.MountCall("mount --make-rprivate /", "", "/", "none", unix.MS_PRIVATE|unix.MS_REC, ""),
	}
}

// private are the entries of /run that are not bound into the sandbox.
var private = map[string]bool{"netns": true, filepath.Base(Dir): true}

// runCalls mount a tmpfs on /run and, unless bare is true, bind the entries of the
// machine's /run into it.
func runCalls(bare bool) ([]netns.Call, error) {
	const dir = "/run"
	entries, _ := os.ReadDir(dir) // if it does not exist the calls fail
	size, err := runSize()
	if err != nil {
		return nil, err
	}
	mount := netns.MountCall(stepRun, runSource, dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size="+size)
	if bare {
		return []netns.Call{mount}, nil
	}
	// The tmpfs hides the old folder's path, but names in the working folder still work.
	calls := []netns.Call{netns.ChdirCall(stepRun, dir), mount}
	for _, e := range entries {
		if !private[e.Name()] {
			calls = append(calls, bindCalls(e, filepath.Join(dir, e.Name()))...)
		}
	}
	return calls, nil
}

// bindCalls bind an entry of the working folder to path, or copy it if it is a symbolic
// link. Labs need none of the entries, so the calls are optional.
func bindCalls(e fs.DirEntry, path string) []netns.Call {
	var place netns.Call
	switch {
	case e.Type() == fs.ModeSymlink:
		to, err := os.Readlink(path)
		if err != nil {
			return nil // deleted since
		}
		return []netns.Call{optional(netns.SymlinkCall(stepRun, to, path))}
	case e.IsDir():
		place = netns.MkdirCall(stepRun, path, 0o755)
	default:
		place = netns.FileCall(stepRun, path, 0o600)
	}
	bind := netns.MountCall(stepRun, e.Name(), path, "none", unix.MS_BIND|unix.MS_REC, "")
	return []netns.Call{optional(place), optional(bind)}
}

// setupMounts does the calls of mountCalls, in the same working folder.
func setupMounts(bare bool) error {
	calls, err := mountCalls(bare)
	if err != nil {
		return err
	}
	home, err := os.Getwd()
	if err != nil {
		home = "/"
	}
	for _, c := range calls {
		if err := c.Do(); err != nil {
			return &StartError{c.Step, err}
		}
	}
	return os.Chdir(home)
}

// setupNetwork brings up lo and lets every user ping.
func setupNetwork() error {
	if err := loopbackUp(); err != nil {
		return &StartError{"ip link set lo up", err}
	}
	netns.AllowPing()
	return nil
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
