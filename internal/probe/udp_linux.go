package probe

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const udpHeader = 8

// askUDP asks whether a datagram is answered by another.
func (c *caller) askUDP(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	var r reply
	cookie := binary.BigEndian.AppendUint64(nil, rand.Uint64())
	var start time.Time // when the first was sent
	header := ipv4Header
	if q.ipv6() {
		header = ipv6Header
	}
	d := datagramExchange{
		next: func() [][]byte {
			if start.IsZero() {
				start = time.Now()
			}
			m := binary.BigEndian.AppendUint64(bytes.Clone(cookie), uint64(time.Since(start)))
			return [][]byte{append(m, make([]byte, max(0, q.Size-header-udpHeader-len(m)))...)}
		},
		handle: func(m []byte) (bool, error) {
			r.rtt = time.Since(start)
			if sent := len(cookie); len(m) >= sent+8 && bytes.HasPrefix(m, cookie) {
				r.rtt -= time.Duration(binary.BigEndian.Uint64(m[sent:]))
			}
			return true, nil
		},
	}
	var err error
	r.sent, err = c.exchangeDatagrams(ctx, q, retryWaits, d)
	return r, err
}

// A datagramExchange produces requests and consumes answers.
type datagramExchange struct {
	next func() [][]byte // returns the datagrams to send, those without an answer again

	// handle processes a received datagram, and reports whether it is the last. The
	// error is a [*WrongAnswer]; the exchange goes on.
	handle func(m []byte) (last bool, err error)
}

// exchangeDatagrams runs an exchange over a socket of its own, and returns how often
// it sent requests.
func (c *caller) exchangeDatagrams(ctx context.Context, q Question, retryWaits []time.Duration, d datagramExchange) (sent int, err error) {
	l, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_DGRAM)
	if err != nil {
		return 0, err
	}
	defer l.close()
	ctx, stop := expire(ctx, c.timeoutOf(q))
	defer stop()
	return l.exchangeDatagrams(ctx, retryWaits, d)
}

// exchangeDatagrams runs an exchange until ctx ends at the latest. If it times out
// after wrong answers, the error is the last of these.
func (l *connection) exchangeDatagrams(ctx context.Context, retryWaits []time.Duration, d datagramExchange) (sent int, err error) {
	defer l.cancelWith(ctx)()
	var wrong error
	handle := func(m []byte) bool {
		last, err := d.handle(m)
		wrong = cmp.Or(err, wrong)
		return last
	}
	for {
		for _, m := range d.next() {
			if _, err := l.Write(m); err != nil {
				return sent, l.cause(ctx, err)
			}
		}
		sent++
		wait := time.Time{}
		if len(retryWaits) > 0 {
			wait = time.Now().Add(retryWaits[min(sent, len(retryWaits))-1])
		}
		err := l.listen(ctx, wait, handle)
		if !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return sent, wrongAnswer(l.cause(ctx, err), wrong)
		}
	}
}

// wrongAnswer returns err or, if that is a timeout, the wrong answer that came before.
func wrongAnswer(err, wrong error) error {
	if timeout := (*Timeout)(nil); wrong != nil && errors.As(err, &timeout) {
		return wrong
	}
	return err
}

// listen receives datagrams until handle returns true, until a time, or until ctx
// ends.
func (l *connection) listen(ctx context.Context, until time.Time, handle func([]byte) bool) error {
	_ = l.SetReadDeadline(until)
	if ctx.Err() != nil {
		_ = l.SetReadDeadline(past) // it overwrote that of cancelWith
	}
	buf := make([]byte, 1<<16)
	for {
		n := 0
		var failed error
		err := l.waitUntil(false, func(fd int) bool {
			n, failed = unix.Read(fd, buf)
			return failed != unix.EAGAIN && failed != unix.EINTR
		})
		switch {
		case err != nil:
			return err
		case failed != nil:
			return failed
		case handle(buf[:n]):
			return nil
		}
	}
}
