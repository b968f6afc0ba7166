package probe

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// enablePktinfo makes a UDP socket report each datagram's destination address
// (ip(7), IP_PKTINFO; RFC 3542, section 6).
func enablePktinfo(fd int, ipv6 bool) error {
	level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
	if ipv6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
	}
	return os.NewSyscallError("setsockopt PKTINFO", unix.SetsockoptInt(fd, level, option, 1))
}

// serveDatagrams answers datagrams until the socket is closed, each from the
// address that it was sent to. If answer returns nil it sends none.
func serveDatagrams(conn *net.UDPConn, answer func([]byte) []byte) {
	buf, oob := make([]byte, 1<<16), make([]byte, 128)
	for {
		n, oobn, _, from, err := conn.ReadMsgUDPAddrPort(buf, oob)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP error for an earlier answer
		}
		if m := answer(buf[:n]); m != nil {
			_, _, _ = conn.WriteMsgUDPAddrPort(m, replyPktinfo(oob[:oobn]), from)
		}
	}
}

// replyPktinfo turns received IP_PKTINFO into the control message that makes the
// reply's source that address: the same message without the interface, which the
// routing table decides.
func replyPktinfo(oob []byte) []byte {
	for rest := oob; len(rest) > 0; {
		head, data, more, err := unix.ParseOneSocketControlMessage(rest)
		if err != nil {
			return nil
		}
		rest = more
		switch {
		case head.Level == unix.IPPROTO_IPV6 && head.Type == unix.IPV6_PKTINFO && len(data) == unix.SizeofInet6Pktinfo:
			if addr6(data).IsLinkLocalUnicast() {
				return oob // a link-local address needs its interface
			}
			clear(data[16:]) // struct in6_pktinfo: address, interface
		case head.Level == unix.IPPROTO_IP && head.Type == unix.IP_PKTINFO && len(data) == unix.SizeofInet4Pktinfo:
			clear(data[:4]) // struct in_pktinfo: interface, addresses
		}
	}
	return oob
}
