package feature

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

func remedySysfs(_ *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo("mkdir /sys")
	case errors.Is(reason, syscall.EINVAL) && m.changedRoot():
		return "make / a mount point: mount --bind DIR DIR before chroot DIR"
	case refused(reason):
		return m.remedyProc() // mounts that cover parts of /proc usually cover parts of /sys too
	}
	return ""
}

func remedySysctl(_ *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo(mountProc)
	case m.container() != "":
		return m.remedyRights()
	case errors.Is(reason, syscall.EROFS):
		return m.sudo("mount -o remount,rw /proc/sys")
	}
	return m.remedyRights()
}

// remedyIPv6 says how to make the lab without IPv6: a disabled IPv6 is usually
// intended.
func remedyIPv6(_ *Feature, _ *machine, reason error) string {
	const without = "write `addressing: {ipv6: none}` in the file"
	if notSupported(reason) {
		return without + ", or boot without ipv6.disable=1"
	}
	return without
}

func remedyTun(f *Feature, m *machine, reason error) string {
	const file = "/dev/net/tun"
	switch name := m.container(); {
	case errors.Is(reason, syscall.EACCES):
		return m.sudo("chmod 0666 " + file)
	case m.exists(file) && notSupported(reason), m.configured(f.option) == off:
		return m.remedyModule(f)
	case (notSupported(reason) || refused(reason)) && (name == "docker" || name == "podman"):
		return fmt.Sprintf("%s run --device %s …", name, file)
	case notSupported(reason):
		return m.remedyModule(f)
	}
	return m.remedyRights()
}

// remedyBPF: root of a user namespace can't load eBPF programs.
func remedyBPF(f *Feature, m *machine, reason error) string {
	sandboxed := errors.As(reason, &childFailure{}) || !m.trueRoot()
	switch {
	case notSupported(reason), m.olderThan(f.Since):
		return m.remedyModule(f)
	case refused(reason) && sandboxed:
		return "labs as root: eBPF programs can't be loaded in a user namespace"
	}
	return m.remedyRights()
}

func remedyTracefs(f *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist) && m.configured("TRACING") == off:
		return m.remedyModule(f)
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo("mount -t tracefs nodev /sys/kernel/tracing")
	}
	return m.remedyRights()
}
