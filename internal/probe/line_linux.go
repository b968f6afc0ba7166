package probe

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A line is a connected socket inside a namespace. The runtime waits for it.
type line struct {
	*os.File
	to      netip.AddrPort
	sockets semaphore // it counts among
}

func (l *line) close() {
	l.Close()
	l.sockets.release()
}

// dial opens a socket in the target's namespace and connects it; of TCP the
// connection is not there yet. The caller closes it.
func (c *caller) dial(ctx context.Context, t Target, port uint16, typ int) (*line, error) {
	if err := c.sockets.acquire(ctx); err != nil {
		return nil, err
	}
	if err := c.doors.acquire(ctx); err != nil {
		c.sockets.release()
		return nil, err
	}
	to := netip.AddrPortFrom(t.addr(), port)
	fd := -1
	var failed error
	err := inside([]string{t.From}, func(int) (err error) {
		fd, failed, err = connect(t, to, typ)
		return err
	})[0]
	c.doors.release()
	err = cmp.Or(err, failed)
	if err != nil {
		c.sockets.release()
		return nil, err
	}
	return &line{os.NewFile(uintptr(fd), to.String()), to, c.sockets}, nil
}

// connect connects a socket of the calling thread's namespace. It may fail to,
// or err, as there is no socket.
func connect(t Target, to netip.AddrPort, typ int) (fd int, failed, err error) {
	family, level, option := unix.AF_INET, unix.SOL_IP, unix.IP_RECVERR
	if t.ipv6() {
		family, level, option = unix.AF_INET6, unix.SOL_IPV6, unix.IPV6_RECVERR
	}
	fd, err = unix.Socket(family, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, nil, os.NewSyscallError("socket", err)
	}
	err = unix.SetsockoptInt(fd, level, option, 1) // keep who sent an error
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

// obey makes waiting end when ctx does, until stop is called.
func (l *line) obey(ctx context.Context) (stop func()) {
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

// await calls try whenever something may have happened, until it returns true.
// It tries a last time when the wait is over.
func (l *line) await(toWrite bool, try func(fd int) bool) error {
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

// established waits until a TCP connection is there, and returns the round trip
// that took.
func (l *line) established(ctx context.Context) (rtt time.Duration, err error) {
	defer l.obey(ctx)()
	var failed error
	err = l.await(true, func(fd int) bool {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		if n, err := unix.Poll(fds, 0); err != nil || n == 0 {
			return false // woken for nothing
		}
		rtt, failed = handshake(fd)
		return true
	})
	return rtt, l.fault(ctx, cmp.Or(err, failed))
}

// handshake returns how long a connection took that is there or has failed.
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

// fault finds out what an error of a socket means: who sent an ICMP error, or
// that the time is over.
func (l *line) fault(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ctx.Err())):
		return context.Cause(ctx)
	}
	if queued := l.queued(); queued != nil {
		return queued
	}
	if errors.Is(err, unix.ECONNREFUSED) {
		return &Reset{By: l.to.Addr(), Port: l.to.Port()}
	}
	return explain(err)
}

// queued takes an ICMP error out of the socket's queue of errors.
func (l *line) queued() (found error) {
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

// past is a deadline that is over.
var past = time.Unix(1, 0)
