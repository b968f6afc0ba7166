package probe

import (
	"bytes"
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
	// flowHeader begins a datagram: its number, from 1, and when it was sent.
	flowHeader = 8 + 8

	// greetingSize is that of what is sent before: it is no datagram of a flow.
	greetingSize = flowHeader - 1

	// quiet is how long the last datagrams are waited for, besides their way.
	quiet = 200 * time.Millisecond
)

// A udpCarrier sends datagrams.
type udpCarrier struct {
	from, to *line // connected to each other
	size     int   // of what a datagram carries
	pacer    pacer
	start    time.Time
	ended    atomic.Bool // all is sent

	sent, datagrams atomic.Int64 // bytes, and how many
	in              arrivals
}

// openUDP opens two sockets, in two namespaces, that are connected to each other.
func openUDP(ctx context.Context, r Route, opts FlowOptions, reverse bool) (carrier, error) {
	c := newCaller(Options{Timeout: opts.Timeout})
	defer c.close()
	far, err := c.answerer(ctx, r, opts.Port)
	if err != nil {
		return nil, err
	}
	port := far.to.Port()
	near, err := c.dial(ctx, r.Target, port, unix.SOCK_DGRAM)
	if err != nil {
		far.close()
		return nil, err
	}
	if err := meetUp(ctx, near, far, opts.Timeout); err != nil {
		near.close()
		far.close()
		return nil, err
	}
	u := &udpCarrier{from: near, to: far, pacer: pacer{rate: opts.Rate}, size: max(opts.Size, flowHeader)}
	if opts.Size == 0 {
		u.size = sizeFor(ctx, r.Target)
	}
	if reverse {
		u.from, u.to = far, near
	}
	return u, u.to.stamp()
}

// answerer opens the socket that the route leads to.
func (c *caller) answerer(ctx context.Context, r Route, port uint16) (*line, error) {
	if err := c.sockets.acquire(ctx); err != nil {
		return nil, err
	}
	fd, err := r.listen(unix.SOCK_DGRAM, port)
	if err != nil {
		c.sockets.release()
		return nil, err
	}
	l := &line{os.NewFile(uintptr(fd), "udp"), netip.AddrPort{}, c.sockets}
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

// meetUp sends greetings there and back, and connects the far end to where they
// come from.
func meetUp(ctx context.Context, near, far *line, timeout time.Duration) error {
	ctx, stop := expire(ctx, timeout)
	var answering sync.WaitGroup
	defer answering.Wait()
	defer stop()
	token := make([]byte, greetingSize)
	_, _ = rand.Read(token) // it never fails
	answering.Go(func() {
		defer far.obey(ctx)()
		if far.accept(token) == nil {
			_ = far.echo(ctx, token)
		}
	})
	_, err := near.converse(ctx, resends[:], dialogue{
		next: func() [][]byte { return [][]byte{token} },
		take: func(m []byte) bool { return bytes.Equal(m, token) },
	})
	return err
}

// accept waits for a greeting and connects the socket to where it came from.
func (l *line) accept(token []byte) error {
	var from unix.Sockaddr
	var failed error
	buf := make([]byte, chunk)
	err := l.await(false, func(fd int) bool {
		var n int
		n, from, failed = unix.Recvfrom(fd, buf, 0)
		if errors.Is(failed, unix.EAGAIN) || failed == nil && !bytes.Equal(buf[:n], token) {
			return false
		}
		if failed == nil {
			failed = unix.Connect(fd, from)
		}
		return true
	})
	return errors.Join(err, failed)
}

// echo answers greetings, as the first answer may be lost, until the time is
// over.
func (l *line) echo(ctx context.Context, token []byte) error {
	for {
		if _, err := l.Write(token); err != nil {
			return err
		}
		if err := l.listen(ctx, time.Time{}, func([]byte) bool { return true }); err != nil {
			return err
		}
	}
}

// sizeFor returns how many bytes a datagram may carry to get to a target in
// one piece.
func sizeFor(ctx context.Context, t Target) int {
	headers, mtu := ipv4Header+udpHeader, 576 // RFC 791: what every host must take
	if t.ipv6() {
		headers, mtu = ipv6Header+udpHeader, 1280 // RFC 8200
	}
	if found, err := PathMTU(ctx, t, MTUOptions{}); err == nil {
		mtu = found.Size
	}
	return mtu - headers
}

// stamp makes the kernel say when it received what is received.
func (l *line) stamp() error {
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

// flowBuffer holds, in bytes, what comes while the receiver does not run.
const flowBuffer = 4 << 20

func (u *udpCarrier) close() {
	u.from.close()
	u.to.close()
}

// run implements carrier.
func (u *udpCarrier) run(ctx context.Context) (time.Duration, error) {
	u.start = time.Now()
	var receiving sync.WaitGroup
	receiving.Go(u.receive)
	err := u.send(ctx)
	took := time.Since(u.start)
	u.ended.Store(true)
	receiving.Wait()
	return max(took, u.in.last.Sub(u.start)), inTime(err)
}

func (u *udpCarrier) send(ctx context.Context) error {
	m := make([]byte, u.size)
	for number := uint64(1); ; number++ {
		if err := u.pacer.pace(ctx, len(m)); err != nil {
			return err
		}
		binary.BigEndian.PutUint64(m, number)
		binary.BigEndian.PutUint64(m[8:], uint64(time.Now().UnixNano()))
		_, err := u.from.Write(m)
		if err != nil && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.ECONNREFUSED) {
			return u.from.fault(ctx, err)
		}
		u.datagrams.Add(1) // one that a full queue did not take is lost
		u.sent.Add(int64(len(m)))
	}
}

// receiveSlice is how often the receiver looks whether all is over.
const receiveSlice = 20 * time.Millisecond

func (u *udpCarrier) receive() {
	b := newBatch()
	for {
		_ = u.to.SetReadDeadline(time.Now().Add(receiveSlice))
		n := 0
		_ = u.to.await(false, func(fd int) bool {
			n = b.receive(fd)
			return n > 0
		})
		now := time.Now()
		for i := range n {
			u.in.take(b.message(i), now)
		}
		if n == 0 && u.ended.Load() && (u.in.count.Load() >= u.datagrams.Load() || now.Sub(u.in.last) > quiet+4*u.in.transit) {
			return
		}
	}
}

// arrivals are what has arrived of a flow.
type arrivals struct {
	bytes, count, highest atomic.Int64 // and the highest number
	last                  time.Time
	reordered             int64
	transit               time.Duration // of the last datagram
	jitter                float64       // in nanoseconds
}

// take takes a datagram.
func (a *arrivals) take(m message, now time.Time) {
	if len(m.data) < flowHeader {
		return // a greeting
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

// sofar implements carrier.
func (u *udpCarrier) sofar() Sample {
	lost := u.in.highest.Load() - u.in.count.Load()
	if u.ended.Load() {
		lost = u.datagrams.Load() - u.in.count.Load()
	}
	return Sample{Received: u.in.bytes.Load(), Lost: max(0, lost)}
}

// result implements carrier.
func (u *udpCarrier) result(f *Flow) {
	f.Sent, f.Received = u.sent.Load(), u.in.bytes.Load()
	f.Datagrams = u.datagrams.Load()
	f.Lost, f.Reordered = max(0, f.Datagrams-u.in.count.Load()), u.in.reordered
	f.Jitter = time.Duration(u.in.jitter)
}
