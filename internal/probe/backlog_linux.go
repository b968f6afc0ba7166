package probe

import (
	"context"
	"os"
	"time"
)

// A backlog watches the queues of the processors.
type backlog struct {
	f       *os.File // nil: it can't be seen
	buf     []byte
	dropped int       // so far
	since   time.Time // when it was found too long; the zero value: it is not
}

// maxArrears is how long nothing is asked because of a long queue: it may be
// somebody else's.
const maxArrears = 50 * time.Millisecond

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
		b.buf = make([]byte, 2*len(b.buf)) // for next time: many processors
	}
	return parseBacklog(b.buf[:n])
}

// clear waits until the queues are short again, as long as that makes sense.
func (b *backlog) clear(ctx context.Context) {
	for {
		if long, _ := b.look(); !long || sleep(ctx, arrearsPause) != nil {
			return
		}
	}
}

// look reports whether the queues are so long that nothing should be asked, and
// whether packets were dropped since the last look.
func (b *backlog) look() (long, overflowed bool) {
	waiting, dropped := b.read()
	overflowed = dropped > b.dropped
	b.dropped = dropped
	switch {
	case waiting <= backlogLimit:
		b.since = time.Time{}
	case b.since.IsZero():
		b.since = time.Now()
	}
	return !b.since.IsZero() && time.Since(b.since) < maxArrears, overflowed
}
