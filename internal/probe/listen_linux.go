package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// serviceSockets are the listening sockets of a service, -1 if it has none.
type serviceSockets struct{ tcp, udp int }

// listen binds the sockets of a service to its port, in the calling thread's
// namespace, at all addresses of both families.
func listen(s Service) (serviceSockets, error) {
	e := serviceSockets{-1, -1}
	port := s.Via.port(s.Port)
	if port == 0 {
		return e, fmt.Errorf("serve %s: no port is given", s.Via)
	}
	var err error
	if s.Via != UDP {
		e.tcp, err = listenOn(unix.SOCK_STREAM, port)
	}
	if err == nil && (s.Via == UDP || s.Via == DNS) {
		e.udp, err = listenOn(unix.SOCK_DGRAM, port)
	}
	switch {
	case s.Via == ICMP || s.Via > DNS:
		err = fmt.Errorf("serve %s: %w", s.Via, errors.ErrUnsupported)
	case errors.Is(err, unix.EADDRINUSE):
		err = fmt.Errorf("serve %s on port %d: %w", s.Via, port, ErrPortInUse)
	case err != nil:
		err = fmt.Errorf("serve %s on port %d: %w", s.Via, port, err)
	}
	if err != nil {
		e.close()
	}
	return e, err
}

// listenOn returns a dual-stack socket, or an IPv4 one if the kernel has no IPv6.
func listenOn(typ int, port uint16) (int, error) {
	fd, err := listenAt(typ, netip.AddrPortFrom(netip.IPv6Unspecified(), port))
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) {
		fd, err = listenAt(typ, netip.AddrPortFrom(netip.IPv4Unspecified(), port))
	}
	return fd, err
}

func listenAt(typ int, at netip.AddrPort) (int, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := bindTo(fd, typ, at); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func bindTo(fd, typ int, at netip.AddrPort) error {
	if at.Addr().Is6() {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0); err != nil {
			return os.NewSyscallError("setsockopt IPV6_V6ONLY", err)
		}
	}
	if typ == unix.SOCK_STREAM {
		// Permits the port while connections of earlier tests are in TIME_WAIT.
		// With another listener bind still fails.
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return os.NewSyscallError("setsockopt SO_REUSEADDR", err)
		}
	} else if err := enablePktinfo(fd, at.Addr().Is6()); err != nil {
		return err
	}
	if err := unix.Bind(fd, sockaddr(at.Addr(), at.Port())); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if typ == unix.SOCK_STREAM {
		return os.NewSyscallError("listen", unix.Listen(fd, unix.SOMAXCONN))
	}
	return nil
}

// wrap returns the sockets as types of package net, which duplicates them, and
// closes the originals.
func (e *serviceSockets) wrap() (listener net.Listener, conn *net.UDPConn, err error) {
	defer e.close()
	if e.tcp >= 0 {
		f := os.NewFile(uintptr(e.tcp), "tcp")
		e.tcp = -1
		defer f.Close()
		if listener, err = net.FileListener(f); err != nil {
			return nil, nil, err
		}
	}
	if e.udp >= 0 {
		f := os.NewFile(uintptr(e.udp), "udp")
		e.udp = -1
		defer f.Close()
		packets, err := net.FilePacketConn(f)
		if err != nil {
			if listener != nil {
				listener.Close()
			}
			return nil, nil, err
		}
		conn = packets.(*net.UDPConn)
	}
	return listener, conn, nil
}

func (e *serviceSockets) close() {
	for _, fd := range []*int{&e.tcp, &e.udp} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}
