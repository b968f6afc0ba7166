package probe

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"math"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// flowHeader begins a datagram: sequence number, from 1, and send time.
	flowHeader = 8 + 8

	// helloSize is the size of a hello datagram, which precedes the flow. It is
	// smaller than any datagram of the flow.
	helloSize = flowHeader - 1

	// tailWait is how long to wait for the last datagrams, besides four times
	// their transit time.
	tailWait = 200 * time.Millisecond
)

// A udpTransfer sends UDP datagrams.
type udpTransfer struct {
	from, to *connection // connected to each other
	size     int         // payload bytes of a datagram
	pacer    pacer
	start    time.Time
	ended    atomic.Bool // all is sent

	sent, datagrams atomic.Int64 // bytes, and datagrams
	in              arrivals
}

// openUDP opens two sockets, in two namespaces, that are connected to each other.
func openUDP(ctx context.Context, r FlowTarget, opts FlowOptions, reverse bool) (transfer, error) {
	c := newCaller(Options{Timeout: opts.Timeout})
	defer c.close()
	far, err := c.openFar(ctx, r, opts.Port)
	if err != nil {
		return nil, err
	}
	port := far.to.Port()
	near, err := c.dial(ctx, r.Target, port, unix.SOCK_DGRAM)
	if err != nil {
		far.close()
		return nil, err
	}
	if err := connectEnds(ctx, near, far, opts.Timeout); err != nil {
		near.close()
		far.close()
		return nil, err
	}
	u := &udpTransfer{from: near, to: far, pacer: pacer{rate: opts.Rate}, size: max(opts.Size, flowHeader)}
	if opts.Size == 0 {
		u.size = sizeFor(ctx, r.Target)
	}
	if reverse {
		u.from, u.to = far, near
	}
	return u, u.to.stamp()
}

// openFar opens the socket in the target's namespace.
func (c *caller) openFar(ctx context.Context, r FlowTarget, port uint16) (*connection, error) {
	if err := c.sockets.acquire(ctx); err != nil {
		return nil, err
	}
	fd, err := r.listen(unix.SOCK_DGRAM, port)
	if err != nil {
		c.sockets.release()
		return nil, err
	}
	l := &connection{os.NewFile(uintptr(fd), "udp"), netip.AddrPort{}, c.sockets}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		l.close()
		return nil, os.NewSyscallError("getsockname", err)
	}
	l.to = addrPort(sa)
	return l, nil
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// connectEnds exchanges hello datagrams, and connects the far end to their source
// address.
func connectEnds(ctx context.Context, near, far *connection, timeout time.Duration) error {
	ctx, stop := expire(ctx, timeout)
	var answering sync.WaitGroup
	defer answering.Wait()
	defer stop()
	token := make([]byte, helloSize)
	_, _ = rand.Read(token) // it never fails
	answering.Go(func() {
		defer far.cancelWith(ctx)()
		if far.accept(token) == nil {
			_ = far.echo(ctx, token)
		}
	})
	_, err := near.exchangeDatagrams(ctx, resendWaits[:], datagramExchange{
		next:   func() [][]byte { return [][]byte{token} },
		handle: func(m []byte) (bool, error) { return bytes.Equal(m, token), nil },
	})
	return err
}

// accept waits for a hello and connects the socket to its source address. It drops
// what other programs have sent to the port.
func (l *connection) accept(token []byte) error {
	var from unix.Sockaddr
	var failed error
	buf := make([]byte, chunk)
	err := l.waitUntil(false, func(fd int) bool {
		for failed = nil; failed == nil; { // the runtime reports readiness once for all that is queued
			var n int
			n, from, failed = unix.Recvfrom(fd, buf, 0)
			if failed == nil && bytes.Equal(buf[:n], token) {
				failed = cmp.Or(unix.Connect(fd, from), dropQueued(fd, buf))
				return true
			}
		}
		return !errors.Is(failed, unix.EAGAIN)
	})
	return errors.Join(err, failed)
}

// dropQueued receives all queued datagrams. Those of other programs may have been
// queued before the socket was connected.
func dropQueued(fd int, buf []byte) error {
	for {
		_, _, err := unix.Recvfrom(fd, buf, 0)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case err != nil:
			return os.NewSyscallError("recvfrom", err)
		}
	}
}

// echo answers hellos until ctx ends, as the first answer may be lost.
func (l *connection) echo(ctx context.Context, token []byte) error {
	for {
		if _, err := l.Write(token); err != nil {
			return err
		}
		if err := l.listen(ctx, time.Time{}, func([]byte) bool { return true }); err != nil {
			return err
		}
	}
}

// sizeFor returns how many payload bytes fit into an unfragmented datagram to a
// target.
func sizeFor(ctx context.Context, t Target) int {
	headers, mtu := ipv4Header+udpHeader, 576 // RFC 791: the size that every host must accept
	if t.ipv6() {
		headers, mtu = ipv6Header+udpHeader, 1280 // RFC 8200
	}
	if found, err := PathMTU(ctx, t, MTUOptions{}); err == nil {
		mtu = found.Size
	}
	return mtu - headers
}

// stamp makes the kernel timestamp received datagrams.
func (l *connection) stamp() error {
	conn, err := l.SyscallConn()
	if err != nil {
		return err
	}
	e := conn.Control(func(fd uintptr) {
		enlarge(int(fd), unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, flowBuffer)
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	return errors.Join(e, os.NewSyscallError("setsockopt SO_TIMESTAMPNS", err))
}

// flowBuffer is the receive buffer in bytes, for datagrams that arrive while the
// receiver is not scheduled.
const flowBuffer = 4 << 20

func (u *udpTransfer) close() {
	u.from.close()
	u.to.close()
}

// run implements transfer.
func (u *udpTransfer) run(ctx context.Context) (time.Duration, error) {
	u.start = time.Now()
	var receiving sync.WaitGroup
	receiving.Go(u.receive)
	err := u.send(ctx)
	took := time.Since(u.start)
	u.ended.Store(true)
	receiving.Wait()
	return max(took, u.in.last.Sub(u.start)), ignoreTimeout(err)
}

func (u *udpTransfer) send(ctx context.Context) error {
	m := make([]byte, u.size)
	for number := uint64(1); ; number++ {
		if err := u.pacer.pace(ctx, len(m)); err != nil {
			return err
		}
		binary.BigEndian.PutUint64(m, number)
		binary.BigEndian.PutUint64(m[8:], uint64(time.Now().UnixNano()))
		_, err := u.from.Write(m)
		if err != nil && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.ECONNREFUSED) {
			return u.from.cause(ctx, err)
		}
		u.datagrams.Add(1) // one dropped by a full queue counts as lost
		u.sent.Add(int64(len(m)))
	}
}

// receiveSlice is how often the receiver checks whether all has arrived.
const receiveSlice = 20 * time.Millisecond

func (u *udpTransfer) receive() {
	b := newBatch()
	for {
		_ = u.to.SetReadDeadline(time.Now().Add(receiveSlice))
		n := 0
		_ = u.to.waitUntil(false, func(fd int) bool {
			n = b.receive(fd)
			return n > 0
		})
		now := time.Now()
		for i := range n {
			u.in.handle(b.message(i), now)
		}
		if n == 0 && u.ended.Load() && (u.in.count.Load() >= u.datagrams.Load() || now.Sub(u.in.last) > tailWait+4*u.in.transit) {
			return
		}
	}
}

// arrivals are the statistics of received datagrams.
type arrivals struct {
	bytes, count, highest atomic.Int64 // highest: the highest sequence number
	last                  time.Time
	reordered             int64
	transit               time.Duration // of the last datagram
	jitter                float64       // in nanoseconds
}

// handle counts a datagram.
func (a *arrivals) handle(m message, now time.Time) {
	if len(m.data) < flowHeader {
		return // a hello
	}
	number := int64(binary.BigEndian.Uint64(m.data))
	transit := time.Duration(m.at(now).UnixNano() - int64(binary.BigEndian.Uint64(m.data[8:])))
	if a.count.Load() > 0 {
		a.jitter += (math.Abs(float64(transit-a.transit)) - a.jitter) / 16 // RFC 3550, section 6.4.1
	}
	a.transit, a.last = transit, now
	a.bytes.Add(int64(m.length))
	a.count.Add(1)
	if number < a.highest.Load() {
		a.reordered++
	} else {
		a.highest.Store(number)
	}
}

// progress implements transfer.
func (u *udpTransfer) progress() Sample {
	lost := u.in.highest.Load() - u.in.count.Load()
	if u.ended.Load() {
		lost = u.datagrams.Load() - u.in.count.Load()
	}
	return Sample{Received: u.in.bytes.Load(), Lost: max(0, lost)}
}

// result implements transfer.
func (u *udpTransfer) result(f *Flow) {
	f.Sent, f.Received = u.sent.Load(), u.in.bytes.Load()
	f.Datagrams = u.datagrams.Load()
	f.Lost, f.Reordered = max(0, f.Datagrams-u.in.count.Load()), u.in.reordered
	f.Jitter = time.Duration(u.in.jitter)
}
