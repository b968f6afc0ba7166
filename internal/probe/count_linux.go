package probe

import (
	"slices"
	"time"
)

// defaultInterval is the time between requests that are counted.
const defaultInterval = 10 * time.Millisecond

// A count records the counted requests of a question.
type count struct {
	sent int
	rtts []time.Duration // by request; 0: no answer yet
	left int             // requests without an answer
}

func newCount(n int) *count { return &count{rtts: make([]time.Duration, n), left: n} }

// answered counts the answer to the i-th request, and reports whether all are
// answered now.
func (c *count) answered(i int, rtt time.Duration) bool {
	if i < 0 || i >= c.sent || c.rtts[i] != 0 {
		return false // not counted, or a duplicate
	}
	c.rtts[i] = rtt
	c.left--
	return c.left == 0
}

// sum writes the totals to the answer.
func (c *count) sum(answer *Answer) {
	answer.RTTs = slices.DeleteFunc(c.rtts, func(rtt time.Duration) bool { return rtt == 0 })
	answer.Sent, answer.Received = c.sent, len(answer.RTTs)
}

// countNext sends the next counted request.
func (a *asker) countNext(q int) {
	e, answer := a.at(q), &a.answers[q]
	e.count.sent++
	if !a.send(q) {
		return
	}
	interval := answer.Interval
	switch {
	case e.count.sent == answer.Count:
		interval = a.timeoutOf(q)
	case interval == 0:
		interval = defaultInterval
	}
	a.setTimer(q, a.now()+interval)
}
