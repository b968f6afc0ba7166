package probe

import (
	"context"
	"errors"
)

// A Serving is what [Serve] runs.
type Serving struct{}

// Serve opens listeners for all services, side by side, and returns when they
// are bound. The errors are one for each service, nil where it is served; it is
// [ErrServed] where somebody listens on the port already, which leaves the
// others as they are. Close ends it all.
func Serve(services []Service) (*Serving, []error) {
	errs := make([]error, len(services))
	for i := range errs {
		errs[i] = errors.ErrUnsupported
	}
	return &Serving{}, errs
}

// Close closes all listeners and connections and waits until nobody uses them.
func (*Serving) Close() error { return nil }

// PathMTU returns how many bytes the largest IP packet has that gets to a
// target in one piece. It asks with packets that must not be fragmented, and
// does not believe what the kernel remembers of the path. The error is a
// [*Timeout] or another of those of [Ask] if not even small packets get there.
func PathMTU(ctx context.Context, t Target, opts MTUOptions) (int, error) {
	return 0, errors.ErrUnsupported
}

// Fits reports whether an IP packet of so many bytes gets to a target in one
// piece. The error is one of those of [Ask] if not even a small one gets there.
func Fits(ctx context.Context, t Target, size int, opts MTUOptions) (bool, error) {
	return false, errors.ErrUnsupported
}

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
	return nil, errors.ErrUnsupported
}

// LastHop returns for each target the last hop on the way there that answers,
// all found side by side. The TTL of a hop is 0 if nobody answered at all.
func LastHop(ctx context.Context, targets []Target, opts TraceOptions) []Hop {
	return make([]Hop, len(targets))
}

// Throughput opens both ends of a connection and sends for a while. It returns
// a flow for each direction that was asked for, to the address first. If ctx
// ends it returns its error and what was measured so far.
func Throughput(ctx context.Context, r Route, opts FlowOptions) ([]Flow, error) {
	return nil, errors.ErrUnsupported
}
