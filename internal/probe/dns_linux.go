package probe

import (
	"context"
	"errors"
	"io"
	"time"
)

// askDNS asks for the addresses of a name. What does not fit into a datagram
// is asked for again over TCP (RFC 7766).
func (c *caller) askDNS(ctx context.Context, q Question, again []time.Duration) (reply, error) {
	lookup, err := newLookup(q.Name)
	if err != nil {
		return reply{}, err
	}
	var r reply
	r.sent, err = c.converse(ctx, q, again, dialogue{
		next: func() [][]byte { return lookup.next(time.Now()) },
		take: func(m []byte) bool { return lookup.take(m, time.Now()) },
	})
	if lookup.truncated() {
		_, err = c.connected(ctx, q, again, func(_ context.Context, l *line, _ *reply) error { return lookup.over(l) })
	}
	if timeout := (*Timeout)(nil); lookup.sum(&r) && errors.As(err, &timeout) {
		return r, nil // one family is answered
	}
	return r, err
}

// over asks over TCP, where each message begins with its length.
func (l *lookup) over(conn io.ReadWriter) error {
	var all []byte
	for _, m := range l.next(time.Now()) {
		all = appendDNS(all, m)
	}
	if _, err := conn.Write(all); err != nil {
		return err
	}
	for l.truncated() {
		m, err := readDNS(conn)
		if err != nil {
			return err
		}
		l.take(m, time.Now())
	}
	return nil
}
