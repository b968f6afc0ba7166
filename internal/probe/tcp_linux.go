package probe

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// askTCP asks whether a connection is accepted.
func (c *caller) askTCP(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	return c.connected(ctx, q, retryWaits, func(context.Context, *connection, *reply) error { return nil })
}

// connected opens a connection and calls fn with it. The question's timeout covers
// both.
func (c *caller) connected(ctx context.Context, q Question, retryWaits []time.Duration,
	fn func(context.Context, *connection, *reply) error,
) (reply, error) {
	first, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_STREAM)
	if err != nil {
		return reply{}, err
	}
	ctx, stop := expire(ctx, c.timeoutOf(q))
	defer stop()
	l, r, err := c.race(ctx, first, q, retryWaits)
	if err != nil {
		return r, err
	}
	defer l.close()
	defer l.cancelWith(ctx)()
	return r, l.cause(ctx, fn(ctx, l, &r))
}

// An attempt is one of several connections that are being opened.
type attempt struct {
	conn    *connection // nil: not begun
	rtt     time.Duration
	err     error
	decides bool // established or refused
}

// race waits for a connection, and opens another after each of the waits if none is
// established yet. The first that is established or refused decides. It closes all
// but the connection that it returns.
func (c *caller) race(ctx context.Context, first *connection, q Question, retryWaits []time.Duration) (*connection, reply, error) {
	racing, decide := context.WithCancel(ctx)
	defer decide()
	attempts := make(chan attempt)
	go func() { attempts <- first.attempt(racing) }()
	var after time.Duration
	for _, wait := range retryWaits {
		after += wait
		go func(after time.Duration) { attempts <- c.attemptAfter(racing, after, q) }(after)
	}
	var r reply
	var best attempt
	for range 1 + len(retryWaits) {
		t := <-attempts
		if t.conn != nil {
			r.sent++
		}
		if t.decides && !best.decides {
			best = t
			decide()
		} else if t.conn != nil {
			t.conn.close()
		}
	}
	switch {
	case !best.decides:
		return nil, r, context.Cause(ctx)
	case best.err != nil:
		best.conn.close()
		return nil, r, best.err
	}
	r.rtt = best.rtt
	return best.conn, r, nil
}

// attempt waits until the connection is established.
func (l *connection) attempt(ctx context.Context) attempt {
	rtt, err := l.established(ctx)
	return attempt{l, rtt, err, ctx.Err() == nil || err == nil}
}

// attemptAfter opens another connection.
func (c *caller) attemptAfter(ctx context.Context, after time.Duration, q Question) attempt {
	if sleep(ctx, after) != nil {
		return attempt{}
	}
	l, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_STREAM)
	if err != nil {
		return attempt{} // the first continues
	}
	return l.attempt(ctx)
}
