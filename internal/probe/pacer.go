package probe

import (
	"context"
	"time"
)

// A pacer limits the rate of a sender.
type pacer struct {
	rate  int64 // bits per second; 0: unlimited
	start time.Time
	bytes int64 // sent so far
}

// slack is how far a sender may be ahead of the rate, so that it need not sleep for
// each small packet.
const slack = time.Millisecond

// pace waits until n more bytes may be sent, or until ctx ends, whose error it
// returns.
func (p *pacer) pace(ctx context.Context, n int) error {
	if p.start.IsZero() {
		p.start = time.Now()
	}
	due := time.Duration(0)
	if p.rate > 0 {
		due = time.Duration(float64(p.bytes) * 8 / float64(p.rate) * float64(time.Second))
	}
	p.bytes += int64(n)
	if ahead := due - time.Since(p.start); ahead > slack {
		return sleep(ctx, ahead)
	}
	return ctx.Err()
}

// sleep waits for d, or until ctx ends, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
