package kernel

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// netAddrSet is NET_ADDR_SET (linux/netdevice.h): somebody set the MAC. Otherwise the
// kernel chose it, or took it from the hardware or another link.
const netAddrSet = "3"

// SetMACs returns the links of a namespace whose MAC somebody set, by name. Only sysfs has
// that, and a sysfs shows the namespace that mounted it, so one is mounted for the read,
// without a place in the file system. Where that is not allowed, the result is nil: unknown.
func SetMACs(ns *dump.Namespace) (map[string]bool, error) {
	var set map[string]bool
	err := netns.Do(ns.Name, func() error {
		fd, err := sysfs()
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EACCES) {
			return nil
		}
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		set = map[string]bool{}
		for _, l := range ns.Links {
			if strings.TrimSpace(readAt(fd, "class/net/"+l.Name+"/addr_assign_type")) == netAddrSet {
				set[l.Name] = true
			}
		}
		return nil
	})
	return set, err
}

// sysfs returns a mount of the calling thread's sysfs, which goes with the descriptor.
func sysfs() (int, error) {
	fs, err := unix.Fsopen("sysfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC|unix.MOUNT_ATTR_NODEV)
}

// readAt returns the first bytes of a file below a folder; "" if it can't be read.
func readAt(dir int, path string) string {
	fd, err := unix.Openat(dir, path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	b := make([]byte, 64)
	n, _ := unix.Read(fd, b)
	return string(b[:max(n, 0)])
}
