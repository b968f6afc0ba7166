package probe

import (
	"context"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A socket is a raw ICMP socket of one family, in the namespace of the thread that
// opened it.
type socket struct {
	fd   int
	ipv6 bool
	sa4  unix.SockaddrInet4 // reused, to avoid allocations
	sa6  unix.SockaddrInet6
}

// Buffer sizes of a socket, in bytes.
const (
	// receiveBuffer holds the answers to a burst of requests.
	receiveBuffer = 1 << 20

	// sendBuffer holds the requests, of a kilobyte each, that wait for neighbours
	// being resolved. If it is full nothing else can be sent.
	sendBuffer = 64 << 20
)

// open opens a socket in the calling thread's namespace, for targets of the same
// family, source and interface.
func open(t Target) (*socket, error) {
	family, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if t.ipv6() {
		family, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, os.NewSyscallError("icmp socket", err)
	}
	s := &socket{fd: fd, ipv6: t.ipv6()}
	if err := s.prepare(t); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return s, nil
}

func (s *socket) prepare(t Target) error {
	enlarge(s.fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, receiveBuffer)
	enlarge(s.fd, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, sendBuffer)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return os.NewSyscallError("icmp timestamps", err)
	}
	if err := s.filter(); err != nil {
		return os.NewSyscallError("icmp filter", err)
	}
	return bind(s.fd, t)
}

// enlarge enlarges a socket buffer; without CAP_NET_ADMIN only up to
// net.core.rmem_max or wmem_max.
func enlarge(fd, force, option, size int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, size)
	}
}

// bind binds a socket to a target's interface and source address, if set.
func bind(fd int, t Target) error {
	if link := t.link(); link != "" {
		if err := unix.BindToDevice(fd, link); err != nil {
			return &os.PathError{Op: "bind to interface", Path: link, Err: err}
		}
	}
	if !t.Source.IsValid() {
		return nil
	}
	if err := unix.Bind(fd, sockaddr(t.Source, 0)); err != nil {
		return &os.PathError{Op: "bind to address", Path: t.Source.String(), Err: err}
	}
	return nil
}

func sockaddr(a netip.Addr, port uint16) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4(), Port: int(port)}
	}
	return &unix.SockaddrInet6{Addr: a.As16(), Port: int(port)}
}

func (s *socket) close() { unix.Close(s.fd) }

// filter passes only echo replies and errors (raw(7), RFC 3542).
func (s *socket) filter() error {
	if s.ipv6 {
		var f unix.ICMPv6Filter // a set bit blocks
		for i := range f.Data {
			f.Data[i] = ^uint32(0)
		}
		for _, typ := range []int{typeReply6, typeUnreachable6, typeTooBig6, typeExceeded6, typeParameter6} {
			f.Data[typ/32] &^= 1 << (typ % 32)
		}
		if err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1); err != nil {
			return err
		}
		return unix.SetsockoptICMPv6Filter(s.fd, unix.IPPROTO_ICMPV6, unix.ICMPV6_FILTER, &f)
	}
	const icmpFilter = 1 // ICMP_FILTER (linux/icmp.h)
	block := ^uint32(1<<typeReply4 | 1<<typeUnreachable4 | 1<<typeExceeded4 | 1<<typeParameter4)
	return unix.SetsockoptInt(s.fd, unix.SOL_RAW, icmpFilter, int(int32(block)))
}

// send sends one message.
func (s *socket) send(m []byte, to netip.Addr) error {
	var sa unix.Sockaddr = &s.sa4
	if s.ipv6 {
		s.sa6.Addr = to.As16()
		sa = &s.sa6
	} else {
		s.sa4.Addr = to.As4()
	}
	for {
		if err := unix.Sendto(s.fd, m, 0, sa); err != unix.EINTR {
			return err
		}
	}
}

// wait waits until the socket is readable, for d at most, or until ctx ends, whose
// error it returns.
func (s *socket) wait(ctx context.Context, d time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}
	for until := time.Now().Add(d); ctx.Err() == nil; {
		left := time.Until(until)
		if left <= 0 {
			return nil
		}
		n, err := unix.Poll(fds, int(min(left, pollSlice).Milliseconds())+1)
		if n > 0 || err != nil && err != unix.EINTR {
			return os.NewSyscallError("poll", err)
		}
	}
	return ctx.Err()
}

// receive receives the queued messages, a batch at most, and calls each for every
// answer with its receive time. It reports whether more may be queued.
func (s *socket) receive(b *batch, each func(a answer, at time.Time)) bool {
	n := b.receive(s.fd)
	now := time.Now()
	for i := range n {
		m := b.message(i)
		a, ok := answer{}, false
		if s.ipv6 {
			a, ok = parse6(m.data)
			a.from, a.ttl = m.from, m.hopLimit
		} else {
			a, ok = parse4(m.data)
		}
		if !ok {
			continue
		}
		each(a, m.at(now))
	}
	return n == batchSize
}
