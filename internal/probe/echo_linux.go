package probe

import (
	"cmp"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

// resends are the waits before a request is sent again; the last one repeats.
var resends = [...]time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond}

const (
	// burst is how many requests are sent before looking for answers.
	burst = 16

	// pollSlice is how often a wait looks whether its context is over.
	pollSlice = 50 * time.Millisecond

	// arrearsPause is the wait for the kernel to catch up.
	arrearsPause = time.Millisecond

	// perAsker is for how many questions another asker is worth while.
	perAsker = 500
)

// An echo is what becomes of a question.
type echo struct {
	place *place
	open  bool          // not answered for good
	out   bool          // counted by the window
	asked int           // how often
	first time.Duration // when it was asked first
	wake  time.Duration // when to look at it again
	count *count        // once it has answered and is to be counted
}

// echoes are the questions that are asked by echo requests.
type echoes struct {
	answers []Answer
	echoes  []echo // as many
	cookie  uint64
	start   time.Time
	opts    Options
}

func (e *echoes) now() time.Duration { return time.Since(e.start) }

// askEchoes asks questions, given by their numbers, by echo requests.
func askEchoes(ctx context.Context, answers []Answer, questions []int, opts Options) {
	e := &echoes{answers, make([]echo, len(answers)), rand.Uint64(), time.Now(), opts}
	for places := range slices.Chunk(placesOf(answers, questions), maxSockets()) {
		openAll(places)
		var askers sync.WaitGroup
		for _, share := range shares(places, min(runtime.GOMAXPROCS(0), 1+len(questions)/perAsker)) {
			askers.Go(func() { newAsker(e, share).run(ctx) })
		}
		askers.Wait()
		closeAll(places)
	}
}

// shares deals places out, to n or fewer who have about as much to ask.
func shares(places []*place, n int) [][]*place {
	n = min(n, len(places))
	all, asks := make([][]*place, n), make([]int, n)
	for _, p := range places {
		least := 0
		for i := range asks {
			if asks[i] < asks[least] {
				least = i
			}
		}
		all[least] = append(all[least], p)
		asks[least] += len(p.questions)
	}
	return all
}

// An asker asks from some places, on one goroutine.
type asker struct {
	*echoes
	places  []*place
	poller  *poller
	batch   *batch
	packet  []byte
	backlog *backlog

	unasked []int
	left    int // questions that are open
	window  window
	wakes   wakes

	last  time.Duration // when a question was last asked for the first time, or answered
	lossy bool          // packets are lost, it seems
}

func newAsker(e *echoes, places []*place) *asker {
	return &asker{echoes: e, places: places, poller: newPoller(), batch: new(batch), backlog: openBacklog(), window: newWindow()}
}

func (a *asker) run(ctx context.Context) {
	defer a.poller.close()
	defer a.backlog.close()
	a.lineUp()
	for a.askFirst(); a.left > 0 && ctx.Err() == nil; a.askFirst() {
		a.collect()
		a.wakeDue()
	}
	for _, p := range a.places {
		for _, q := range p.questions {
			if a.echoes.echoes[q].open {
				a.finish(q, ctx.Err())
			}
		}
	}
}

// lineUp takes the questions of all places that have a socket.
func (a *asker) lineUp() {
	for i, p := range a.places {
		if p.err == nil {
			p.err = a.poller.add(p.socket.fd, i)
		}
		for _, q := range p.questions {
			if p.err != nil {
				a.answers[q].Err = p.err
				continue
			}
			a.echoes.echoes[q] = echo{place: p, open: true}
			a.unasked = append(a.unasked, q)
		}
	}
	a.left = len(a.unasked)
}

// askFirst asks what has not been asked, as far as the window is open. After a
// burst from one place it looks for answers there: an idle veth has them at once.
func (a *asker) askFirst() {
	for len(a.unasked) > 0 && a.mayAsk() {
		p := a.at(a.unasked[0]).place
		for range burst {
			if len(a.unasked) == 0 || a.at(a.unasked[0]).place != p || !a.mayAsk() {
				break
			}
			q := a.unasked[0]
			a.unasked = a.unasked[1:]
			a.window.ask()
			e := a.at(q)
			e.out, e.first = true, a.now()
			a.last = e.first
			a.ask(q)
		}
		a.drain(p)
	}
}

// mayAsk reports whether one more question may be asked. Where all is answered
// there is nothing to see to.
func (a *asker) mayAsk() bool {
	if !a.window.open() || a.window.out == 0 {
		return a.window.open()
	}
	long, overflowed := a.backlog.look()
	if overflowed {
		a.window.shrink()
		a.lossy = true
	}
	return !long && a.window.open()
}

func (a *asker) at(q int) *echo { return &a.echoes.echoes[q] }

// ask sends a request that only shall be answered, and says when to look for
// the question again.
func (a *asker) ask(q int) {
	e := a.at(q)
	if !a.send(q) {
		return
	}
	again := a.now() + resends[min(e.asked, len(resends))-1]
	a.wakeAt(q, min(again, a.giveUpAt(q)))
}

// wakeAt says when to look at a question again, in place of what was said before.
func (a *asker) wakeAt(q int, at time.Duration) {
	a.at(q).wake = at
	a.wakes.add(at, q)
}

// send sends the next request of a question. It reports whether that makes
// sense, and ends the question if it does not.
func (a *asker) send(q int) bool {
	e, answer := a.at(q), &a.answers[q]
	r := request{a.cookie, uint32(q), uint32(e.asked), a.now()}
	a.packet = appendEcho(a.packet[:0], r, e.place.socket.ipv6, answer.Size)
	err := e.place.socket.send(a.packet, answer.addr())
	e.asked++
	answer.Sent++
	if err != nil {
		answer.Err = explain(err)
	}
	if final(err) {
		a.finish(q, nil)
		return false
	}
	return true
}

// giveUpAt returns when a question has no answer.
func (a *asker) giveUpAt(q int) time.Duration {
	return max(a.last, a.at(q).first) + a.patience(q)
}

// patience returns how long a silence ends a question.
func (a *asker) patience(q int) time.Duration {
	timeout := cmp.Or(a.answers[q].Timeout, a.opts.Timeout)
	if timeout == 0 && a.lossy {
		return lossyTimeout
	}
	return cmp.Or(timeout, defaultTimeout)
}

// finish ends a question. Unless it is known already why, it was silent, or was
// interrupted.
func (a *asker) finish(q int, interrupted error) {
	e, answer := a.at(q), &a.answers[q]
	a.leave(q)
	e.open = false
	a.left--
	if e.count != nil {
		e.count.sum(answer)
	}
	switch {
	case answer.Found == Reachable && interrupted == nil:
		answer.Err = nil
	case interrupted != nil:
		answer.Err = interrupted
	case answer.Err == nil:
		answer.Err = &Timeout{a.patience(q)}
	}
}

// leave takes a question out of the window and reports whether it was there.
func (a *asker) leave(q int) bool {
	was := a.at(q).out
	if was {
		a.at(q).out = false
		a.window.leave()
	}
	return was
}

// collect takes the answers that come next, or returns when something else is
// to be done.
func (a *asker) collect() {
	wait := pollSlice
	if len(a.wakes) > 0 {
		wait = min(wait, a.wakes[0].at-a.now())
	}
	if len(a.unasked) > 0 && a.window.open() {
		wait = arrearsPause
	}
	wait = max(0, wait)
	began := a.now()
	a.poller.wait(wait, func(i int) { a.drain(a.places[i]) })
	if stood := a.now() - began - wait; stood > pollSlice {
		a.last += stood // the machine had no time for us, nor for the network perhaps
	}
}

// drain takes the answers that wait at a place.
func (a *asker) drain(p *place) {
	for p.socket.receive(a.batch, func(got answer, at time.Time) {
		q := int(got.question)
		if got.cookie == a.cookie && q < len(a.answers) && a.at(q).place == p && a.at(q).open {
			a.take(q, got, at.Sub(a.start))
		}
	}) {
	}
}

// take takes an answer to an open question that came at a time.
func (a *asker) take(q int, got answer, at time.Duration) {
	e, answer := a.at(q), &a.answers[q]
	if got.refused {
		a.refused(q, got)
		return
	}
	if got.from != answer.addr() {
		return
	}
	rtt := max(at-got.sent, 1)
	if e.count != nil {
		if first := e.asked - e.count.sent; e.count.answered(int(got.seq)-first, rtt) {
			a.finish(q, nil)
		}
		return
	}
	answer.Found, answer.Err = Reachable, nil
	a.window.answered()
	a.lossy = a.lossy || got.seq > 0 // the first request was not answered
	a.last = a.now()
	if answer.Count > 0 {
		a.leave(q)
		e.count = newCount(answer.Count)
		a.countNext(q)
		return
	}
	answer.Received, answer.RTTs = 1, RTTs{rtt}
	a.finish(q, nil)
}

// refused takes an ICMP error. The host itself may find its neighbour the next
// time it looks, and of counted requests the next one may get through.
func (a *asker) refused(q int, got answer) {
	e, answer := a.at(q), &a.answers[q]
	if got.to != answer.addr() {
		return
	}
	answer.Err = got.err()
	if !got.noNeighbour() && e.count == nil {
		a.finish(q, nil)
	}
}

// wakeDue does what is to be done by now.
func (a *asker) wakeDue() {
	for now := a.now(); len(a.wakes) > 0 && a.wakes[0].at <= now; {
		at, q := a.wakes.next()
		e := a.at(q)
		if e.wake != at {
			continue
		}
		if e.open && a.over(q, now) {
			a.drain(e.place) // at the last moment
		}
		switch {
		case !e.open:
		case a.over(q, now):
			a.finish(q, nil)
		case e.count != nil:
			a.countNext(q)
		default:
			a.askAgain(q)
		}
	}
}

// over reports whether the time is over in which a question can be answered.
func (a *asker) over(q int, now time.Duration) bool {
	if count := a.at(q).count; count != nil {
		return count.sent == a.answers[q].Count
	}
	return a.giveUpAt(q) <= now
}

// askAgain asks a question that was silent. The window waits for it no more.
func (a *asker) askAgain(q int) {
	if a.leave(q) {
		a.window.silent()
	}
	a.ask(q)
}
