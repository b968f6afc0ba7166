package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Ask asks all questions and returns an answer for each, in their order. It
// returns as soon as all have answered or been refused, at the latest when all
// are asked and nobody has answered for the length of the timeout: a thousand
// hosts that all look for each other keep a machine busy for seconds. If ctx
// ends first, what has not answered fails with its error.
func Ask(ctx context.Context, questions []Question, opts Options) []Answer {
	results := make([]Answer, len(questions))
	for i, q := range questions {
		results[i].Question = q
		if q.Via != ICMP {
			results[i].Err = errors.ErrUnsupported
		}
	}
	places := placesOf(questions)
	for len(places) > 0 {
		n := min(len(places), maxSockets())
		newReach(results, places[:n], opts).run(ctx)
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
func placesOf(questions []Question) []*place {
	type key struct {
		namespace string
		ipv6      bool
	}
	var places []*place
	byKey := map[key]*place{}
	for i, t := range questions {
		if t.Via != ICMP {
			continue
		}
		k := key{t.From, t.To.Is6()}
		if byKey[k] == nil {
			byKey[k] = &place{namespace: t.From, ipv6: k.ipv6}
			places = append(places, byKey[k])
		}
		byKey[k].questions = append(byKey[k].questions, i)
	}
	return places
}

// A question is what becomes of a target.
type question struct {
	place *place
	open  bool                        // without an answer
	out   bool                        // counted by the window
	sent  [len(resends) + 1]time.Time // by attempt; the last one repeats
}

// reach is one round of questions.
type reach struct {
	results []Answer
	places  []*place
	timeout time.Duration
	cookie  uint64

	questions []question // as many as there are results
	left      int        // how many of them are open
	window    window
	unasked   []int
	asked     [len(resends) + 1][]int // by attempt, in the order they were sent

	last   time.Time // when a target was last asked for the first time, or answered
	lossy  bool      // packets are lost, it seems
	poller *poller
	buf    []byte
}

func newReach(results []Answer, places []*place, opts Options) *reach {
	r := &reach{
		results: results, places: places, timeout: opts.Timeout, cookie: rand.Uint64(),
		questions: make([]question, len(results)), window: newWindow(), poller: newPoller(),
	}
	if r.timeout == 0 {
		r.timeout = defaultTimeout
	}
	return r
}

func (r *reach) run(ctx context.Context) {
	defer r.close()
	r.openSockets()
	r.last = time.Now()
	for ctx.Err() == nil {
		r.askAgain()
		r.askFirst()
		patience := time.Until(r.last.Add(r.patience()))
		if r.left == 0 || patience <= 0 {
			break
		}
		r.collect(min(patience, time.Until(r.due()), pollSlice))
	}
	for q := range r.questions {
		if r.questions[q].open {
			r.giveUp(ctx, &r.results[q])
		}
	}
}

// patience returns how long a silence ends the round. Where packets are lost
// it is longer: a host that misses its neighbour's answer looks for it again
// only after a second.
func (r *reach) patience() time.Duration {
	if r.lossy {
		return 2 * r.timeout
	}
	return r.timeout
}

// giveUp says why a question has no answer, unless it is known already.
func (r *reach) giveUp(ctx context.Context, result *Answer) {
	switch {
	case ctx.Err() != nil:
		result.Err = ctx.Err()
	case result.Err == nil:
		result.Err = &Timeout{r.patience()}
	}
}

// openSockets opens a socket at each place and lines up what is to be asked
// there.
func (r *reach) openSockets() {
	names := make([]string, len(r.places))
	for i, p := range r.places {
		names[i] = p.namespace
	}
	errs := make([]error, len(r.places))
	notEntered := netns.Each(names, func(i int) error {
		r.places[i].socket, errs[i] = open(r.places[i].ipv6)
		return nil
	})
	for i, p := range r.places {
		if p.socket == nil {
			r.fail(p, cmp.Or(errs[i], notEntered))
		} else if err := r.poller.add(p.socket.fd, i); err != nil {
			r.fail(p, err)
		} else {
			r.lineUp(p)
		}
	}
}

func (r *reach) fail(p *place, err error) {
	for _, q := range p.questions {
		r.results[q].Err = err
	}
}

func (r *reach) lineUp(p *place) {
	for _, q := range p.questions {
		r.questions[q] = question{place: p, open: true}
	}
	r.unasked = append(r.unasked, p.questions...)
	r.left += len(p.questions)
}

func (r *reach) close() {
	for _, p := range r.places {
		if p.socket != nil {
			p.socket.close()
		}
	}
	r.poller.close()
}

// askFirst asks what has not been asked, as far as the window is open.
func (r *reach) askFirst() {
	for len(r.unasked) > 0 && r.window.open() {
		q := r.unasked[0]
		r.unasked = r.unasked[1:]
		r.window.ask()
		r.questions[q].out = true
		r.last = time.Now()
		r.send(q, 0)
		r.drain(r.questions[q].place) // an idle veth has the answer at once
	}
}

// askAgain sends again what has waited long enough for an answer. The window
// waits for it no more.
func (r *reach) askAgain() {
	now := time.Now()
	for attempt := range r.asked {
		for len(r.asked[attempt]) > 0 && !now.Before(r.dueAt(attempt)) {
			q := r.asked[attempt][0]
			r.asked[attempt] = r.asked[attempt][1:]
			if !r.questions[q].open {
				continue
			}
			if r.leave(q) {
				r.lossy = r.lossy || r.window.crowded()
				r.window.silent()
			}
			r.send(q, min(attempt+1, len(resends)))
		}
	}
}

// due returns when the next question is to be asked again, or a time far away.
func (r *reach) due() time.Time {
	next := r.last.Add(r.patience())
	for attempt := range r.asked {
		if len(r.asked[attempt]) > 0 {
			if at := r.dueAt(attempt); at.Before(next) {
				next = at
			}
		}
	}
	return next
}

// dueAt returns when the first of those that were asked that often is to be
// asked again. Each waits equally long, so it is the first of them all.
func (r *reach) dueAt(attempt int) time.Time {
	first := r.asked[attempt][0]
	return r.questions[first].sent[attempt].Add(resends[min(attempt, len(resends)-1)])
}

func (r *reach) send(q, attempt int) {
	p := r.questions[q].place
	r.results[q].Sent++
	r.questions[q].sent[attempt] = time.Now()
	r.buf = appendEcho(r.buf[:0], request{r.cookie, uint32(q), uint32(attempt)}, p.ipv6)
	err := p.socket.send(r.buf, r.results[q].To)
	if err != nil {
		r.results[q].Err = explain(err)
	}
	// Without a route there is nothing to wait for. Other errors may pass: a
	// full table of neighbours, an address that is still looked for.
	if errors.Is(err, unix.ENETUNREACH) || errors.Is(err, unix.EINVAL) {
		r.end(q)
		return
	}
	r.asked[attempt] = append(r.asked[attempt], q)
}

// end takes a question as answered, or as one that never will be.
func (r *reach) end(q int) {
	r.leave(q)
	r.questions[q].open = false
	r.left--
}

// leave takes a question out of the window and reports whether it was there.
func (r *reach) leave(q int) bool {
	was := r.questions[q].out
	if was {
		r.questions[q].out = false
		r.window.leave()
	}
	return was
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

// pollSlice is how often a wait looks whether its context is over.
const pollSlice = 50 * time.Millisecond

// collect takes the answers that come next, or returns after d.
func (r *reach) collect(d time.Duration) {
	r.poller.wait(d, func(i int) { r.drain(r.places[i]) })
}

// drain takes the answers that wait at a place.
func (r *reach) drain(p *place) {
	for {
		a, from, ok := p.socket.receive()
		if !ok {
			return
		}
		q := int(a.question)
		if a.cookie == r.cookie && q < len(r.questions) && r.questions[q].open && int(a.attempt) <= len(resends) {
			r.take(q, a, from)
		}
	}
}

// take takes an answer to an open question, if it is about the right address.
func (r *reach) take(q int, a answer, from netip.Addr) {
	result := &r.results[q]
	switch {
	case a.refused && a.to == result.To:
		// Routers send few errors a second: a wait that each of them
		// prolonged would have no end.
		result.Err = &ICMPError{By: from, Type: a.typ, Code: a.code}
		if from == a.source {
			return // the host itself did not find a neighbour: it may next time
		}
	case !a.refused && from == result.To:
		result.Found, result.Err = Reachable, nil
		rtt := time.Since(r.questions[q].sent[a.attempt])
		result.Received, result.RTTs = 1, RTTs{rtt}
		r.window.answered(rtt)
		r.lossy = r.lossy || !r.questions[q].out // it came after all
		r.last = time.Now()
	default:
		return
	}
	r.end(q)
}

// resends are the waits before a request is sent again; the last one repeats.
var resends = [...]time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond}
