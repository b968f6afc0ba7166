package probe

import (
	"context"
	"errors"
	"io"
	"time"
)

// askDNS looks up the addresses of a name. After a truncated response it repeats
// the query over TCP (RFC 7766).
func (c *caller) askDNS(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	lookup, err := newLookup(q.Name)
	if err != nil {
		return reply{}, err
	}
	var r reply
	r.sent, err = c.exchangeDatagrams(ctx, q, retryWaits, datagramExchange{
		next:   func() [][]byte { return lookup.next(time.Now()) },
		handle: func(m []byte) bool { return lookup.handle(m, time.Now()) },
	})
	if lookup.truncated() {
		_, err = c.connected(ctx, q, retryWaits, func(_ context.Context, l *connection, _ *reply) error { return lookup.overTCP(l) })
	}
	if timeout := (*Timeout)(nil); lookup.sum(&r) && errors.As(err, &timeout) {
		return r, nil // one record type is answered
	}
	return r, err
}

// overTCP sends the queries over TCP, where each message begins with its length.
func (l *lookup) overTCP(conn io.ReadWriter) error {
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
		l.handle(m, time.Now())
	}
	return nil
}
