package kernel

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
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
		for _, kind := range socketKinds() {
			found, err := c.inetSockets(kind)
			if err != nil {
				return err
			}
			list = append(list, found...)
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

// A socketKind is a family and protocol of a sock_diag request.
type socketKind struct {
	name     string
	protocol uint8
	state    uint8
}

// socketKinds are those of IP. States are of linux/tcp_states.h: a socket without
// connections that is not connected is in TCP_CLOSE.
func socketKinds() []socketKind {
	const listen, closed = 10, 7
	return []socketKind{{"tcp", unix.IPPROTO_TCP, listen}, {"udp", unix.IPPROTO_UDP, closed}, {"raw", unix.IPPROTO_RAW, closed}}
}

// sockDiagByFamily is SOCK_DIAG_BY_FAMILY (linux/sock_diag.h).
const sockDiagByFamily = 20

// inetSockets asks with a struct inet_diag_req_v2 (linux/inet_diag.h). A kernel
// that does not answer for a protocol has its list in /proc.
func (c *conn) inetSockets(kind socketKind) ([]dump.Socket, error) {
	var all []dump.Socket
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		var list []dump.Socket
		err := dumpInto(c, &list, sockDiagByFamily, func(b *batch) {
			h := b.zeros(56)
			h[0], h[1] = family, kind.protocol
			native.PutUint32(h[4:], 1<<kind.state)
		}, decodeInetSocket)
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) {
			list, err = procSockets(kind, family), nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	for i := range all {
		all[i].Protocol = kind.name
	}
	slices.SortStableFunc(all, func(a, b dump.Socket) int { return a.Local.Compare(b.Local) })
	return all, nil
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
// (linux/unix_diag.h). The kernel reports only those of the namespace.
func (c *conn) unixSockets() ([]dump.Socket, error) {
	var list []dump.Socket
	err := dumpInto(c, &list, sockDiagByFamily, func(b *batch) {
		h := b.zeros(24)
		h[0] = unix.AF_UNIX
		native.PutUint32(h[4:], 1<<socketKinds()[0].state)
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
	if errors.Is(err, unix.ENOENT) { // no unix_diag
		err = nil
	}
	return list, err
}

// procSockets reads /proc/net/raw and its like, of the calling thread's namespace.
func procSockets(kind socketKind, family uint8) []dump.Socket {
	name := kind.name
	if family == unix.AF_INET6 {
		name += "6"
	}
	text, _ := readList(name)
	var list []dump.Socket
	for line := range strings.Lines(string(text)) {
		if s, ok := procSocket(strings.Fields(line), kind); ok {
			list = append(list, s)
		}
	}
	return list
}

// procSocket reads the fields of a line: number, local address, remote address,
// state, queues, timer, retransmissions, user, timeout, inode.
func procSocket(fields []string, kind socketKind) (dump.Socket, bool) {
	if len(fields) < 10 {
		return dump.Socket{}, false
	}
	address, port, _ := strings.Cut(fields[1], ":")
	raw, err := hex.DecodeString(address)
	for i := 0; i+4 <= len(raw); i += 4 { // written as numbers of the machine
		native.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	addr, ok := netip.AddrFromSlice(raw)
	number, _ := strconv.ParseUint(port, 16, 16)
	state, _ := strconv.ParseUint(fields[3], 16, 8)
	uid, _ := strconv.ParseUint(fields[7], 10, 32)
	inode, _ := strconv.ParseUint(fields[9], 10, 64)
	s := dump.Socket{Local: netip.AddrPortFrom(addr, uint16(number)), UID: uint32(uid), Inode: inode}
	return s, err == nil && ok && uint8(state) == kind.state
}
