package probe

import (
	"context"
	"errors"
	"fmt"
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
		handle: func(m []byte) (bool, error) { return lookup.handle(m, time.Now()) },
	})
	if lookup.truncated() {
		_, err = c.connected(ctx, q, retryWaits, func(ctx context.Context, l *connection, _ *reply) error {
			wrong, err := lookup.overTCP(l)
			return wrongAnswer(l.cause(ctx, err), wrong)
		})
		if err != nil {
			err = fmt.Errorf("over TCP, after a truncated response: %w", err)
		}
	}
	timeout, wrong := (*Timeout)(nil), (*WrongAnswer)(nil)
	if lookup.sum(&r) && (errors.As(err, &timeout) || errors.As(err, &wrong)) {
		return r, nil // one record type is answered
	}
	return r, err
}

// overTCP sends the queries over TCP, where each message begins with its length. wrong
// is the last wrong answer.
func (l *lookup) overTCP(conn io.ReadWriter) (wrong, err error) {
	var all []byte
	for _, m := range l.next(time.Now()) {
		all = appendDNS(all, m)
	}
	if _, err := conn.Write(all); err != nil {
		return nil, err
	}
	for l.truncated() {
		m, err := readDNS(conn)
		if err != nil {
			return wrong, err
		}
		if _, err := l.handle(m, time.Now()); err != nil {
			wrong = err
		}
	}
	return nil, nil
}
