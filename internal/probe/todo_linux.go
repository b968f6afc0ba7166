package probe

import (
	"context"
	"errors"
)

// Throughput opens both ends of a connection and sends for a while. It returns
// a flow for each direction that was asked for, to the address first. If ctx
// ends it returns its error and what was measured so far.
func Throughput(ctx context.Context, r Route, opts FlowOptions) ([]Flow, error) {
	return nil, errors.ErrUnsupported
}
