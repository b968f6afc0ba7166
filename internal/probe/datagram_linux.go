package probe

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// wantDestination makes a UDP socket say which address a datagram was sent to
// (ip(7), IP_PKTINFO; RFC 3542, section 6).
func wantDestination(fd int, ipv6 bool) error {
	level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
	if ipv6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
	}
	return os.NewSyscallError("setsockopt PKTINFO", unix.SetsockoptInt(fd, level, option, 1))
}

// answerEach answers datagrams until the socket is closed, each from the
// address that it was sent to. No answer is sent where there is none.
func answerEach(conn *net.UDPConn, answer func([]byte) []byte) {
	buf, oob := make([]byte, 1<<16), make([]byte, 128)
	for {
		n, oobn, _, from, err := conn.ReadMsgUDPAddrPort(buf, oob)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP error to an earlier answer
		}
		if m := answer(buf[:n]); m != nil {
			_, _, _ = conn.WriteMsgUDPAddrPort(m, sameWay(oob[:oobn]), from)
		}
	}
}

// sameWay makes of the message that says where a datagram was sent to the one
// that makes an answer come from there: it is the same, without the interface,
// which is for the routing table to say.
func sameWay(oob []byte) []byte {
	for rest := oob; len(rest) > 0; {
		head, data, more, err := unix.ParseOneSocketControlMessage(rest)
		if err != nil {
			return nil
		}
		rest = more
		switch {
		case head.Level == unix.IPPROTO_IPV6 && head.Type == unix.IPV6_PKTINFO && len(data) == unix.SizeofInet6Pktinfo:
			if addr6(data).IsLinkLocalUnicast() {
				return oob // it is nothing without its interface
			}
			clear(data[16:]) // struct in6_pktinfo: address, interface
		case head.Level == unix.IPPROTO_IP && head.Type == unix.IP_PKTINFO && len(data) == unix.SizeofInet4Pktinfo:
			clear(data[:4]) // struct in_pktinfo: interface, addresses
		}
	}
	return oob
}
