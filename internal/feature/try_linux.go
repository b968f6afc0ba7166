package feature

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func tryRoot() error {
	return local.explainRoot(rights{
		folder:  cmp.Or(writable(netns.Dir), writable(sandbox.Dir)),
		mounts:  mountable(),
		network: netns.TryEnter(),
	})
}

// writable returns why a folder in /run can't be written or, if missing, made.
func writable(dir string) error {
	err := access(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return access("/run")
	}
	return err
}

func access(dir string) error {
	return pathError("write", dir, unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK, unix.AT_EACCESS))
}

func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &os.PathError{Op: op, Path: path, Err: err}
}

// mountable returns why this process can't mount a tmpfs. It opens one with fsopen(2)
// and does not mount it.
func mountable() error {
	fd, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if errors.Is(err, unix.ENOSYS) {
		return nil // fsopen needs Linux 5.2
	}
	if err != nil {
		return os.NewSyscallError("fsopen", err)
	}
	return unix.Close(fd)
}

func tryName() error {
	err := netns.TryName()
	if errors.Is(err, unix.EINVAL) && local.changedRoot() {
		return &untriedError{errors.New("a mount in a chroot may propagate outside")}
	}
	return err
}

func trySysfs() error { return netns.TrySysfs() }

// trySysctl writes a sysctl in a new namespace.
func trySysctl() error {
	return netns.InTemp(func() error {
		return os.WriteFile(sysctlPath("net.ipv4.ip_forward"), []byte("1"), 0)
	})
}

// trySocket opens a socket in a namespace of its own.
func trySocket(family, typ, protocol int) error {
	return netns.InTemp(func() error {
		fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC, protocol)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		return unix.Close(fd)
	})
}

func tryRawSocket() error { return trySocket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP) }

func tryPacketSocket() error { return trySocket(unix.AF_PACKET, unix.SOCK_RAW, 0) }

// tryPingSocket opens a ping socket in a namespace where ping_group_range allows it.
func tryPingSocket() error {
	return netns.InTemp(func() error {
		netns.AllowPing()
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		return unix.Close(fd)
	})
}

func tryTun() error {
	return netns.InTemp(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return pathError("open", "/dev/net/tun", err)
		}
		defer unix.Close(fd) // which deletes the link
		link, err := unix.NewIfreq("try0")
		if err != nil {
			return err
		}
		link.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		return os.NewSyscallError("ioctl TUNSETIFF", unix.IoctlIfreq(fd, unix.TUNSETIFF, link))
	})
}

func tryTracefs() error {
	var first error
	for _, dir := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		_, err := os.ReadDir(dir + "/events/net")
		if err == nil {
			return nil
		}
		if first == nil || !errors.Is(err, fs.ErrNotExist) {
			first = err
		}
	}
	return first
}

func tryBPF() error { return tryProgram(unix.BPF_PROG_TYPE_SOCKET_FILTER, nil) }

func tryXDP() error { return tryProgram(unix.BPF_PROG_TYPE_XDP, nil) }

// tryTCX attaches a program to the ingress of lo.
func tryTCX() error {
	return netns.InTemp(func() error {
		return tryProgram(unix.BPF_PROG_TYPE_SCHED_CLS, func(program int) error {
			const lo = 1
			link, err := bpf(unix.BPF_LINK_CREATE, []uint32{uint32(program), lo, unix.BPF_TCX_INGRESS, 0})
			if err != nil {
				return os.NewSyscallError("bpf link", err)
			}
			return unix.Close(link)
		})
	})
}

// returnZero is a program of two instructions: r0 = 0; exit (RFC 9669). The
// kernel reads it by address, so it must not move, as a Go stack may.
var (
	returnZero = [16]byte{0: 0xb7, 8: 0x95}
	licence    = [4]byte{'G', 'P', 'L'}
)

// tryProgram loads a program and calls use, if not nil, with it.
func tryProgram(typ uint32, use func(program int) error) error {
	// The beginning of union bpf_attr for BPF_PROG_LOAD (linux/bpf.h).
	attributes := struct {
		typ, size              uint32
		instructions, licence  uint64
		logLevel, logSize      uint32
		log                    uint64
		kernelVersion, options uint32
	}{
		typ: typ, size: uint32(len(returnZero) / 8),
		instructions: uint64(uintptr(unsafe.Pointer(&returnZero))),
		licence:      uint64(uintptr(unsafe.Pointer(&licence))),
	}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes))
	if errno != 0 {
		return os.NewSyscallError("bpf", errno)
	}
	defer unix.Close(int(fd))
	if use == nil {
		return nil
	}
	return use(int(fd))
}

// bpf calls bpf(2) with the first words of its attributes.
func bpf(command int, attributes []uint32) (fd int, err error) {
	r, _, errno := unix.Syscall(unix.SYS_BPF, uintptr(command),
		uintptr(unsafe.Pointer(unsafe.SliceData(attributes))), uintptr(4*len(attributes)))
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}
