package probe

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// chunk is how many bytes are written or read at a time, tokenSize how many
	// random bytes at its start identify our connection.
	chunk     = 128 << 10
	tokenSize = 16
)

// A tcpTransfer sends over a TCP connection.
type tcpTransfer struct {
	from, to       *net.TCPConn
	pacer          pacer
	sent, received atomic.Int64 // bytes
}

// openTCP opens a connection.
func openTCP(ctx context.Context, r FlowTarget, opts FlowOptions, reverse bool) (transfer, error) {
	l, err := listenTCP(r, opts.Port)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	near, err := dialTCP(ctx, r.Target, l.Addr().(*net.TCPAddr).AddrPort().Port(), opts)
	if err != nil {
		return nil, err
	}
	far, err := accept(ctx, l, near, opts)
	if err != nil {
		near.Close()
		return nil, err
	}
	c := &tcpTransfer{from: near, to: far, pacer: pacer{rate: opts.Rate}}
	if reverse {
		c.from, c.to = far, near
	}
	return c, nil
}

// listenTCP listens in the target's namespace.
func listenTCP(r FlowTarget, port uint16) (*net.TCPListener, error) {
	e := serviceSockets{-1, -1}
	var err error
	if e.tcp, err = r.listen(unix.SOCK_STREAM, port); err != nil {
		return nil, err
	}
	l, _, err := e.wrap()
	if err != nil {
		return nil, err
	}
	return l.(*net.TCPListener), nil
}

// dialTCP connects to a port.
func dialTCP(ctx context.Context, t Target, port uint16, opts FlowOptions) (*net.TCPConn, error) {
	c := newCaller(Options{Timeout: opts.Timeout})
	defer c.close()
	var conn net.Conn
	_, err := c.connected(ctx, Question{Target: t, Via: TCP, Port: port}, c.retryWaits(TCP), func(_ context.Context, l *connection, _ *reply) (err error) {
		conn, err = net.FileConn(l.File)
		return err
	})
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// accept accepts the connection whose other end is near. Other connections may
// arrive too: of other programs, which may send nothing, and abandoned attempts of
// dialTCP. So the tokens of all are read at the same time.
func accept(parent context.Context, l *net.TCPListener, near net.Conn, opts FlowOptions) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(parent, opts.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = l.SetDeadline(past) })()
	token := make([]byte, tokenSize)
	_, _ = rand.Read(token) // it never fails
	if _, err := near.Write(token); err != nil {
		return nil, err
	}
	ours := make(chan *net.TCPConn, 1)
	var reading sync.WaitGroup
	for {
		far, err := l.AcceptTCP()
		if err != nil {
			cancel()
			reading.Wait()
			select {
			case far := <-ours:
				return far, far.SetReadDeadline(time.Time{})
			default:
			}
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = cmp.Or(parent.Err(), error(&Timeout{opts.Timeout}))
			}
			return nil, err
		}
		reading.Go(func() {
			if hasToken(ctx, far, token) {
				ours <- far
				cancel() // ends AcceptTCP
			} else {
				far.Close()
			}
		})
	}
}

// hasToken reports whether a connection begins with the token, before ctx ends.
func hasToken(ctx context.Context, conn *net.TCPConn, token []byte) bool {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(past) })
	got := make([]byte, len(token))
	_, err := io.ReadFull(conn, got)
	return stop() && err == nil && bytes.Equal(got, token)
}

func (c *tcpTransfer) close() {
	for _, conn := range []*net.TCPConn{c.from, c.to} {
		_ = conn.SetLinger(0) // discard data in flight
		conn.Close()
	}
}

// run implements transfer. Data in flight at the end is not received: it may be
// much, and slow.
func (c *tcpTransfer) run(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	for _, conn := range []*net.TCPConn{c.from, c.to} {
		defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })()
	}
	var sending sync.WaitGroup
	var sendErr error
	sending.Go(func() { sendErr = c.send(ctx) })
	err := c.receive()
	sending.Wait()
	return time.Since(start), errors.Join(ignoreTimeout(sendErr), ignoreTimeout(err))
}

// ignoreTimeout returns err, or nil if it is the end of a context or a deadline.
func ignoreTimeout(err error) error {
	for _, over := range []error{os.ErrDeadlineExceeded, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, over) {
			return nil
		}
	}
	return err
}

func (c *tcpTransfer) send(ctx context.Context) error {
	size := chunk
	if perSlack := c.pacer.rate / 8 * int64(slack) / int64(time.Second); perSlack > 0 {
		size = int(min(chunk, max(perSlack, 1<<10)))
	}
	b := make([]byte, size)
	for {
		if err := c.pacer.pace(ctx, size); err != nil {
			return err
		}
		n, err := c.from.Write(b)
		c.sent.Add(int64(n))
		if err != nil {
			return err
		}
	}
}

func (c *tcpTransfer) receive() error {
	b := make([]byte, chunk)
	for {
		n, err := c.to.Read(b)
		c.received.Add(int64(n))
		if err != nil {
			return err
		}
	}
}

// progress implements transfer.
func (c *tcpTransfer) progress() Sample {
	return Sample{Received: c.received.Load(), Retransmits: int(c.info().Total_retrans)}
}

// info returns the sender's TCP_INFO.
func (c *tcpTransfer) info() *unix.TCPInfo {
	info := &unix.TCPInfo{}
	if conn, err := c.from.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) {
			if i, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
				info = i
			}
		})
	}
	return info
}

// result implements transfer.
func (c *tcpTransfer) result(f *Flow) {
	info := c.info()
	f.Sent, f.Received = c.sent.Load(), c.received.Load()
	f.Retransmits, f.RTT = int(info.Total_retrans), time.Duration(info.Rtt)*time.Microsecond
}
