package probe

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batchSize is how many messages are received at a time.
const batchSize = 32

// A batch receives many messages with one call, recvmmsg(2).
type batch struct {
	headers [batchSize]mmsghdr
	vectors [batchSize]unix.Iovec
	names   [batchSize]unix.RawSockaddrInet6 // large enough for both families
	control [batchSize][128]byte
	data    [batchSize][messageSize]byte
	used    int // messages that the last call received
}

// messageSize holds the headers and the payload of a request; the rest of a longer
// message is not needed.
const messageSize = 512

// mmsghdr is struct mmsghdr (recvmmsg(2)).
type mmsghdr struct {
	header unix.Msghdr
	n      uint32
}

func newBatch() *batch {
	b := new(batch)
	for i := range b.headers {
		h := &b.headers[i].header
		b.vectors[i].Base = &b.data[i][0]
		b.vectors[i].SetLen(messageSize)
		h.Iov = &b.vectors[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&b.names[i]))
		h.Control = &b.control[i][0]
	}
	b.used = batchSize
	return b
}

// receive receives the queued messages of a socket, a batch at most, and returns
// their number. Longer ones are truncated but keep their length (MSG_TRUNC).
func (b *batch) receive(fd int) int {
	for i := range b.used { // the kernel has overwritten these
		h := &b.headers[i].header
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(len(b.control[i]))
	}
	b.used = b.receiveInto(fd)
	return b.used
}

func (b *batch) receiveInto(fd int) int {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.headers[0])),
			batchSize, unix.MSG_DONTWAIT|unix.MSG_TRUNC, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case unix.EINTR:
		default:
			return 0
		}
	}
}

// A message is a received message.
type message struct {
	data     []byte     // the first messageSize bytes
	length   int        // of all
	from     netip.Addr // IPv6
	hopLimit int        // IPv6; 0: unknown
	stamp    int64      // receive time (SO_TIMESTAMPNS), in ns of the wall clock; 0: unknown
}

// message returns the i-th message, valid until the next call of receive.
func (b *batch) message(i int) message {
	h := &b.headers[i]
	m := message{data: b.data[i][:min(h.n, messageSize)], length: int(h.n)}
	if b.names[i].Family == unix.AF_INET6 {
		m.from = netip.AddrFrom16(b.names[i].Addr)
	}
	control := b.control[i][:h.header.Controllen]
	for len(control) > 0 {
		head, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			break
		}
		control = rest
		switch {
		case head.Level == unix.SOL_SOCKET && head.Type == unix.SCM_TIMESTAMPNS:
			m.stamp = timespec(data)
		case head.Level == unix.IPPROTO_IPV6 && head.Type == unix.IPV6_HOPLIMIT && len(data) >= 4:
			m.hopLimit = int(binary.NativeEndian.Uint32(data))
		}
	}
	return m
}

// at returns when the kernel received the message. Its stamp is of the wall clock,
// which may have been set since; so the result is never after now.
func (m *message) at(now time.Time) time.Time {
	if m.stamp == 0 {
		return now
	}
	return now.Add(-max(0, time.Duration(now.UnixNano()-m.stamp)))
}

// timespec reads a struct timespec (two native words) as nanoseconds, 0 if b is too
// short.
func timespec(b []byte) int64 {
	switch {
	case len(b) >= 16:
		return int64(binary.NativeEndian.Uint64(b))*1e9 + int64(binary.NativeEndian.Uint64(b[8:]))
	case len(b) >= 8:
		return int64(binary.NativeEndian.Uint32(b))*1e9 + int64(binary.NativeEndian.Uint32(b[4:]))
	}
	return 0
}
