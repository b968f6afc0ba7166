package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// untilDown returns a context that ends with ctx, or when the lab does: when all nodes have
// lost their namespaces, by default all of the lab. The cause is then an error for the user.
func untilDown(ctx context.Context, lab *vethlab.Lab, nodes ...string) (context.Context, context.CancelFunc) {
	all, _ := lab.Nodes() // on an error the probe itself fails
	var namespaces []string
	for _, n := range all {
		if len(nodes) == 0 || slices.Contains(nodes, topo.HostNode) || slices.Contains(nodes, n.Name()) {
			namespaces = append(namespaces, n.Namespace())
		}
	}
	return netns.UntilRemoved(ctx, namespaces, fmt.Errorf("lab %s: %w", lab.Name(), sandbox.ErrEnded))
}

// ended returns the cause of until, a context of [untilDown], if the lab was removed, else err.
func ended(ctx, until context.Context, err error) error {
	if ctx.Err() == nil && until.Err() != nil {
		return context.Cause(until)
	}
	return err
}
