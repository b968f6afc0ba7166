package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A caller asks questions over a socket each: all protocols but ICMP.
type caller struct {
	timeout time.Duration
	sockets semaphore // bounds the open sockets
	pool    *nsPool
	pairs   map[Target]*pair
}

// A pair is a namespace and the UDP target that it asks.
type pair struct {
	questions int         // to different ports
	refused   atomic.Bool // one was refused
}

// newCaller returns a caller. The caller of newCaller closes it.
func newCaller(opts Options) *caller {
	return &caller{
		timeout: opts.timeout(), sockets: make(semaphore, maxSockets()), pool: newNSPool(),
		pairs: map[Target]*pair{},
	}
}

func (c *caller) close() { c.pool.close() }

// askCalls asks the questions at the given indices, each on its own goroutine.
func askCalls(ctx context.Context, answers []Answer, questions []int, opts Options) {
	if len(questions) == 0 {
		return
	}
	c := newCaller(opts)
	defer c.close()
	for _, i := range questions {
		if q := answers[i].Question; q.Via == UDP {
			if c.pairs[q.Target] == nil {
				c.pairs[q.Target] = &pair{}
			}
			c.pairs[q.Target].questions++
		}
	}
	goroutines := make(semaphore, maxSockets())
	var all sync.WaitGroup
	for _, i := range questions {
		if answers[i].Err = goroutines.acquire(ctx); answers[i].Err == nil {
			all.Go(func() {
				defer goroutines.release()
				c.ask(ctx, &answers[i])
			})
		}
	}
	all.Wait()
}

// ask asks one question.
func (c *caller) ask(ctx context.Context, a *Answer) {
	r, err := c.exchange(ctx, a.Question, c.retryWaits(a.Via))
	if p := c.pairs[a.Target]; p != nil {
		r, err = c.retrySilent(ctx, p, a.Question, r, err)
	}
	a.Sent, a.Err = r.sent, err
	if err != nil {
		return
	}
	a.Found = Reachable
	a.Status, a.RCode, a.Addresses = r.status, r.rcode, r.addresses
	a.Received, a.RTTs = 1, RTTs{r.rtt}
	if a.Count > 0 {
		c.count(ctx, a)
	}
}

// retrySilent asks a UDP question again that timed out after the target refused
// another: Linux sends a burst of six ICMP errors to one host and then one a second
// (icmp_ratelimit), so the error for a closed port may have been suppressed.
func (c *caller) retrySilent(ctx context.Context, p *pair, q Question, r reply, err error) (reply, error) {
	for range p.questions {
		if timeout := (*Timeout)(nil); !errors.As(err, &timeout) || !p.refused.Load() {
			break
		}
		r, err = c.exchange(ctx, q, c.retryWaits(q.Via))
	}
	if err != nil && verdictOf(err) == Refused {
		p.refused.Store(true)
	}
	return r, err
}

// retryWaits returns the waits before retries.
func (c *caller) retryWaits(via Protocol) []time.Duration {
	switch via {
	case TCP, HTTP:
		// Each retry is a connection of its own: the kernel retransmits a lost SYN
		// only after a second.
		return []time.Duration{150 * time.Millisecond, 350 * time.Millisecond}
	}
	return resendWaits[:]
}

// count sends Count requests, one every Interval, without waiting for answers.
func (c *caller) count(ctx context.Context, a *Answer) {
	interval := a.Interval
	if interval == 0 {
		interval = defaultInterval
	}
	rtts := make(RTTs, a.Count)
	var all sync.WaitGroup
	start := time.Now()
	for i := range rtts {
		if a.Err = sleep(ctx, time.Until(start.Add(time.Duration(i)*interval))); a.Err != nil {
			break
		}
		a.Sent = i + 1
		all.Go(func() {
			if r, err := c.exchange(ctx, a.Question, nil); err == nil {
				rtts[i] = r.rtt
			}
		})
	}
	all.Wait()
	a.RTTs = slices.DeleteFunc(rtts, func(rtt time.Duration) bool { return rtt == 0 })
	a.Received = len(a.RTTs)
}

// exchange asks a question, and again after each of the waits.
func (c *caller) exchange(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	switch q.Via {
	case TCP:
		return c.askTCP(ctx, q, retryWaits)
	case UDP:
		return c.askUDP(ctx, q, retryWaits)
	case HTTP:
		return c.askHTTP(ctx, q, retryWaits)
	case DNS:
		return c.askDNS(ctx, q, retryWaits)
	}
	return reply{}, fmt.Errorf("%w: %s", errors.ErrUnsupported, q.Via)
}

// timeoutOf returns a question's timeout.
func (c *caller) timeoutOf(q Question) time.Duration { return cmp.Or(q.Timeout, c.timeout) }

// timeoutSlices is how many timers in sequence make a timeout. When the machine is
// too busy to run us, a timer fires late, and that delay does not count.
const timeoutSlices = 20

// expire returns a context that ends after d, with a [*Timeout] as its cause.
func expire(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	left := timeoutSlices
	var timer *time.Timer
	var mu sync.Mutex // guards left and timer
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(d/timeoutSlices, func() {
		mu.Lock()
		defer mu.Unlock()
		if left--; left > 0 {
			timer.Reset(d / timeoutSlices)
			return
		}
		cancel(&Timeout{d})
	})
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}

// A semaphore bounds how many goroutines hold it.
type semaphore chan struct{}

func (s semaphore) acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s semaphore) release() { <-s }
