package guest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A mount is one call of mount(2).
type mount struct {
	source, target, kind string
	flags                uintptr
	options              string
	optional             bool // kernels may lack it
}

func (m mount) do(root string) error {
	target := filepath.Join(root, m.target)
	err := os.MkdirAll(target, 0o755)
	if err == nil {
		err = unix.Mount(m.source, target, m.kind, m.flags, m.options)
	}
	if err != nil && !m.optional {
		return fmt.Errorf("cannot mount %s on %q: %w", m.kind, target, err)
	}
	return nil
}

func mountAll(root string, list []mount) error {
	for _, m := range list {
		if err := m.do(root); err != nil {
			return err
		}
	}
	return nil
}

// mountKernel mounts what the kernel shows of itself below root.
func mountKernel(root string) error {
	return mountAll(root, []mount{
		{source: "proc", target: "proc", kind: "proc", flags: unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
		{source: "sysfs", target: "sys", kind: "sysfs", flags: unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
		{source: "devtmpfs", target: "dev", kind: "devtmpfs", flags: unix.MS_NOSUID},
	})
}

// enterRoot makes the host's files the machine's: they are seen as they are,
// and what is written over them stays in the machine's memory. The root moves,
// as in switch_root(8): in a mere chroot there are no user namespaces.
func enterRoot(job *Job) error {
	const upper, root = "/upper", "/root"
	err := mountAll("", []mount{
		{source: RootTag, target: "/lower", kind: "9p", flags: unix.MS_RDONLY, options: "trans=virtio,version=9p2000.L,msize=512000,cache=loose"},
		{source: "tmpfs", target: upper, kind: "tmpfs"},
	})
	if err != nil {
		return err
	}
	for _, dir := range []string{upper + "/files", upper + "/work"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	err = mountAll("", []mount{{source: "overlay", target: root, kind: "overlay", options: "lowerdir=/lower,upperdir=" + upper + "/files,workdir=" + upper + "/work"}})
	if err != nil {
		return err
	}
	if err := fill(root, job); err != nil {
		return err
	}
	// Below the new root they would stay, and the kernel would let users mount a /proc
	// of their own even where parts of the new one are covered.
	for _, dir := range []string{"/proc", "/sys", "/dev"} {
		if err := unix.Unmount(dir, 0); err != nil {
			return fmt.Errorf("cannot unmount %q: %w", dir, err)
		}
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("cannot move the root: %w", err)
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return os.Chdir("/")
}

// modprobePath is where the kernel finds what loads its modules: in a folder of
// the machine's, which the host's files don't cover.
const modprobePath = "/run/vethlab-vm/modprobe"

// fill mounts what a system has on its root, with the modules and the
// configuration of the kernel that runs.
func fill(root string, job *Job) error {
	if err := mountKernel(root); err != nil {
		return err
	}
	if err := linkDescriptors(filepath.Join(root, "dev")); err != nil {
		return err
	}
	err := mountAll(root, []mount{
		{source: "devpts", target: "dev/pts", kind: "devpts", flags: unix.MS_NOSUID | unix.MS_NOEXEC, options: "mode=0620,gid=5,ptmxmode=0666"},
		{source: "tmpfs", target: "dev/shm", kind: "tmpfs", flags: unix.MS_NOSUID | unix.MS_NODEV},
		{source: "tmpfs", target: "run", kind: "tmpfs", flags: unix.MS_NOSUID | unix.MS_NODEV, options: "mode=0755"},
		{source: "cgroup2", target: "sys/fs/cgroup", kind: "cgroup2", optional: true},
		{source: "bpf", target: "sys/fs/bpf", kind: "bpf", optional: true},
		{source: "tracefs", target: "sys/kernel/tracing", kind: "tracefs", optional: true},
		{source: filepath.Join(root, job.Modules), target: ModulesOf(job.Release), flags: unix.MS_BIND},
	})
	if err != nil {
		return err
	}
	if err := copyFile(filepath.Join(root, job.Config), filepath.Join(root, "boot/config-"+job.Release), 0o644); err != nil {
		return err
	}
	if err := copyFile("/init", filepath.Join(root, modprobePath), 0o755); err != nil {
		return err
	}
	return os.WriteFile("/proc/sys/kernel/modprobe", []byte(modprobePath), 0o644)
}

func copyFile(from, to string, mode fs.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.WriteFile(to, content, mode)
}

// linkDescriptors creates the names of open files that shells use. The kernel's devtmpfs lacks
// them.
func linkDescriptors(dev string) error {
	for name, target := range map[string]string{"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"} {
		if err := os.Symlink("/proc/self/fd"+target, filepath.Join(dev, name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
