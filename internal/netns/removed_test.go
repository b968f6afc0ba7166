//go:build linux

package netns_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// The context ends when the last of the namespaces is removed, also if another one gets its
// name at once, and not before.
func TestUntilRemoved(t *testing.T) {
	netnstest.Need(t)
	a, b := netnstest.LabName(t)+"-a", netnstest.LabName(t)+"-b"
	t.Cleanup(func() { _ = netns.Remove(a, b) })
	create := func(name string) {
		if err := netns.CreateAll([]netns.Spec{{Name: name, Inside: func() error { return nil }}}); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		if err := netns.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	create(a)
	create(b)
	removed := errors.New("removed")
	ctx, stop := netns.UntilRemoved(t.Context(), []string{a, b}, removed)
	defer stop()
	remove(a)
	select {
	case <-ctx.Done():
		t.Fatalf("ended while %s is there: %v", b, context.Cause(ctx))
	case <-time.After(600 * time.Millisecond):
	}
	remove(b)
	create(b)
	select {
	case <-ctx.Done():
		if err := context.Cause(ctx); !errors.Is(err, removed) {
			t.Errorf("the cause is %v, want %v", err, removed)
		}
	case <-time.After(10 * time.Second):
		t.Error("did not end")
	}
	for _, names := range [][]string{nil, {b}} {
		parent, end := context.WithCancel(t.Context())
		ctx, stop := netns.UntilRemoved(parent, names, removed)
		if ctx.Err() != nil {
			t.Errorf("%v: ended at once", names)
		}
		end()
		<-ctx.Done()
		if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: the cause is %v", names, err)
		}
		stop()
	}
}
