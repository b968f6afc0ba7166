package probe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Reach asks all targets and returns a result for each, in their order. It
// returns as soon as all have answered, at the latest when nothing more has
// come for the length of the timeout: a thousand hosts that all look for each
// other at once keep a machine busy for seconds. If ctx ends first, what has not answered fails with its error.
func Reach(ctx context.Context, targets []Target, opts Options) []Result {
	results := make([]Result, len(targets))
	for i, t := range targets {
		results[i].Target = t
	}
	places := placesOf(targets)
	for len(places) > 0 {
		n := min(len(places), maxSockets())
		r := &reach{results: results, places: places[:n], timeout: opts.Timeout, cookie: rand.Uint64()}
		if r.timeout == 0 {
			r.timeout = defaultTimeout
		}
		r.run(ctx)
		places = places[n:]
	}
	return results
}

// maxSockets is how many sockets are open at a time: half of what the process
// may open, so that something is left for others.
func maxSockets() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 128
	}
	return int(min(max(limit.Cur/2, 16), 4096))
}

// A place is where questions of one family are asked from.
type place struct {
	namespace string
	ipv6      bool
	questions []int // numbers of the targets
	socket    *socket
}

// placesOf sorts targets by where they are asked from, in order of appearance.
func placesOf(targets []Target) []*place {
	type key struct {
		namespace string
		ipv6      bool
	}
	var places []*place
	byKey := map[key]*place{}
	for i, t := range targets {
		k := key{t.From, t.To.Is6()}
		if byKey[k] == nil {
			byKey[k] = &place{namespace: t.From, ipv6: k.ipv6}
			places = append(places, byKey[k])
		}
		byKey[k].questions = append(byKey[k].questions, i)
	}
	return places
}

// reach is one round of questions.
type reach struct {
	results []Result
	places  []*place
	timeout time.Duration
	cookie  uint64

	last time.Time                           // when something was last answered
	sent map[int][len(resends) + 1]time.Time // by question and attempt
	open map[int]bool                        // questions without an answer
	buf  []byte
}

func (r *reach) run(ctx context.Context) {
	r.sent, r.open = map[int][len(resends) + 1]time.Time{}, map[int]bool{}
	r.openSockets()
	defer r.closeSockets()
	r.ask(0)
	r.last = time.Now()
	next := r.last
	for attempt := 1; len(r.open) > 0 && ctx.Err() == nil; attempt++ {
		next = next.Add(resends[min(attempt, len(resends))-1])
		if r.collect(ctx, next); !time.Now().Before(r.last.Add(r.timeout)) {
			break
		}
		r.ask(min(attempt, len(resends)))
	}
	for q := range r.open {
		r.giveUp(ctx, &r.results[q])
	}
}

// giveUp says why a question has no answer, unless it is known already.
func (r *reach) giveUp(ctx context.Context, result *Result) {
	switch {
	case ctx.Err() != nil:
		result.Err = ctx.Err()
	case result.Err == nil:
		result.Err = &Timeout{r.timeout}
	}
}

func (r *reach) openSockets() {
	names := make([]string, len(r.places))
	for i, p := range r.places {
		names[i] = p.namespace
	}
	errs := make([]error, len(r.places))
	err := netns.Each(names, func(i int) error {
		r.places[i].socket, errs[i] = open(r.places[i].ipv6)
		return nil
	})
	for i, p := range r.places {
		for _, q := range p.questions {
			if p.socket != nil {
				r.open[q] = true
				continue
			}
			r.results[q].Err = errs[i]
			if errs[i] == nil { // its namespace could not be entered
				r.results[q].Err = err
			}
		}
	}
}

func (r *reach) closeSockets() {
	for _, p := range r.places {
		if p.socket != nil {
			p.socket.close()
		}
	}
}

// burst is how many requests are sent before answers are looked for. On a veth
// an answer is there almost at once.
const burst = 64

// ask sends the open questions.
func (r *reach) ask(attempt int) {
	for _, p := range r.places {
		n := 0
		for _, q := range p.questions {
			if !r.open[q] {
				continue
			}
			r.send(p, q, attempt)
			if n++; n%burst == 0 {
				r.drain(p)
			}
		}
		if p.socket != nil {
			r.drain(p)
		}
	}
}

func (r *reach) send(p *place, q, attempt int) {
	times := r.sent[q]
	times[attempt] = time.Now()
	r.sent[q] = times
	r.buf = appendEcho(r.buf[:0], request{r.cookie, uint32(q), uint32(attempt)}, p.ipv6)
	err := p.socket.send(r.buf, r.results[q].To)
	r.results[q].Err = explain(err)
	// Without a route there is nothing to wait for. Other errors may pass: a
	// full table of neighbours, an address that is still looked for.
	if errors.Is(err, unix.ENETUNREACH) || errors.Is(err, unix.EINVAL) {
		delete(r.open, q)
		r.last = time.Now()
	}
}

// explain adds to an error of the system what it means here.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.ENETUNREACH):
		return fmt.Errorf("%w: there is no route", err)
	case errors.Is(err, unix.ENOBUFS):
		return fmt.Errorf("%w: the machine's table of neighbours is full, raise net.ipv4.neigh.default.gc_thresh3 "+
			"and net.ipv6.neigh.default.gc_thresh3", err)
	}
	return err
}

// collect takes answers until all are in or the time has come.
func (r *reach) collect(ctx context.Context, until time.Time) {
	fds := make([]unix.PollFd, 0, len(r.places))
	var waiting []*place
	for _, p := range r.places {
		if p.socket != nil {
			fds = append(fds, unix.PollFd{Fd: int32(p.socket.fd), Events: unix.POLLIN})
			waiting = append(waiting, p)
		}
	}
	for len(r.open) > 0 && ctx.Err() == nil {
		left := min(time.Until(until), time.Until(r.last.Add(r.timeout)))
		if left <= 0 {
			return
		}
		_, err := unix.Poll(fds, int(min(left, pollSlice).Milliseconds())+1)
		if err != nil && err != unix.EINTR {
			return
		}
		for i, fd := range fds {
			if fd.Revents != 0 {
				r.drain(waiting[i])
			}
		}
	}
}

// pollSlice is how often a wait looks whether its context is over.
const pollSlice = 50 * time.Millisecond

// drain takes the answers that wait at a place.
func (r *reach) drain(p *place) {
	for {
		a, from, ok := p.socket.receive()
		if !ok {
			return
		}
		q := int(a.question)
		if a.cookie != r.cookie || !r.open[q] || int(a.attempt) > len(resends) {
			continue
		}
		result := &r.results[q]
		switch {
		case a.refused && a.to == result.To:
			result.Err = &Refused{from, a.typ, a.code}
		case !a.refused && from == result.To:
			result.OK, result.Err = true, nil
			result.RTT = time.Since(r.sent[q][a.attempt])
		default:
			continue
		}
		delete(r.open, q)
		r.last = time.Now()
	}
}
