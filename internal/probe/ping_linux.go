package probe

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Ping sends a series of echo requests and calls each for every answer, also
// for those that come late. It ends after the last answer, after the timeout
// that follows the last request, or with ctx, whose error it then returns
// together with what was measured so far.
func Ping(ctx context.Context, t Target, opts PingOptions, each func(Reply)) (PingStats, error) {
	if opts.Interval == 0 {
		opts.Interval = time.Second
	}
	if opts.Timeout == 0 {
		opts.Timeout = defaultTimeout
	}
	p := &pinger{target: t, each: each, cookie: rand.Uint64(), sent: map[int]time.Time{}}
	err := netns.Do(t.From, func() error {
		var err error
		p.socket, err = open(t.To.Is6())
		return err
	})
	if err != nil {
		return PingStats{}, err
	}
	defer p.socket.close()
	for seq := 1; opts.Count == 0 || seq <= opts.Count; seq++ {
		p.send(seq)
		last := seq == opts.Count
		wait := opts.Interval
		if last {
			wait = opts.Timeout
		}
		p.collect(ctx, time.Now().Add(wait), last)
		if ctx.Err() != nil {
			return p.stats(), ctx.Err()
		}
	}
	return p.stats(), nil
}

// pinger is one series of requests.
type pinger struct {
	target Target
	each   func(Reply)
	socket *socket
	cookie uint64
	count  int               // requests
	sent   map[int]time.Time // requests without an answer, by number
	rtts   []time.Duration
}

func (p *pinger) send(seq int) {
	p.count++
	p.sent[seq] = time.Now()
	m := appendEcho(nil, request{p.cookie, uint32(seq), 0}, p.target.To.Is6())
	if err := p.socket.send(m, p.target.To); err != nil {
		delete(p.sent, seq)
		p.each(Reply{Seq: seq, Err: explain(err)})
	}
}

// collect takes answers until the time has come or, if that is asked for,
// until none is missing.
func (p *pinger) collect(ctx context.Context, until time.Time, untilAll bool) {
	fds := []unix.PollFd{{Fd: int32(p.socket.fd), Events: unix.POLLIN}}
	for ctx.Err() == nil && (!untilAll || len(p.sent) > 0) {
		left := time.Until(until)
		if left <= 0 {
			return
		}
		if _, err := unix.Poll(fds, int(min(left, pollSlice).Milliseconds())+1); err != nil && err != unix.EINTR {
			return
		}
		for p.take() {
		}
	}
}

// take takes one answer that waits, and reports whether there was one.
func (p *pinger) take() bool {
	a, from, ok := p.socket.receive()
	if !ok {
		return false
	}
	seq := int(a.question)
	sent, waiting := p.sent[seq]
	if a.cookie != p.cookie || !waiting {
		return true
	}
	delete(p.sent, seq)
	if a.refused {
		p.each(Reply{From: from, Seq: seq, Err: &ICMPError{By: from, Type: a.typ, Code: a.code}})
		return true
	}
	rtt := time.Since(sent)
	p.rtts = append(p.rtts, rtt)
	p.each(Reply{From: from, Seq: seq, TTL: a.ttl, RTT: rtt})
	return true
}

func (p *pinger) stats() PingStats {
	s := PingStats{Sent: p.count, Received: len(p.rtts)}
	if s.Received == 0 {
		return s
	}
	var sum, squares float64
	s.Min = p.rtts[0]
	for _, rtt := range p.rtts {
		s.Min, s.Max = min(s.Min, rtt), max(s.Max, rtt)
		sum += float64(rtt)
		squares += float64(rtt) * float64(rtt)
	}
	mean := sum / float64(len(p.rtts))
	s.Mean = time.Duration(mean)
	s.StdDev = time.Duration(math.Sqrt(max(0, squares/float64(len(p.rtts))-mean*mean)))
	return s
}
