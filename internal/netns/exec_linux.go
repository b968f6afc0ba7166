package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Room is a namespace as a program sees it that is started inside: besides
// the network it has a mount namespace of its own, with the namespace's files
// of /etc/netns/NAME over those of /etc and a /sys that shows its links, as
// ip-netns(8) does it.
type Room struct {
	Namespace string // name, or [Host]

	// Hosts is added to /etc/hosts, unless /etc/netns/NAME/hosts is there.
	Hosts []byte
}

// Exec replaces this program by another inside the room. It returns only if
// that fails.
func (r Room) Exec(path string, argv, env []string) error {
	// It belongs to a thread, here to the one that main keeps, and exec leaves
	// but the one that calls it.
	var deathSignal int32
	_ = unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&deathSignal)), 0, 0, 0)
	return thread(func() error {
		if err := r.enter(); err != nil {
			return err
		}
		_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(deathSignal), 0, 0, 0)
		return &os.PathError{Op: "exec", Path: path, Err: unix.Exec(path, argv, env)}
	})
}

// Run runs a command inside the room and waits for it, as [exec.Cmd.Run] does.
// The command is killed if this program ends first.
func (r Room) Run(cmd *exec.Cmd) error {
	if err := r.Start(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

// Start starts a command inside the room, as [exec.Cmd.Start] does. The command
// is killed if this program ends first.
func (r Room) Start(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		_ = thread(func() error {
			err := r.start(cmd)
			started <- err
			if err == nil {
				waitEnd(cmd.Process.Pid)
			}
			return nil
		})
	}()
	return <-started
}

func (r Room) start(cmd *exec.Cmd) error {
	if err := r.enter(); err != nil {
		return err
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &unix.SysProcAttr{}
	}
	// Sent when the thread that started it ends: the calling one, which stays
	// until the command has ended.
	cmd.SysProcAttr.Pdeathsig = unix.SIGKILL
	return cmd.Start()
}

// waitEnd waits until a child has ended and leaves its exit code to whoever waits
// for it.
func waitEnd(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// enter takes the calling thread into the room.
func (r Room) enter() error {
	return visit(r.Namespace, func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		if err := r.addHosts(); err != nil {
			return fmt.Errorf("names of nodes in /etc/hosts: %w", err)
		}
		if r.Namespace == Host {
			return nil
		}
		AllowPing()
		return errors.Join(mountSys(), r.bindEtc())
	})
}

// ownMounts gives the calling thread a mount namespace of its own: what it mounts
// from now on nobody else sees.
func ownMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return os.NewSyscallError("unshare", err)
	}
	return os.NewSyscallError("mount --make-rslave /", unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""))
}

// AllowPing lets every user of the calling thread's namespace open ICMP echo
// sockets (icmp(7)), as most machines do and no new namespace does. Where somebody
// has set whom it lets, that stays.
func AllowPing() {
	const file = "/proc/sys/net/ipv4/ping_group_range"
	var first, last int
	now, err := os.ReadFile(file)
	if err == nil {
		_, err = fmt.Sscan(string(now), &first, &last)
	}
	if err != nil || first <= last && first != unmapped {
		return
	}
	// A user namespace knows only the groups that are mapped into it.
	for _, all := range []string{"0 2147483647", "0 0"} {
		if os.WriteFile(file, []byte(all), 0) == nil {
			return
		}
	}
}

// unmapped is what a user namespace shows for a group that it does not know
// (kernel.overflowgid), among them the 1 of "1 0", which lets nobody.
const unmapped = 65534

// addHosts puts a longer hosts file over /etc/hosts. It is kept on a file
// system that only this mount namespace has and that goes with it.
func (r Room) addHosts() error {
	const file = "/etc/hosts"
	old, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || len(r.Hosts) == 0 {
		return nil // nothing to mount over
	}
	if err != nil {
		return err
	}
	const place = "/sys" // any folder will do: it is free again at once
	if err := unix.Mount("vethlab", place, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=4m"); err != nil {
		return os.NewSyscallError("mount tmpfs", err)
	}
	defer unix.Unmount(place, unix.MNT_DETACH)
	longer := filepath.Join(place, "hosts")
	if err := os.WriteFile(longer, append(old, r.Hosts...), 0o644); err != nil {
		return err
	}
	return os.NewSyscallError("mount", unix.Mount(longer, file, "none", unix.MS_BIND, ""))
}

// mountSys mounts a sysfs of the namespace where it is allowed, and else leaves the
// one that is there.
func mountSys() error {
	if err := mountOwnSys(); !errors.Is(err, unix.EPERM) {
		return err
	}
	return nil
}

// mountOwnSys mounts a sysfs of the namespace, as it belongs to whoever mounts it.
// In a user namespace the kernel does not allow that if parts of the old one are
// covered.
func mountOwnSys() error {
	var flags uintptr
	var st unix.Statfs_t
	if err := unix.Statfs("/sys", &st); err == nil && st.Flags&unix.ST_RDONLY != 0 {
		flags = unix.MS_RDONLY
	}
	if err := unix.Unmount("/sys", unix.MNT_DETACH); err != nil && err != unix.EINVAL {
		return os.NewSyscallError("unmount /sys", err)
	}
	return os.NewSyscallError("mount /sys", unix.Mount("sysfs", "/sys", "sysfs", flags, ""))
}

// bindEtc mounts the files of /etc/netns/NAME over those of /etc.
func (r Room) bindEtc() error {
	dir := filepath.Join("/etc/netns", r.Namespace)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		from, to := filepath.Join(dir, e.Name()), filepath.Join("/etc", e.Name())
		if e := unix.Mount(from, to, "none", unix.MS_BIND, ""); e != nil {
			err = errors.Join(err, fmt.Errorf("mount %s on %s: %w", from, to, e))
		}
	}
	return err
}
