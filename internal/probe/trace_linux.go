package probe

import (
	"cmp"
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

const (
	defaultHops   = 64 // the default TTL of Linux
	defaultProbes = 3

	// defaultTraceTimeout covers the ICMP rate limit of a Linux router, one error a
	// second, and a round trip.
	defaultTraceTimeout = 1300 * time.Millisecond

	// errorInterval is a little longer than the interval of rate-limited ICMP errors
	// of a Linux router to one host.
	errorInterval = 1050 * time.Millisecond

	// minAnswerWait is the least wait for further answers of a hop that has
	// answered.
	minAnswerWait = 100 * time.Millisecond
)

// Trace finds the hops on the path to a target, by echo requests with a time to
// live of 1, 2 and so on, all sent at once. The last hop is the target, the router
// that reports the destination unreachable, or else the last that answered; silent
// hops before it are included without an address. The error says why requests could
// not be sent.
//
// A Linux router sends one host a burst of six ICMP errors and then one a second
// (icmp_ratelimit), so silent hops are probed again at that interval.
func Trace(ctx context.Context, t Target, opts TraceOptions) ([]Hop, error) {
	path := TraceAll(ctx, []Target{t}, opts)[0]
	return path.Hops, path.Err
}

// TraceAll traces several paths in parallel, as [Trace] does one.
func TraceAll(ctx context.Context, targets []Target, opts TraceOptions) []Path {
	paths := make([]Path, len(targets))
	for i, t := range traceAll(ctx, targets, opts) {
		paths[i] = Path{t.hops(), cmp.Or(ctx.Err(), t.err)}
	}
	return paths
}

// LastHop returns for each target the last hop on its path that answers, all found
// in parallel. Its TTL is 0 if none answered.
func LastHop(ctx context.Context, targets []Target, opts TraceOptions) []Hop {
	opts.Probes = 1
	last := make([]Hop, len(targets))
	for i, t := range traceAll(ctx, targets, opts) {
		if hops := t.hops(); len(hops) > 0 {
			last[i] = hops[len(hops)-1]
		}
	}
	return last
}

// A trace is a running trace to a target.
type trace struct {
	target Target
	origin *origin
	all    []Hop // by TTL, from 1
	end    int   // the lowest TTL at which the path ends; 0: unknown
	err    error // why requests could not be sent
}

// hops returns the known hops.
func (t *trace) hops() []Hop {
	n := t.end
	if n == 0 {
		for i := range t.all {
			if t.all[i].Received > 0 {
				n = i + 1
			}
		}
	}
	return t.all[:n]
}

// missing calls fn with each TTL at which fewer than probes answers were received.
func (t *trace) missing(probes int, fn func(ttl int)) {
	if t.err != nil {
		return
	}
	for ttl := 1; ttl <= len(t.all) && (t.end == 0 || ttl <= t.end); ttl++ {
		if t.all[ttl-1].Received < probes {
			fn(ttl)
		}
	}
}

// A tracer traces several paths in parallel.
type tracer struct {
	traces  []trace
	origins []*origin
	opts    TraceOptions
	poller  *poller
	batch   *batch
	cookie  uint64
	start   time.Time
}

func traceAll(ctx context.Context, targets []Target, opts TraceOptions) []trace {
	opts.MaxHops = min(cmp.Or(opts.MaxHops, defaultHops), 255)
	opts.Probes = cmp.Or(opts.Probes, defaultProbes)
	opts.Timeout = cmp.Or(opts.Timeout, defaultTraceTimeout)
	r := &tracer{traces: make([]trace, len(targets)), opts: opts, poller: newPoller(), batch: newBatch(), cookie: rand.Uint64(), start: time.Now()}
	defer r.poller.close()
	r.open(targets)
	defer closeAll(r.origins)
	r.run(ctx)
	return r.traces
}

// open opens the sockets.
func (r *tracer) open(targets []Target) {
	answers, numbers := make([]Answer, len(targets)), make([]int, len(targets))
	for i, t := range targets {
		answers[i].Target, numbers[i] = t, i
	}
	r.origins = originsOf(answers, numbers)
	openAll(r.origins)
	for i, o := range r.origins {
		if o.err == nil {
			o.err = r.poller.add(o.socket.fd, i)
		}
		for _, n := range o.questions {
			t := trace{target: targets[n], origin: o, all: make([]Hop, r.opts.MaxHops), err: o.err}
			for i := range t.all {
				t.all[i].TTL = i + 1
			}
			r.traces[n] = t
		}
	}
}

// run finds the hops first, and then probes those that answer again, for their round
// trips.
func (r *tracer) run(ctx context.Context) {
	r.ask(1)
	for _, at := range r.retryTimes() {
		if r.collect(ctx, at, 1) {
			break
		}
		if at < r.opts.Timeout {
			r.ask(1)
		}
	}
	for probes := 2; probes <= r.opts.Probes; probes++ {
		r.ask(probes)
		r.collect(ctx, time.Since(r.start)+r.answerWait(), probes)
	}
}

// retryTimes returns when silent hops are probed again, since the start: soon, as
// packets may be lost, and when rate-limited routers send errors again. The last
// one is the timeout.
func (r *tracer) retryTimes() []time.Duration {
	at := []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}
	for next := errorInterval; next < r.opts.Timeout; next += errorInterval {
		at = append(at, next)
	}
	at = slices.DeleteFunc(at, func(d time.Duration) bool { return d >= r.opts.Timeout })
	return append(at, r.opts.Timeout)
}

// answerWait returns how long to wait for further answers of hops that have
// answered.
func (r *tracer) answerWait() time.Duration {
	longest := minAnswerWait
	for i := range r.traces {
		for _, h := range r.traces[i].all {
			longest = max(longest, 2*h.RTTs.Max())
		}
	}
	return longest
}

// ask sends a request to each hop with fewer than probes answers: the first to every
// TTL, later ones only to hops that have answered.
func (r *tracer) ask(probes int) {
	for i := range r.traces {
		t := &r.traces[i]
		t.missing(probes, func(ttl int) {
			if h := &t.all[ttl-1]; probes == 1 || h.Received > 0 {
				h.Sent++
				r.send(t, uint32(i)<<8|uint32(ttl), ttl)
			}
		})
	}
}

func (r *tracer) send(t *trace, question uint32, ttl int) {
	s := t.origin.socket
	m := appendEcho(nil, request{r.cookie, question, 0, time.Since(r.start)}, s.ipv6, 0)
	err := s.setTTL(ttl)
	if err == nil {
		err = s.send(m, t.target.addr())
	}
	if final(err) {
		t.err = explain(err)
	}
}

// setTTL sets the time to live of the next packets.
func (s *socket) setTTL(ttl int) error {
	if s.ipv6 {
		return os.NewSyscallError("setsockopt IPV6_UNICAST_HOPS",
			unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl))
	}
	return os.NewSyscallError("setsockopt IP_TTL", unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_TTL, ttl))
}

// collect processes answers until a time, or until all hops have answered, which it
// reports.
func (r *tracer) collect(ctx context.Context, until time.Duration, probes int) (all bool) {
	for ctx.Err() == nil {
		left := until - time.Since(r.start)
		if r.complete(probes) {
			return true
		}
		if left <= 0 {
			return false
		}
		r.poller.wait(min(left, pollSlice), func(i int) {
			for r.origins[i].socket.receive(r.batch, r.handle) {
			}
		})
	}
	return true
}

// complete reports whether all hops of all paths have answered probes times.
func (r *tracer) complete(probes int) bool {
	for i := range r.traces {
		t := &r.traces[i]
		complete := t.err != nil || t.end > 0 || probes > 1
		t.missing(probes, func(ttl int) {
			if probes == 1 || t.all[ttl-1].Received > 0 {
				complete = false
			}
		})
		if !complete {
			return false
		}
	}
	return true
}

// handle processes an answer received at a time.
func (r *tracer) handle(a answer, at time.Time) {
	i, ttl := int(a.question>>8), int(a.question&0xff)
	if a.cookie != r.cookie || i >= len(r.traces) || ttl == 0 || ttl > r.opts.MaxHops || a.noNeighbour() {
		return
	}
	t := &r.traces[i]
	h := &t.all[ttl-1]
	switch {
	case a.checkSource(t.target.addr()) != nil:
		return
	case !a.refused:
		h.Target = true
	case !a.exceeded():
		h.Err = a.err()
	}
	if ends := h.Target || h.Err != nil; ends && (t.end == 0 || ttl < t.end) {
		t.end = ttl
	}
	h.Received++
	h.RTTs = append(h.RTTs, max(at.Sub(r.start)-a.sent, 1))
	if !slices.Contains(h.By, a.from) {
		h.By = append(h.By, a.from)
	}
}
