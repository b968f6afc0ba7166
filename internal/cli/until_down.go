package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// goneInterval is how often a command looks whether its lab still runs.
const goneInterval = 250 * time.Millisecond

// untilDown returns a context that ends with ctx, or when the lab does: a socket keeps a
// namespace that has no name any more, so a probe would wait in it forever. Of the nodes,
// which may be none, all must have lost their namespaces; by default those of the whole
// lab. The cause is then an error for the user.
func untilDown(ctx context.Context, lab *vethlab.Lab, nodes ...string) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	all, err := lab.Nodes()
	if err != nil || len(all) == 0 {
		return ctx, func() { end(nil) }
	}
	if slices.Contains(nodes, topo.HostNode) {
		nodes = nil
	}
	inodes := map[string]uint64{}
	for _, n := range all {
		if len(nodes) == 0 || slices.Contains(nodes, n.Name()) {
			inodes[n.Namespace()] = inodeOf(n.Namespace())
		}
	}
	go func() {
		ticks := time.NewTicker(goneInterval)
		defer ticks.Stop()
		for anyLeft(inodes) {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
		}
		end(fmt.Errorf("lab %s: %w", lab.Name(), sandbox.ErrEnded))
	}()
	return ctx, func() { end(nil) }
}

// anyLeft reports whether a namespace still has its name.
func anyLeft(inodes map[string]uint64) bool {
	for name, inode := range inodes {
		if inode != 0 && inodeOf(name) == inode {
			return true
		}
	}
	return false
}

// inodeOf returns the inode of the namespace with that name, 0 if there is none.
func inodeOf(name string) uint64 {
	var st unix.Stat_t
	if unix.Stat(netns.Path(name), &st) != nil {
		return 0
	}
	return st.Ino
}

// ended returns the error that ended a context of [untilDown] if the lab did, else err.
func ended(ctx, until context.Context, err error) error {
	if ctx.Err() == nil && until.Err() != nil {
		return context.Cause(until)
	}
	return err
}
