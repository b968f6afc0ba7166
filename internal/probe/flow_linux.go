package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Throughput opens both ends of a connection and sends for opts.Duration. It
// returns a flow for each direction, that to the target first. If ctx ends it
// returns its error and the flows measured so far.
func Throughput(ctx context.Context, r FlowTarget, opts FlowOptions) ([]Flow, error) {
	opts = opts.withDefaults()
	open := openTCP
	if opts.UDP {
		open = openUDP
	}
	var flows []*flow
	defer func() {
		for _, f := range flows {
			f.close()
		}
	}()
	for _, reverse := range []bool{false, true} {
		if reverse != opts.Reverse && !opts.Both {
			continue
		}
		c, err := open(ctx, r, opts, reverse)
		if err != nil {
			return nil, err
		}
		flows = append(flows, &flow{transfer: c, reverse: reverse})
	}
	err := runAll(ctx, flows, opts)
	results := make([]Flow, len(flows))
	for i, f := range flows {
		results[i] = f.result()
	}
	return results, cmp.Or(ctx.Err(), err)
}

// A transfer sends in one direction over a connection.
type transfer interface {
	// run sends until ctx ends, receives the last data, and returns how long that
	// took.
	run(ctx context.Context) (time.Duration, error)
	// progress returns the totals so far. It may be called while run runs.
	progress() Sample
	// result writes the totals at the end.
	result(*Flow)
	close()
}

// A flow is a running direction.
type flow struct {
	transfer
	reverse bool
	took    time.Duration
	samples []Sample
	before  Sample // the totals at the last sample
}

// runAll runs flows in parallel for opts.Duration.
func runAll(ctx context.Context, flows []*flow, opts FlowOptions) error {
	start := time.Now()
	var all, sampler sync.WaitGroup
	errs := make([]error, len(flows))
	for i, f := range flows {
		all.Go(func() {
			sending, cancel := context.WithTimeout(ctx, opts.Duration)
			defer cancel()
			late := time.Since(start)
			f.took, errs[i] = f.run(sending)
			f.took += late
		})
	}
	running, cancel := context.WithCancel(ctx)
	sampler.Go(func() {
		// A rest shorter than half an interval is part of the last sample.
		for at := opts.Interval; at <= opts.Duration-opts.Interval/2; at += opts.Interval {
			if sleep(running, time.Until(start.Add(at))) != nil {
				return
			}
			for _, f := range flows {
				f.sample(time.Since(start), opts.Each)
			}
		}
	})
	all.Wait()
	cancel()
	sampler.Wait()
	for _, f := range flows {
		f.took = max(f.took, f.before.End+1)
		f.sample(f.took, opts.Each)
	}
	return errors.Join(errs...)
}

// sample takes a sample of the time since the last one.
func (f *flow) sample(now time.Duration, each func(Sample)) {
	total := f.progress()
	s := Sample{
		Reverse: f.reverse, Start: f.before.End, End: now,
		Received:    total.Received - f.before.Received,
		Retransmits: total.Retransmits - f.before.Retransmits,
		Lost:        total.Lost - f.before.Lost,
	}
	f.before, f.before.End = total, now
	f.samples = append(f.samples, s)
	if each != nil {
		each(s)
	}
}

func (f *flow) result() Flow {
	r := Flow{Reverse: f.reverse, Duration: f.took, Samples: f.samples}
	f.transfer.result(&r)
	return r
}

// listen binds a socket in the target's namespace, to the target address itself, so
// that no other address reaches it and answers come from there. If the namespace
// does not have the address (destination NAT), it binds to all.
func (r FlowTarget) listen(typ int, port uint16) (int, error) {
	fd := -1
	err := inside([]string{r.At}, func(int) (err error) {
		fd, err = listenAt(typ, netip.AddrPortFrom(r.addr(), port))
		if errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EINVAL) { // EINVAL: a link-local address
			fd, err = listenOn(typ, port)
		}
		return err
	})[0]
	if err != nil {
		return -1, fmt.Errorf("listen on port %d: %w", port, err)
	}
	return fd, nil
}
