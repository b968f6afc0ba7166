package probe

import (
	"bytes"
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
func (c *caller) askUDP(ctx context.Context, q Question, again []time.Duration) (reply, error) {
	var r reply
	cookie := binary.BigEndian.AppendUint64(nil, rand.Uint64())
	var start time.Time // when the first was sent
	header := ipv4Header
	if q.ipv6() {
		header = ipv6Header
	}
	d := dialogue{
		next: func() [][]byte {
			if start.IsZero() {
				start = time.Now()
			}
			m := binary.BigEndian.AppendUint64(bytes.Clone(cookie), uint64(time.Since(start)))
			return [][]byte{append(m, make([]byte, max(0, q.Size-header-udpHeader-len(m)))...)}
		},
		take: func(m []byte) bool {
			r.rtt = time.Since(start)
			if sent := len(cookie); len(m) >= sent+8 && bytes.HasPrefix(m, cookie) {
				r.rtt -= time.Duration(binary.BigEndian.Uint64(m[sent:]))
			}
			return true
		},
	}
	var err error
	r.sent, err = c.converse(ctx, q, again, d)
	return r, err
}

// A dialogue is what is said in datagrams.
type dialogue struct {
	next func() [][]byte     // returns what is to be sent, again what was not answered
	take func(m []byte) bool // takes what came, and reports whether that is all
}

// converse holds a dialogue over a socket of its own, and returns how often
// something was sent.
func (c *caller) converse(ctx context.Context, q Question, again []time.Duration, d dialogue) (sent int, err error) {
	l, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_DGRAM)
	if err != nil {
		return 0, err
	}
	defer l.close()
	ctx, stop := expire(ctx, c.patience(q))
	defer stop()
	return l.converse(ctx, again, d)
}

// converse holds a dialogue until ctx ends at the latest.
func (l *line) converse(ctx context.Context, again []time.Duration, d dialogue) (sent int, err error) {
	defer l.obey(ctx)()
	for {
		for _, m := range d.next() {
			if _, err := l.Write(m); err != nil {
				return sent, l.fault(ctx, err)
			}
		}
		sent++
		wait := time.Time{}
		if len(again) > 0 {
			wait = time.Now().Add(again[min(sent, len(again))-1])
		}
		err := l.listen(ctx, wait, d.take)
		if !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return sent, l.fault(ctx, err)
		}
	}
}

// listen takes datagrams until one is the last, or until a time or the end of
// ctx.
func (l *line) listen(ctx context.Context, until time.Time, take func([]byte) bool) error {
	_ = l.SetReadDeadline(until)
	if ctx.Err() != nil {
		_ = l.SetReadDeadline(past) // that of obey is gone
	}
	buf := make([]byte, 1<<16)
	for {
		n := 0
		var failed error
		err := l.await(false, func(fd int) bool {
			n, failed = unix.Read(fd, buf)
			return failed != unix.EAGAIN && failed != unix.EINTR
		})
		switch {
		case err != nil:
			return err
		case failed != nil:
			return failed
		case take(buf[:n]):
			return nil
		}
	}
}
