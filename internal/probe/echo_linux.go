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

// resendWaits are the waits before retries; the last one repeats.
var resendWaits = [...]time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond}

const (
	// pollSlice is how often a wait checks whether its context has ended.
	pollSlice = 50 * time.Millisecond

	// backlogPause is the wait for the kernel to empty its queues.
	backlogPause = time.Millisecond

	// questionsPerAsker is how many questions justify another asker, maxAskers
	// the most there are: the kernel does most of the work, under locks.
	questionsPerAsker = 500
	maxAskers         = 8
)

// An echo is the state of an ICMP question.
type echo struct {
	origin   *origin
	open     bool          // not finished
	inWindow bool          // counted by the window
	requests int           // sent so far
	first    time.Duration // when the first was sent
	due      time.Duration // when its timer fires
	count    *count        // not nil once the target has answered, if Count > 0
}

// echoes are the ICMP questions of one [Ask].
type echoes struct {
	answers []Answer
	state   []echo // by question
	cookie  uint64
	start   time.Time
	opts    Options
}

func (e *echoes) now() time.Duration { return time.Since(e.start) }

// askEchoes asks the questions at the given indices by echo requests.
func askEchoes(ctx context.Context, answers []Answer, questions []int, opts Options) {
	e := &echoes{answers, make([]echo, len(answers)), rand.Uint64(), time.Now(), opts}
	for origins := range slices.Chunk(originsOf(answers, questions), maxSockets()) {
		openAll(origins)
		var askers sync.WaitGroup
		for _, share := range shares(origins, min(runtime.GOMAXPROCS(0), maxAskers, 1+len(questions)/questionsPerAsker)) {
			askers.Go(func() { newAsker(e, share).run(ctx) })
		}
		askers.Wait()
		closeAll(origins)
	}
}

// shares distributes origins over at most n askers, with about as many questions
// each.
func shares(origins []*origin, n int) [][]*origin {
	n = min(n, len(origins))
	all, asks := make([][]*origin, n), make([]int, n)
	for _, o := range origins {
		least := 0
		for i := range asks {
			if asks[i] < asks[least] {
				least = i
			}
		}
		all[least] = append(all[least], o)
		asks[least] += len(o.questions)
	}
	return all
}

// An asker asks the questions of some origins, on one goroutine.
type asker struct {
	*echoes
	origins []*origin
	poller  *poller
	batch   *batch
	packet  []byte
	backlog *backlog

	unasked []int // questions
	left    int   // open questions
	window  congestionWindow
	timers  timerHeap

	last  time.Duration // when a question was last sent for the first time, or answered
	lossy bool          // packets seem to be lost
}

func newAsker(e *echoes, origins []*origin) *asker {
	return &asker{echoes: e, origins: origins, poller: newPoller(), batch: newBatch(), backlog: openBacklog(), window: newWindow()}
}

func (a *asker) run(ctx context.Context) {
	defer a.poller.close()
	defer a.backlog.close()
	a.queueAll()
	for a.askFirst(); a.left > 0 && ctx.Err() == nil; a.askFirst() {
		a.collect()
		a.runDue()
	}
	for _, o := range a.origins {
		for _, q := range o.questions {
			if a.state[q].open {
				a.finish(q, ctx.Err())
			}
		}
	}
}

// queueAll queues the questions of all origins that have a socket.
func (a *asker) queueAll() {
	for i, o := range a.origins {
		if o.err == nil {
			o.err = a.poller.add(o.socket.fd, i)
		}
		for _, q := range o.questions {
			if o.err != nil {
				a.answers[q].Err = o.err
				continue
			}
			a.state[q] = echo{origin: o, open: true}
			a.unasked = append(a.unasked, q)
		}
	}
	a.left = len(a.unasked)
}

// askFirst sends the first requests of questions while the window is open, and
// reads the answers: over an idle veth they arrive at once.
func (a *asker) askFirst() {
	for len(a.unasked) > 0 && a.mayAsk() {
		q := a.unasked[0]
		a.unasked = a.unasked[1:]
		a.window.ask()
		e := a.at(q)
		e.inWindow, e.first = true, a.now()
		a.last = e.first
		a.ask(q)
		a.drain(e.origin)
	}
}

// mayAsk reports whether one more question may be asked. If none is outstanding it
// does not check the backlog.
func (a *asker) mayAsk() bool {
	if !a.window.open() || a.window.outstanding == 0 {
		return a.window.open()
	}
	long, overflowed := a.backlog.check()
	if overflowed {
		a.window.shrink()
		a.lossy = true
	}
	return !long && a.window.open()
}

func (a *asker) at(q int) *echo { return &a.state[q] }

// ask sends a request that is not counted, and sets the timer for the retry or the
// timeout.
func (a *asker) ask(q int) {
	e := a.at(q)
	if !a.send(q) {
		return
	}
	again := a.now() + resendWaits[min(e.requests, len(resendWaits))-1]
	a.setTimer(q, min(again, a.giveUpAt(q)))
}

// setTimer sets a question's timer, in place of the previous one.
func (a *asker) setTimer(q int, at time.Duration) {
	a.at(q).due = at
	a.timers.add(at, q)
}

// send sends the next request of a question. After a permanent error it finishes
// the question and returns false.
func (a *asker) send(q int) bool {
	e, answer := a.at(q), &a.answers[q]
	r := request{a.cookie, uint32(q), uint32(e.requests), a.now()}
	a.packet = appendEcho(a.packet[:0], r, e.origin.socket.ipv6, answer.Size)
	err := e.origin.socket.send(a.packet, answer.addr())
	e.requests++
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

// giveUpAt returns when a question times out.
func (a *asker) giveUpAt(q int) time.Duration {
	return max(a.last, a.at(q).first) + a.timeoutOf(q)
}

// timeoutOf returns a question's timeout, a longer default if packets are lost.
func (a *asker) timeoutOf(q int) time.Duration {
	timeout := cmp.Or(a.answers[q].Timeout, a.opts.Timeout)
	if timeout == 0 && a.lossy {
		return lossyTimeout
	}
	return cmp.Or(timeout, defaultTimeout)
}

// finish ends a question that is answered, failed with answer.Err, was interrupted,
// or else timed out.
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
		answer.Err = &Timeout{a.timeoutOf(q)}
	}
}

// leave removes a question from the window and reports whether it was in it.
func (a *asker) leave(q int) bool {
	was := a.at(q).inWindow
	if was {
		a.at(q).inWindow = false
		a.window.leave()
	}
	return was
}

// collect waits for answers and processes them, until the next timer at most.
func (a *asker) collect() {
	wait := pollSlice
	if len(a.timers) > 0 {
		wait = min(wait, a.timers[0].at-a.now())
	}
	if len(a.unasked) > 0 && a.window.open() {
		wait = backlogPause
	}
	wait = max(0, wait)
	began := a.now()
	a.poller.wait(wait, func(i int) { a.drain(a.origins[i]) })
	if late := a.now() - began - wait; late > pollSlice {
		a.last += late // the machine was too busy to run us, and maybe the network
	}
}

// drain processes the answers queued at an origin's socket.
func (a *asker) drain(o *origin) {
	for o.socket.receive(a.batch, func(got answer, at time.Time) {
		q := int(got.question)
		if got.cookie == a.cookie && q < len(a.answers) && a.at(q).origin == o && a.at(q).open {
			a.handle(q, got, at.Sub(a.start))
		}
	}) {
	}
}

// handle processes an answer to an open question, received at a time.
func (a *asker) handle(q int, got answer, at time.Duration) {
	e, answer := a.at(q), &a.answers[q]
	if wrong := got.checkSource(answer.addr()); wrong != nil {
		if answer.Found != Reachable {
			answer.Err = wrong
		}
		return
	}
	if got.refused {
		a.refused(q, got)
		return
	}
	rtt := max(at-got.sent, 1)
	if e.count != nil {
		if first := e.requests - e.count.sent; e.count.answered(int(got.seq)-first, rtt) {
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

// refused processes an ICMP error. It ends the question, unless the sending host
// failed to resolve its neighbour, which it may do later, or requests are counted,
// of which the next may arrive.
func (a *asker) refused(q int, got answer) {
	e, answer := a.at(q), &a.answers[q]
	answer.Err = got.err()
	if !got.noNeighbour() && e.count == nil {
		a.finish(q, nil)
	}
}

// runDue handles the timers that have fired.
func (a *asker) runDue() {
	for now := a.now(); len(a.timers) > 0 && a.timers[0].at <= now; {
		at, q := a.timers.next()
		e := a.at(q)
		if e.due != at {
			continue
		}
		if e.open && a.over(q, now) {
			a.drain(e.origin) // an answer may be queued
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

// over reports whether a question has timed out.
func (a *asker) over(q int, now time.Duration) bool {
	if count := a.at(q).count; count != nil {
		return count.sent == a.answers[q].Count
	}
	return a.giveUpAt(q) <= now
}

// askAgain retries a question and removes it from the window.
func (a *asker) askAgain(q int) {
	if a.leave(q) {
		a.window.silent()
	}
	a.ask(q)
}
