package feature

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

func mendRoom(_ *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo("mkdir /sys")
	case errors.Is(reason, syscall.EINVAL) && m.changedRoot():
		return "make / a mount point: mount --bind DIR DIR before chroot DIR"
	case refused(reason):
		return m.mendProc() // what covers parts of one covers parts of the other
	}
	return ""
}

func mendSysctl(_ *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo(mountProc)
	case m.container() != "":
		return m.mendRights()
	case errors.Is(reason, syscall.EROFS):
		return m.sudo("mount -o remount,rw /proc/sys")
	}
	return m.mendRights()
}

// mendIPv6 says how to do without: kernels boot with IPv6 switched off because
// somebody wants it so.
func mendIPv6(_ *Feature, _ *machine, reason error) string {
	const without = "write `addressing: {ipv6: none}` in the file"
	if lacking(reason) {
		return without + ", or boot without ipv6.disable=1"
	}
	return without
}

func mendTun(f *Feature, m *machine, reason error) string {
	const file = "/dev/net/tun"
	switch name := m.container(); {
	case errors.Is(reason, syscall.EACCES):
		return m.sudo("chmod 0666 " + file)
	case m.exists(file) && lacking(reason), m.configured(f.option) == off:
		return m.mendModule(f)
	case (lacking(reason) || refused(reason)) && (name == "docker" || name == "podman"):
		return fmt.Sprintf("%s run --device %s …", name, file)
	case lacking(reason):
		return m.mendModule(f)
	}
	return m.mendRights()
}

// mendBPF says who may load eBPF programs: never root of a user namespace.
func mendBPF(f *Feature, m *machine, reason error) string {
	boxed := errors.As(reason, &toldError{}) || !m.trueRoot()
	switch {
	case lacking(reason), m.olderThan(f.Since):
		return m.mendModule(f)
	case refused(reason) && boxed:
		return "labs as root: eBPF programs can't be loaded in a user namespace"
	}
	return m.mendRights()
}

func mendTracefs(f *Feature, m *machine, reason error) string {
	switch {
	case errors.Is(reason, fs.ErrNotExist) && m.configured("TRACING") == off:
		return m.mendModule(f)
	case errors.Is(reason, fs.ErrNotExist):
		return m.sudo("mount -t tracefs nodev /sys/kernel/tracing")
	}
	return m.mendRights()
}
