package probe

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// askTCP asks whether a connection is accepted.
func (c *caller) askTCP(ctx context.Context, q Question, again []time.Duration) (reply, error) {
	return c.connected(ctx, q, again, func(context.Context, *line, *reply) error { return nil })
}

// connected opens a connection and calls fn with it. All together may take as
// long as the question may be silent.
func (c *caller) connected(ctx context.Context, q Question, again []time.Duration,
	fn func(context.Context, *line, *reply) error,
) (reply, error) {
	first, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_STREAM)
	if err != nil {
		return reply{}, err
	}
	ctx, stop := expire(ctx, c.patience(q))
	defer stop()
	l, r, err := c.race(ctx, first, q, again)
	if err != nil {
		return r, err
	}
	defer l.close()
	defer l.obey(ctx)()
	return r, l.fault(ctx, fn(ctx, l, &r))
}

// A try is one of several connections that are being opened.
type try struct {
	line    *line // nil: not even begun
	rtt     time.Duration
	err     error
	decides bool // there is a connection, or it was refused
}

// race waits for a connection, and opens another after each of the waits if
// there is none yet. The first that is there or refused decides. It closes all
// but the line that it returns.
func (c *caller) race(ctx context.Context, first *line, q Question, again []time.Duration) (*line, reply, error) {
	racing, decide := context.WithCancel(ctx)
	defer decide()
	tries := make(chan try)
	go func() { tries <- first.try(racing) }()
	var after time.Duration
	for _, wait := range again {
		after += wait
		go func(after time.Duration) { tries <- c.tryAfter(racing, after, q) }(after)
	}
	var r reply
	var best try
	for range 1 + len(again) {
		t := <-tries
		if t.line != nil {
			r.sent++
		}
		if t.decides && !best.decides {
			best = t
			decide()
		} else if t.line != nil {
			t.line.close()
		}
	}
	switch {
	case !best.decides:
		return nil, r, context.Cause(ctx)
	case best.err != nil:
		best.line.close()
		return nil, r, best.err
	}
	r.rtt = best.rtt
	return best.line, r, nil
}

// try waits for a connection.
func (l *line) try(ctx context.Context) try {
	rtt, err := l.established(ctx)
	return try{l, rtt, err, ctx.Err() == nil || err == nil}
}

// tryAfter opens another connection.
func (c *caller) tryAfter(ctx context.Context, after time.Duration, q Question) try {
	if sleep(ctx, after) != nil {
		return try{}
	}
	l, err := c.dial(ctx, q.Target, q.Via.port(q.Port), unix.SOCK_STREAM)
	if err != nil {
		return try{} // the first one goes on
	}
	return l.try(ctx)
}
