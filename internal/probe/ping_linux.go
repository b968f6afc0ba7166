package probe

import (
	"context"
	"math/rand/v2"
	"time"
)

// Ping sends a series of echo requests and calls each for every answer, including
// late ones. It ends after the last answer, at the timeout after the last request,
// or when ctx ends, whose error it then returns with the statistics so far.
func Ping(ctx context.Context, t Target, opts PingOptions, each func(Reply)) (PingStats, error) {
	if opts.Interval == 0 {
		opts.Interval = time.Second
	}
	if opts.Timeout == 0 {
		opts.Timeout = time.Second
	}
	p := &pinger{target: t, each: each, batch: newBatch(), cookie: rand.Uint64(), start: time.Now(), missing: map[int]bool{}}
	err := inside([]string{t.From}, func(int) (err error) {
		if p.socket, err = open(t); err != nil || opts.TTL == 0 {
			return err
		}
		return p.socket.setTTL(opts.TTL)
	})[0]
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

// A pinger is one series of requests.
type pinger struct {
	target  Target
	each    func(Reply)
	socket  *socket
	batch   *batch
	cookie  uint64
	start   time.Time
	count   int          // requests
	missing map[int]bool // sequence numbers of requests without an answer
	rtts    RTTs
}

func (p *pinger) send(seq int) {
	p.count++
	p.missing[seq] = true
	m := appendEcho(nil, request{p.cookie, 0, uint32(seq), time.Since(p.start)}, p.target.ipv6(), 0)
	if err := p.socket.send(m, p.target.addr()); err != nil {
		delete(p.missing, seq)
		p.each(Reply{Seq: seq, Err: explain(err)})
	}
}

// collect processes answers until a time or, if untilAll is set, until none is
// missing.
func (p *pinger) collect(ctx context.Context, until time.Time, untilAll bool) {
	for !untilAll || len(p.missing) > 0 {
		left := time.Until(until)
		if left <= 0 || p.socket.wait(ctx, left) != nil {
			return
		}
		for p.socket.receive(p.batch, p.handle) {
		}
	}
}

// handle processes an answer received at a time.
func (p *pinger) handle(a answer, at time.Time) {
	seq := int(a.seq)
	if a.cookie != p.cookie || !p.missing[seq] {
		return
	}
	to := p.target.addr()
	if wrong := a.checkSource(to); wrong != nil && !to.IsMulticast() && !to.IsUnspecified() {
		p.each(Reply{From: a.from, Seq: seq, Err: wrong}) // the right reply may follow
		return
	}
	delete(p.missing, seq)
	if a.refused {
		p.each(Reply{From: a.from, Seq: seq, Err: a.err()})
		return
	}
	rtt := max(at.Sub(p.start)-a.sent, 1)
	p.rtts = append(p.rtts, rtt)
	p.each(Reply{From: a.from, Seq: seq, TTL: a.ttl, RTT: rtt})
}

func (p *pinger) stats() PingStats {
	return PingStats{
		Sent: p.count, Received: len(p.rtts),
		Min: p.rtts.Min(), Mean: p.rtts.Mean(), Max: p.rtts.Max(), StdDev: p.rtts.StdDev(),
	}
}
