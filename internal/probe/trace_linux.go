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
	defaultHops   = 64 // as far as packets go by default
	defaultProbes = 3

	// defaultTraceTimeout is longer than a router of Linux takes until it sends
	// another ICMP error, and the round trip after that.
	defaultTraceTimeout = 1300 * time.Millisecond

	// errorInterval is a little longer than the time between two ICMP errors that
	// a router of Linux sends to the same host.
	errorInterval = 1050 * time.Millisecond

	// minPatience is how long a hop that has answered is at least waited for when
	// it is asked again.
	minPatience = 100 * time.Millisecond
)

// Trace finds the hops on the way to a target, by echo requests with a time to
// live of 1, 2 and so on, all sent at once. The last hop is the target, the
// router that knows no way on, or, if nobody says so, the last one that
// answered; those between that stay silent are there, without an address. The
// error is one that kept the requests from being sent.
//
// A router of Linux sends one host six ICMP errors at once and then one a
// second (icmp_ratelimit), so a hop that is silent is asked again when that is
// over.
func Trace(ctx context.Context, t Target, opts TraceOptions) ([]Hop, error) {
	path := TraceAll(ctx, []Target{t}, opts)[0]
	return path.Hops, path.Err
}

// TraceAll traces several ways side by side, as [Trace] does one.
func TraceAll(ctx context.Context, targets []Target, opts TraceOptions) []Path {
	paths := make([]Path, len(targets))
	for i, t := range traceAll(ctx, targets, opts) {
		paths[i] = Path{t.hops(), cmp.Or(ctx.Err(), t.err)}
	}
	return paths
}

// LastHop returns for each target the last hop on the way there that answers,
// all found side by side. The TTL of a hop is 0 if nobody answered at all.
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

// A trace is on its way to a target.
type trace struct {
	target Target
	place  *place
	all    []Hop // by TTL, from 1
	end    int   // the least TTL at which the way is known to end, 0: not known
	err    error // why nothing could be sent
}

// hops returns the hops as far as they are known.
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

// missing calls fn with each TTL at which less answers came than asked for.
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

// A tracer traces several ways side by side.
type tracer struct {
	traces []trace
	places []*place
	opts   TraceOptions
	poller *poller
	batch  *batch
	cookie uint64
	start  time.Time
}

func traceAll(ctx context.Context, targets []Target, opts TraceOptions) []trace {
	opts.MaxHops = min(cmp.Or(opts.MaxHops, defaultHops), 255)
	opts.Probes = cmp.Or(opts.Probes, defaultProbes)
	opts.Timeout = cmp.Or(opts.Timeout, defaultTraceTimeout)
	r := &tracer{traces: make([]trace, len(targets)), opts: opts, poller: newPoller(), batch: newBatch(), cookie: rand.Uint64(), start: time.Now()}
	defer r.poller.close()
	r.open(targets)
	defer closeAll(r.places)
	r.run(ctx)
	return r.traces
}

// open opens the sockets.
func (r *tracer) open(targets []Target) {
	answers, numbers := make([]Answer, len(targets)), make([]int, len(targets))
	for i, t := range targets {
		answers[i].Target, numbers[i] = t, i
	}
	r.places = placesOf(answers, numbers)
	openAll(r.places)
	for i, p := range r.places {
		if p.err == nil {
			p.err = r.poller.add(p.socket.fd, i)
		}
		for _, n := range p.questions {
			t := trace{target: targets[n], place: p, all: make([]Hop, r.opts.MaxHops), err: p.err}
			for i := range t.all {
				t.all[i].TTL = i + 1
			}
			r.traces[n] = t
		}
	}
}

// run finds the hops first, and then asks those that answer again for their
// round trips.
func (r *tracer) run(ctx context.Context) {
	r.ask(1)
	for _, at := range r.reasks() {
		if r.collect(ctx, at, 1) {
			break
		}
		if at < r.opts.Timeout {
			r.ask(1)
		}
	}
	for probes := 2; probes <= r.opts.Probes; probes++ {
		r.ask(probes)
		r.collect(ctx, time.Since(r.start)+r.patience(), probes)
	}
}

// reasks are when hops that are silent are asked again, since the beginning:
// soon, as packets may be lost, and when routers send errors again. The last
// one is the end.
func (r *tracer) reasks() []time.Duration {
	at := []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}
	for next := errorInterval; next < r.opts.Timeout; next += errorInterval {
		at = append(at, next)
	}
	at = slices.DeleteFunc(at, func(d time.Duration) bool { return d >= r.opts.Timeout })
	return append(at, r.opts.Timeout)
}

// patience returns how long an answer may take of a hop that has answered.
func (r *tracer) patience() time.Duration {
	longest := minPatience
	for i := range r.traces {
		for _, h := range r.traces[i].all {
			longest = max(longest, 2*h.RTTs.Max())
		}
	}
	return longest
}

// ask sends a request to each hop that has not answered so many times. The
// first goes to each there may be, the others only to those that answer.
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
	s := t.place.socket
	m := appendEcho(nil, request{r.cookie, question, 0, time.Since(r.start)}, s.ipv6, 0)
	err := s.setTTL(ttl)
	if err == nil {
		err = s.send(m, t.target.addr())
	}
	if final(err) {
		t.err = explain(err)
	}
}

// setTTL sets the time to live of what is sent from now on.
func (s *socket) setTTL(ttl int) error {
	if s.ipv6 {
		return os.NewSyscallError("setsockopt IPV6_UNICAST_HOPS",
			unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl))
	}
	return os.NewSyscallError("setsockopt IP_TTL", unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_TTL, ttl))
}

// collect takes answers until a time, or until nothing is missing, which it
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
			for r.places[i].socket.receive(r.batch, r.take) {
			}
		})
	}
	return true
}

// complete reports whether all hops of all ways have answered so many times.
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

// take takes an answer that came at a time.
func (r *tracer) take(a answer, at time.Time) {
	i, ttl := int(a.question>>8), int(a.question&0xff)
	if a.cookie != r.cookie || i >= len(r.traces) || ttl == 0 || ttl > r.opts.MaxHops || a.noNeighbour() {
		return
	}
	t := &r.traces[i]
	h := &t.all[ttl-1]
	to := t.target.addr()
	switch {
	case !a.refused && a.from == to:
		h.Target = true
	case a.refused && a.to == to && a.exceeded():
	case a.refused && a.to == to:
		h.Err = a.err()
	default:
		return
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
