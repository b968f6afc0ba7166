package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// A conn is a netlink socket. It belongs to the namespace that its thread was in
// when it was opened and is used by one goroutine at a time.
type conn struct {
	fd  int
	in  []byte
	seq uint32 // of the last message of a batch or dump, so that each has another

	// withStats is set once the kernel has left out more than the statistics, see
	// linkFilter.
	withStats bool

	inside  bool         // the thread that uses it is in the socket's namespace
	strict  bool         // see [conn.setStrict]
	foreign *foreignRead // bounds what is read; nil: no bound
}

// dial opens a route socket in the calling thread's namespace and joins groups.
func dial(groups ...int) (*conn, error) { return dialProtocol(unix.NETLINK_ROUTE, groups...) }

func dialProtocol(protocol int, groups ...int) (*conn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, os.NewSyscallError("netlink socket", err)
	}
	// Best effort: without them errors have no message (kernel < 4.12).
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1)
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1)
	if len(groups) > 0 {
		// The kernel's own events have the source port 0, and a socket does not
		// receive events of its own port: so it must have another one than 0.
		if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
			unix.Close(fd)
			return nil, os.NewSyscallError("bind netlink socket", err)
		}
	}
	for _, group := range groups {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group); err != nil {
			unix.Close(fd)
			return nil, os.NewSyscallError("join netlink group", err)
		}
	}
	return &conn{fd: fd}, nil
}

func (c *conn) close() { unix.Close(c.fd) }

// reopen replaces the socket by another in the same namespace: the kernel has no message
// that ends a dump, and a socket has one dump at a time.
func (c *conn) reopen() error {
	if c.inside {
		return c.redial()
	}
	ns, err := unix.IoctlRetInt(c.fd, unix.SIOCGSKNS)
	if err != nil {
		return os.NewSyscallError("ioctl SIOCGSKNS", err)
	}
	defer unix.Close(ns)
	return netns.DoFd(ns, c.redial)
}

// redial is reopen in the calling thread's namespace.
func (c *conn) redial() error {
	other, err := dial()
	if err != nil {
		return err
	}
	unix.Close(c.fd)
	if c.fd = other.fd; c.strict {
		return c.setStrict()
	}
	return nil
}

// setStrict makes the kernel check requests, and filter by what is in them, since Linux
// 4.20.
func (c *conn) setStrict() error {
	c.strict = true
	return c.setOption(unix.NETLINK_GET_STRICT_CHK, 1)
}

// setOption sets an option of netlink(7).
func (c *conn) setOption(option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(c.fd, unix.SOL_NETLINK, option, value))
}

// inSize is the size of the receive buffer, in bytes, which is also how much the
// kernel puts into one datagram of a dump. A single link takes 1.5 KiB.
const inSize = 16 << 10

// maxInSize is the size of a receive buffer that holds every message: the kernel puts less
// than 64 KiB of alternative names into that of a link (rtnl_alt_ifname of
// net/core/rtnetlink.c), and up to 32 KiB into a datagram of smaller ones.
const maxInSize = 128 << 10

// errTruncated is the error of a datagram that was larger than the buffer, which now is
// large enough for every one.
var errTruncated = errors.New("netlink: answer larger than the receive buffer")

var errMalformed = errors.New("netlink: malformed answer")

// header is a struct nlmsghdr.
type header struct {
	typ, flags uint16
	seq        uint32
}

// receive reads one datagram and calls fn for each message in it.
func (c *conn) receive(fn func(h header, body []byte)) error {
	if c.in == nil {
		c.in = make([]byte, inSize)
	}
	n, err := retryEINTR(func() (int, error) {
		n, _, err := unix.Recvfrom(c.fd, c.in, unix.MSG_TRUNC)
		return n, err
	})
	if err != nil {
		return os.NewSyscallError("recv", err)
	}
	if n > len(c.in) {
		c.in = make([]byte, maxInSize)
		return errTruncated
	}
	return eachMessage(c.in[:n], fn)
}

// eachMessage calls fn for each message of a datagram.
func eachMessage(b []byte, fn func(h header, body []byte)) error {
	for len(b) >= unix.NLMSG_HDRLEN {
		size := int(native.Uint32(b))
		if size < unix.NLMSG_HDRLEN || size > len(b) {
			return errMalformed
		}
		h := header{typ: native.Uint16(b[4:]), flags: native.Uint16(b[6:]), seq: native.Uint32(b[8:])}
		fn(h, b[unix.NLMSG_HDRLEN:size])
		b = b[min(len(b), (size+unix.NLMSG_ALIGNTO-1)&^(unix.NLMSG_ALIGNTO-1)):]
	}
	return nil
}

func (c *conn) send(b []byte) error {
	_, err := retryEINTR(func() (int, error) {
		return 0, unix.Sendto(c.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	})
	return os.NewSyscallError("send", err)
}

func retryEINTR(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// refusal is the kernel's negative answer to a message.
type refusal struct {
	op      int    // the Op the message was made for
	seq     uint32 // of the message, in a transaction
	errno   unix.Errno
	message string // the kernel's own explanation, often empty
}

func (r *refusal) Error() string {
	if r.message == "" {
		return r.errno.Error()
	}
	return fmt.Sprintf("%s: %s", r.errno, r.message)
}

func (r *refusal) Unwrap() error { return r.errno }

// parseRefusal reads the body of an NLMSG_ERROR. Nil: it was an
// acknowledgement.
func parseRefusal(body []byte) *refusal {
	if len(body) < 4 {
		return nil
	}
	errno := int32(native.Uint32(body))
	if errno == 0 {
		return nil
	}
	r := &refusal{errno: unix.Errno(-errno)}
	const fixed = 4 + unix.NLMSG_HDRLEN // the request's payload is left out by NETLINK_CAP_ACK
	if len(body) > fixed {
		for a := range eachAttribute(body[fixed:]) {
			if a.typ == unix.NLMSGERR_ATTR_MSG {
				r.message = a.text()
			}
		}
	}
	return r
}

// do sends a batch, waits for the kernel's answers, and empties the batch. The error is
// the first [refusal]; the messages after it are processed all the same.
func (c *conn) do(b *batch) error {
	defer b.reset()
	var first *refusal
	for start, end := 0, 0; start < len(b.ops); start = end {
		end = b.part(start)
		refused, err := c.doPart(b, start, end)
		if err != nil {
			return err
		}
		if first == nil {
			first = refused
		}
	}
	if first != nil {
		return first
	}
	return nil
}

// doPart sends some messages of a batch, with an acknowledgement of the last, and returns
// the first refusal. Answers to messages before them, which an error has left, are ignored.
func (c *conn) doPart(b *batch, start, end int) (first *refusal, err error) {
	for i := start; i < end; i++ {
		c.seq++
		native.PutUint32(b.buf[b.starts[i]+8:], c.seq)
	}
	b.askAck(end - 1)
	if err := c.send(b.messages(start, end)); err != nil {
		return nil, err
	}
	for done := false; !done; {
		err := c.receive(func(h header, body []byte) {
			back := int(c.seq - h.seq)
			if h.typ != unix.NLMSG_ERROR || back >= end-start {
				return
			}
			if r := parseRefusal(body); r != nil && first == nil {
				first = r
				r.op = b.ops[end-1-back]
			}
			done = back == 0
		})
		if err != nil {
			return nil, err
		}
	}
	return first, nil
}

// get sends one request that has one answer and returns a copy of its body.
func (c *conn) get(b *batch) ([]byte, error) {
	defer b.reset()
	answer, err := c.getOnce(b)
	if errors.Is(err, errTruncated) {
		return c.getOnce(b)
	}
	return answer, err
}

func (c *conn) getOnce(b *batch) ([]byte, error) {
	c.seq++
	native.PutUint32(b.buf[8:], c.seq)
	if err := c.send(b.buf); err != nil {
		return nil, err
	}
	var answer []byte
	var refused *refusal
	for done := false; !done; {
		err := c.receive(func(h header, body []byte) {
			switch {
			case h.seq != c.seq: // an answer to an earlier message
				return
			case h.typ == unix.NLMSG_ERROR:
				refused = parseRefusal(body)
			default:
				answer = append([]byte(nil), body...)
			}
			done = true
		})
		if err != nil {
			return nil, err
		}
	}
	if refused != nil {
		return nil, refused
	}
	return answer, nil
}

// pollInterval is how often a wait checks its context.
const pollInterval = 50 // ms

// poll waits until there is something to receive.
func (c *conn) poll(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if ready, err := c.await(pollInterval); ready || err != nil {
			return err
		}
	}
}

// await waits for at most ms milliseconds and reports whether there is something to
// receive.
func (c *conn) await(ms int) (bool, error) {
	fds := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, ms)
	if err != nil && err != unix.EINTR {
		return false, os.NewSyscallError("poll", err)
	}
	return n > 0, nil
}
