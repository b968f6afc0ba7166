package probe

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// A socket is a raw ICMP socket of one family. It belongs to the namespace
// that its thread was in when it was opened.
type socket struct {
	fd   int
	ipv6 bool
	in   [1500]byte
	oob  [64]byte
}

// Limits of what is queued at a socket, in bytes.
const (
	// receiveBuffer holds the answers to a burst of requests.
	receiveBuffer = 1 << 20

	// sendBuffer holds the requests, of a kilobyte each, that wait for
	// neighbours that nobody finds. Where it is full not even those can be
	// asked that are there.
	sendBuffer = 64 << 20
)

// open opens a socket in the calling thread's namespace.
func open(ipv6 bool) (*socket, error) {
	family, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if ipv6 {
		family, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, os.NewSyscallError("icmp socket", err)
	}
	s := &socket{fd: fd, ipv6: ipv6}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, sendBuffer)
	if err := s.filter(); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("icmp filter", err)
	}
	return s, nil
}

func (s *socket) close() { unix.Close(s.fd) }

// filter lets only replies and errors through (raw(7), RFC 3542).
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
	var sa unix.Sockaddr
	if s.ipv6 {
		sa = &unix.SockaddrInet6{Addr: to.As16()}
	} else {
		sa = &unix.SockaddrInet4{Addr: to.As4()}
	}
	for {
		if err := unix.Sendto(s.fd, m, 0, sa); err != unix.EINTR {
			return err
		}
	}
}

// receive returns the next answer that waits. False: none does.
func (s *socket) receive() (a answer, from netip.Addr, ok bool) {
	for {
		n, oobn, _, sa, err := unix.Recvmsg(s.fd, s.in[:], s.oob[:], unix.MSG_DONTWAIT)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return answer{}, netip.Addr{}, false
		}
		switch sa := sa.(type) {
		case *unix.SockaddrInet4:
			from = netip.AddrFrom4(sa.Addr)
			a, ok = parse4(s.in[:n])
		case *unix.SockaddrInet6:
			from = netip.AddrFrom16(sa.Addr)
			a, ok = parse6(s.in[:n])
			a.ttl = hopLimit(s.oob[:oobn])
		}
		if ok {
			return a, from, true
		}
	}
}

// hopLimit finds the hop limit that a packet came with.
func hopLimit(oob []byte) int {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		if m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_HOPLIMIT && len(m.Data) > 0 {
			return int(m.Data[0])
		}
	}
	return 0
}
