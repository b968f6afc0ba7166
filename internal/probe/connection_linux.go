package probe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A connection is a connected socket inside a namespace. The Go runtime polls it.
type connection struct {
	*os.File
	to      netip.AddrPort
	sockets semaphore // released on close
}

func (l *connection) close() {
	l.Close()
	l.sockets.release()
}

// dial opens a socket in the namespace From and connects it; a TCP connection is
// not established yet. The caller closes it.
func (c *caller) dial(ctx context.Context, t Target, port uint16, typ int) (*connection, error) {
	if err := c.sockets.acquire(ctx); err != nil {
		return nil, err
	}
	to := netip.AddrPortFrom(t.addr(), port)
	fd := -1
	var failed error
	err := c.pool.inside(t.From, func() (err error) {
		fd, failed, err = connect(t, to, typ)
		return err
	})
	err = cmp.Or(err, failed)
	if err != nil {
		c.sockets.release()
		return nil, err
	}
	return &connection{os.NewFile(uintptr(fd), to.String()), to, c.sockets}, nil
}

// connect opens and connects a socket in the calling thread's namespace. err says
// that there is no socket, failed that it could not be connected.
func connect(t Target, to netip.AddrPort, typ int) (fd int, failed, err error) {
	family, level, option := unix.AF_INET, unix.SOL_IP, unix.IP_RECVERR
	if t.ipv6() {
		family, level, option = unix.AF_INET6, unix.SOL_IPV6, unix.IPV6_RECVERR
	}
	fd, err = unix.Socket(family, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, nil, os.NewSyscallError("socket", err)
	}
	err = unix.SetsockoptInt(fd, level, option, 1) // queue ICMP errors with their source
	if err == nil {
		err = bind(fd, t)
	}
	if err == nil {
		failed = unix.Connect(fd, sockaddr(to.Addr(), to.Port()))
	}
	if errors.Is(failed, unix.EINPROGRESS) {
		failed = nil
	}
	if err != nil || failed != nil {
		unix.Close(fd)
		return -1, explain(failed), err
	}
	return fd, nil, nil
}

// cancelWith makes reads and writes fail when ctx ends, until stop is called.
func (l *connection) cancelWith(ctx context.Context) (stop func()) {
	ended := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		_ = l.SetDeadline(past)
		close(ended)
	})
	return func() {
		if !cancel() {
			<-ended
		}
		_ = l.SetDeadline(time.Time{})
	}
}

// waitUntil calls try whenever the socket may be ready, until it returns true, and
// a last time after the deadline.
func (l *connection) waitUntil(toWrite bool, try func(fd int) bool) error {
	conn, err := l.SyscallConn()
	if err != nil {
		return err
	}
	wait := conn.Read
	if toWrite {
		wait = conn.Write
	}
	if err = wait(func(fd uintptr) bool { return try(int(fd)) }); err == nil {
		return nil
	}
	done := false
	if e := conn.Control(func(fd uintptr) { done = try(int(fd)) }); e != nil || !done {
		return err
	}
	return nil
}

// established waits until a TCP connection is established, and returns the round
// trip of the handshake.
func (l *connection) established(ctx context.Context) (rtt time.Duration, err error) {
	defer l.cancelWith(ctx)()
	var failed error
	err = l.waitUntil(true, func(fd int) bool {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		if n, err := unix.Poll(fds, 0); err != nil || n == 0 {
			return false // spurious wakeup
		}
		rtt, failed = handshake(fd)
		return true
	})
	return rtt, l.cause(ctx, cmp.Or(err, failed))
}

// handshake returns the round trip of a handshake, or the error of a failed one.
func handshake(fd int) (time.Duration, error) {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	if err != nil {
		return 0, err
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, os.NewSyscallError("getsockopt TCP_INFO", err)
	}
	return max(time.Duration(info.Rtt)*time.Microsecond, 1), nil
}

// cause returns the cause of a socket's error: an ICMP error, a reset, a connection
// closed before the response, or the end of ctx.
func (l *connection) cause(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ctx.Err())):
		return context.Cause(ctx)
	}
	if queued := l.queued(); queued != nil {
		return queued
	}
	switch {
	case errors.Is(err, unix.ECONNREFUSED):
		return &Reset{By: l.to.Addr(), Port: l.to.Port()}
	case errors.Is(err, unix.ECONNRESET), errors.Is(err, unix.EPIPE):
		return &WrongAnswer{"the connection was reset before the response"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &WrongAnswer{"the connection was closed before the response"}
	}
	return explain(err)
}

// queued takes an ICMP error from the socket's error queue.
func (l *connection) queued() (found error) {
	conn, err := l.SyscallConn()
	if err != nil {
		return nil
	}
	_ = conn.Control(func(fd uintptr) {
		var oob [256]byte
		_, n, _, _, err := unix.Recvmsg(int(fd), nil, oob[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			return
		}
		messages, err := unix.ParseSocketControlMessage(oob[:n])
		if err != nil {
			return
		}
		for _, m := range messages {
			if e, ok := parseQueued(m.Data); ok && isRecvErr(m.Header) {
				found = e
			}
		}
	})
	return found
}

func isRecvErr(h unix.Cmsghdr) bool {
	return h.Level == unix.SOL_IP && h.Type == unix.IP_RECVERR ||
		h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_RECVERR
}

// past is a deadline that has passed.
var past = time.Unix(1, 0)
