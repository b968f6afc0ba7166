//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// become makes the kernel agree with a State.
func become(t *testing.T, seen, want *state.State) {
	t.Helper()
	if err := kernel.Apply(t.Context(), plan.Diff(seen, want), seen, kernel.Options{}); err != nil {
		t.Fatal(err)
	}
}

func watch(t *testing.T, names []string) *kernel.Watch {
	t.Helper()
	w, err := kernel.NewWatch(names)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// told reports whether a Watch tells of something within a time. What the kernel
// is still about is let pass before.
func told(t *testing.T, w *kernel.Watch, within time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	err := w.Wait(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return err == nil
}

const (
	sure  = 10 * time.Second
	quiet = 200 * time.Millisecond
)

func TestWatch(t *testing.T) {
	netnstest.Need(t)
	_, s := pair(t)
	become(t, state.New(), s)
	if err := kernel.Settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	w := watch(t, s.Names())
	for told(t, w, quiet) { // other tests make namespaces at the same time
	}
	first := func(s *state.State) *state.Namespace { return s.Namespaces[s.Names()[0]] }
	for what, change := range map[string]func(ns *state.Namespace){
		"link": func(ns *state.Namespace) { ns.Links["veth0"].MTU = 1300 },
		"address": func(ns *state.Namespace) {
			ns.Links["veth0"].Addresses = append(ns.Links["veth0"].Addresses, netip.MustParsePrefix("10.0.0.1/8"))
		},
		"route": func(ns *state.Namespace) { ns.Routes = nil },
	} {
		changed := s.Clone()
		change(first(changed))
		become(t, s, changed)
		if !told(t, w, sure) {
			t.Errorf("a changed %s is not told of", what)
		}
		become(t, changed, s)
		for told(t, w, quiet) {
		}
	}
	if w.Stale() {
		t.Error("the watch is stale while all is there")
	}
}

// A Watch does not keep namespaces from going.
func TestWatchLetsGo(t *testing.T) {
	netnstest.Need(t)
	_, s := pair(t)
	become(t, state.New(), s)
	w := watch(t, s.Names())
	gone := make(chan error, 1)
	go func() {
		var err error
		for !w.Stale() && err == nil {
			err = w.Wait(t.Context())
		}
		w.Close()
		gone <- err
	}()
	held, err := kernel.Remove(t.Context(), s.Names())
	if err != nil || len(held) > 0 {
		t.Errorf("removed with %v still held, %v", held, err)
	}
	if err := <-gone; err != nil {
		t.Error(err)
	}
}
