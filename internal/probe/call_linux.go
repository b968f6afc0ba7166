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

// A caller asks questions over sockets of their own: all but echo requests.
type caller struct {
	timeout time.Duration
	sockets semaphore // that are open
	doors   semaphore // namespaces that are being entered
	pairs   map[Target]*pair
}

// A pair is who asks and who is asked, by UDP.
type pair struct {
	questions int         // for different ports
	refused   atomic.Bool // one of them was
}

// maxDoors bounds the threads that enter namespaces.
const maxDoors = 4

func newCaller(opts Options) *caller {
	return &caller{
		timeout: opts.timeout(), sockets: make(semaphore, maxSockets()), doors: make(semaphore, maxDoors),
		pairs: map[Target]*pair{},
	}
}

// askCalls asks questions, given by their numbers, each on its own goroutine.
func askCalls(ctx context.Context, answers []Answer, questions []int, opts Options) {
	c := newCaller(opts)
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
	r, err := c.exchange(ctx, a.Question, c.again(a.Via))
	if p := c.pairs[a.Target]; p != nil {
		r, err = c.askOn(ctx, p, a.Question, r, err)
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

// askOn goes on asking by UDP where silence may mean nothing: a host sends
// another six ICMP errors at once and then one a second (icmp_ratelimit), so if
// more of its ports are closed it says so later.
func (c *caller) askOn(ctx context.Context, p *pair, q Question, r reply, err error) (reply, error) {
	for range p.questions {
		if timeout := (*Timeout)(nil); !errors.As(err, &timeout) || !p.refused.Load() {
			break
		}
		r, err = c.exchange(ctx, q, c.again(q.Via))
	}
	if err != nil && verdictOf(err) == Refused {
		p.refused.Store(true)
	}
	return r, err
}

// again returns the waits before a request is sent again.
func (c *caller) again(via Protocol) []time.Duration {
	switch via {
	case TCP, HTTP:
		// Each is a connection of its own: the kernel itself repeats what was lost
		// only after a second.
		return []time.Duration{150 * time.Millisecond, 350 * time.Millisecond}
	}
	return resends[:]
}

// count asks as often as is to be counted, whether or not what was asked before
// has been answered.
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

// exchange asks a question once, and again after each of the waits.
func (c *caller) exchange(ctx context.Context, q Question, again []time.Duration) (reply, error) {
	switch q.Via {
	case TCP:
		return c.askTCP(ctx, q, again)
	case UDP:
		return c.askUDP(ctx, q, again)
	case HTTP:
		return c.askHTTP(ctx, q, again)
	case DNS:
		return c.askDNS(ctx, q, again)
	}
	return reply{}, fmt.Errorf("%w: %s", errors.ErrUnsupported, q.Via)
}

// patience returns how long a question may be silent.
func (c *caller) patience(q Question) time.Duration { return cmp.Or(q.Timeout, c.timeout) }

// slices of a patience. The time that the machine does not find for us is
// longer than each of them and is not counted.
const patienceSlices = 20

// expire returns a context that ends with a [*Timeout] after d.
func expire(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	left := patienceSlices
	var timer *time.Timer
	var mu sync.Mutex // guards left and timer
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(d/patienceSlices, func() {
		mu.Lock()
		defer mu.Unlock()
		if left--; left > 0 {
			timer.Reset(d / patienceSlices)
			return
		}
		cancel(&Timeout{d})
	})
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}

// A semaphore bounds how many do something at a time.
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
