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

// An ExecEnv is the environment of a program that is started inside a network
// namespace. As with ip-netns(8), the program has a mount namespace of its own:
// the files of /etc/netns/NAME cover those of /etc, and /sys shows the namespace's
// links.
type ExecEnv struct {
	Namespace string // name, or [Host]

	// Hosts is appended to /etc/hosts, unless /etc/netns/NAME/hosts exists.
	Hosts []byte

	// Skipped, if not nil, is called with the reason for each file of /etc/netns/NAME
	// that can't cover one of /etc. As with ip-netns(8), the program runs without it.
	Skipped func(error)
}

// Exec replaces this program by another inside the environment. It returns only if
// that fails.
func (e ExecEnv) Exec(path string, argv, env []string) error {
	// The parent-death signal belongs to a thread, here main's. exec ends all
	// threads but the calling one, so that one must have it too.
	var deathSignal int32
	_ = unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&deathSignal)), 0, 0, 0)
	return thread(func() error {
		if err := e.enter(); err != nil {
			return err
		}
		_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(deathSignal), 0, 0, 0)
		return &os.PathError{Op: "exec", Path: path, Err: unix.Exec(path, argv, env)}
	})
}

// Run runs a command inside the environment and waits for it, as [exec.Cmd.Run]
// does. The command is killed if this program ends first.
func (e ExecEnv) Run(cmd *exec.Cmd) error {
	if err := e.Start(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

// Start starts a command inside the environment, as [exec.Cmd.Start] does. The
// command is killed if this program ends first.
func (e ExecEnv) Start(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		_ = thread(func() error {
			err := e.start(cmd)
			started <- err
			if err == nil {
				waitEnd(cmd.Process.Pid)
			}
			return nil
		})
	}()
	return <-started
}

func (e ExecEnv) start(cmd *exec.Cmd) error {
	if err := e.enter(); err != nil {
		return err
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &unix.SysProcAttr{}
	}
	// Sent when the thread that started the command ends: the calling one, which
	// waits until the command has ended.
	cmd.SysProcAttr.Pdeathsig = unix.SIGKILL
	return cmd.Start()
}

// waitEnd waits until a child has ended, without reaping it.
func waitEnd(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// enter moves the calling thread into the environment.
func (e ExecEnv) enter() error {
	return enterAndCall(e.Namespace, func() error {
		if err := ownMounts(); err != nil {
			return err
		}
		if err := e.addHosts(); err != nil {
			return fmt.Errorf("cannot add node names to /etc/hosts: %w", err)
		}
		if e.Namespace == Host {
			return nil
		}
		AllowPing()
		e.bindEtc()
		return mountSys()
	})
}

// ownMounts gives the calling thread a mount namespace of its own, from which no
// mount propagates.
func ownMounts() error {
	if err := unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	return os.NewSyscallError("mount --make-rslave /", unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""))
}

// AllowPing lets every user of the calling thread's namespace open ICMP echo
// sockets (icmp(7)): the default of most distributions, but not of a new
// namespace. A range that was set already stays.
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
	// In a user namespace only mapped groups are accepted.
	for _, all := range []string{"0 2147483647", "0 0"} {
		if os.WriteFile(file, []byte(all), 0) == nil {
			return
		}
	}
}

// unmapped is the group that a user namespace shows for an unmapped one
// (kernel.overflowgid). The default range "1 0", which allows no group, has one.
const unmapped = 65534

// addHosts mounts a longer hosts file over /etc/hosts. Its tmpfs belongs to this
// mount namespace and is deleted with it.
func (e ExecEnv) addHosts() error {
	const file = "/etc/hosts"
	old, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || len(e.Hosts) == 0 {
		return nil // nothing to mount over
	}
	if err != nil {
		return err
	}
	const dir = "/sys" // any folder: it is unmounted at the end
	if err := unix.Mount("vethlab", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=4m"); err != nil {
		return os.NewSyscallError("mount tmpfs", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	longer := filepath.Join(dir, "hosts")
	if err := os.WriteFile(longer, append(old, e.Hosts...), 0o644); err != nil {
		return err
	}
	return os.NewSyscallError("mount", unix.Mount(longer, file, "none", unix.MS_BIND, ""))
}

// mountSys mounts a sysfs of the namespace if that is permitted, and otherwise
// keeps the present one.
func mountSys() error {
	if err := mountOwnSys(); !errors.Is(err, unix.EPERM) {
		return err
	}
	return nil
}

// mountOwnSys mounts a sysfs, which shows the network namespace of the thread that
// mounts it. In a user namespace the kernel refuses with EPERM if mounts cover
// parts of the old one.
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

// bindEtc mounts the files of /etc/netns/NAME over those of /etc, and reports those that
// can't be.
func (e ExecEnv) bindEtc() {
	skipped := e.Skipped
	if skipped == nil {
		skipped = func(error) {}
	}
	dir := filepath.Join("/etc/netns", e.Namespace)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		skipped(err)
	}
	for _, entry := range entries {
		from, to := filepath.Join(dir, entry.Name()), filepath.Join("/etc", entry.Name())
		if err := unix.Mount(from, to, "none", unix.MS_BIND, ""); err != nil {
			skipped(fmt.Errorf("cannot mount %s on %s: %w", from, to, err))
		}
	}
}
