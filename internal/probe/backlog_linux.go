package probe

import (
	"context"
	"os"
	"time"
)

// A backlog watches the per-CPU packet queues.
type backlog struct {
	f       *os.File // softnet_stat; nil if it can't be opened
	buf     []byte
	dropped int       // packets, so far
	since   time.Time // when the queues became too long; zero: they are not
}

// maxBacklogWait bounds how long sending pauses for long queues: other programs'
// packets may fill them.
const maxBacklogWait = 50 * time.Millisecond

func openBacklog() *backlog {
	b := &backlog{buf: make([]byte, 16<<10)}
	b.f, _ = os.Open("/proc/thread-self/net/softnet_stat")
	_, b.dropped = b.read()
	return b
}

func (b *backlog) close() {
	if b.f != nil {
		b.f.Close()
	}
}

func (b *backlog) read() (waiting, dropped int) {
	if b.f == nil {
		return 0, 0
	}
	n, err := b.f.ReadAt(b.buf, 0)
	if n == len(b.buf) && err == nil {
		b.buf = make([]byte, 2*len(b.buf)) // for the next call: many CPUs
	}
	return parseBacklog(b.buf[:n])
}

// waitShort waits until the queues are short, for [maxBacklogWait] at most.
func (b *backlog) waitShort(ctx context.Context) {
	for {
		if long, _ := b.check(); !long || sleep(ctx, backlogPause) != nil {
			return
		}
	}
}

// check reports whether sending should pause because the queues are long, and
// whether packets were dropped since the last call.
func (b *backlog) check() (long, overflowed bool) {
	waiting, dropped := b.read()
	overflowed = dropped > b.dropped
	b.dropped = dropped
	switch {
	case waiting <= backlogLimit:
		b.since = time.Time{}
	case b.since.IsZero():
		b.since = time.Now()
	}
	return !b.since.IsZero() && time.Since(b.since) < maxBacklogWait, overflowed
}
