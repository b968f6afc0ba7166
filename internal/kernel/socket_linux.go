package kernel

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// Sockets returns the sockets of a namespace that take what comes to them, with
// the processes that hold them as far as /proc shows it to us.
func Sockets(namespace string) ([]dump.Socket, error) {
	var list []dump.Socket
	err := netns.Do(namespace, func() error {
		c, err := dialProtocol(unix.NETLINK_INET_DIAG)
		if err != nil {
			return err
		}
		defer c.close()
		for _, kind := range []struct {
			name     string
			protocol uint8
			states   uint32
		}{
			{"tcp", unix.IPPROTO_TCP, 1 << tcpListen},
			{"udp", unix.IPPROTO_UDP, 1 << tcpClose},
			{"raw", unix.IPPROTO_RAW, 1 << tcpClose},
		} {
			for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
				found, err := c.inetSockets(family, kind.protocol, kind.states)
				if err != nil {
					return err
				}
				for _, s := range found {
					s.Protocol = kind.name
					list = append(list, s)
				}
			}
		}
		found, err := c.unixSockets()
		list = append(list, found...)
		return err
	})
	if err == nil && len(list) > 0 {
		setHolders(list)
	}
	return list, err
}

// States of sockets (linux/tcp_states.h). One of UDP that is not connected is in
// the second.
const (
	tcpListen = 10
	tcpClose  = 7
)

// sockDiagByFamily is SOCK_DIAG_BY_FAMILY (linux/sock_diag.h).
const sockDiagByFamily = 20

// inetSockets asks with a struct inet_diag_req_v2 (linux/inet_diag.h). A kernel
// that knows nothing of a protocol has no sockets of it.
func (c *conn) inetSockets(family, protocol uint8, states uint32) ([]dump.Socket, error) {
	var list []dump.Socket
	err := dumpInto(c, &list, sockDiagByFamily, func(b *batch) {
		h := b.zeros(56)
		h[0], h[1] = family, protocol
		native.PutUint32(h[4:], states)
	}, decodeInetSocket)
	slices.SortStableFunc(list, func(a, b dump.Socket) int { return a.Local.Compare(b.Local) })
	return list, ignoreNoDiag(err)
}

func ignoreNoDiag(err error) error {
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EPROTONOSUPPORT) {
		return nil
	}
	return err
}

// decodeInetSocket reads a struct inet_diag_msg.
func decodeInetSocket(body []byte) (dump.Socket, bool) {
	if len(body) < 72 {
		return dump.Socket{}, false
	}
	size := 4
	if body[0] == unix.AF_INET6 {
		size = 16
	}
	addr, _ := netip.AddrFromSlice(body[8 : 8+size])
	return dump.Socket{
		Local: netip.AddrPortFrom(addr, binary.BigEndian.Uint16(body[4:])),
		Link:  int(native.Uint32(body[40:])),
		UID:   native.Uint32(body[64:]),
		Inode: uint64(native.Uint32(body[68:])),
	}, true
}

// unixSockets asks for listening ones with a struct unix_diag_req
// (linux/unix_diag.h). The kernel tells only of those of the namespace.
func (c *conn) unixSockets() ([]dump.Socket, error) {
	var list []dump.Socket
	err := dumpInto(c, &list, sockDiagByFamily, func(b *batch) {
		h := b.zeros(24)
		h[0] = unix.AF_UNIX
		native.PutUint32(h[4:], 1<<tcpListen)
		native.PutUint32(h[12:], 1) // UDIAG_SHOW_NAME
	}, func(body []byte) (dump.Socket, bool) {
		if len(body) < 16 {
			return dump.Socket{}, false
		}
		s := dump.Socket{Protocol: "unix", Inode: uint64(native.Uint32(body[4:]))}
		if name := find(attributes(body[16:]), 0).data; len(name) > 0 {
			s.Path = strings.TrimRight(string(name), "\x00")
			if name[0] == 0 {
				s.Path = "@" + s.Path[1:]
			}
		}
		return s, true
	})
	slices.SortStableFunc(list, func(a, b dump.Socket) int { return strings.Compare(a.Path, b.Path) })
	return list, ignoreNoDiag(err)
}
