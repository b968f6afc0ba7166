package netns

import (
	"context"
	"os"
	"time"
)

// removedInterval is how often [UntilRemoved] looks at the names.
const removedInterval = 250 * time.Millisecond

// UntilRemoved returns a context that ends with ctx or, with that cause, as soon as none of
// the namespaces has its name any more: a socket keeps a namespace without a name, so a
// probe would wait in it forever. Without a name it ends with ctx.
func UntilRemoved(ctx context.Context, names []string, cause error) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	files := map[string]os.FileInfo{}
	for _, name := range names {
		if info, err := os.Stat(Path(name)); err == nil {
			files[name] = info
		}
	}
	if len(names) > 0 {
		go func() {
			ticks := time.NewTicker(removedInterval)
			defer ticks.Stop()
			for anyNamed(files) {
				select {
				case <-ctx.Done():
					return
				case <-ticks.C:
				}
			}
			end(cause)
		}()
	}
	return ctx, func() { end(nil) }
}

// anyNamed reports whether a namespace still has its name, which another one may have got.
func anyNamed(files map[string]os.FileInfo) bool {
	for name, info := range files {
		if now, err := os.Stat(Path(name)); err == nil && os.SameFile(info, now) {
			return true
		}
	}
	return false
}
