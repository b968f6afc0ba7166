package feature

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// tryTime is the timeout for all features of one call. A feature takes 1 ms, or 10 ms
// if a module is loaded, and a hundred times that on an emulated machine with one
// processor, where the times of some forty add up.
const tryTime = time.Minute

// maxTries is how many features are tried concurrently: most of the time is spent
// waiting for the RTNL lock or for modules.
const maxTries = 8

// errTime says that a try timed out.
var errTime = &untriedError{fmt.Errorf("no answer within %v", tryTime)}

// tryAll tries features and returns the error of each. If sandboxed is true, features
// of namespaces are tried in a sandbox.
func tryAll(features []*Feature, sandboxed bool) []error {
	ctx, cancel := context.WithTimeout(context.Background(), tryTime)
	defer cancel()
	var here, inside []int
	for i, f := range features {
		if f == Rootless || sandboxed && !f.here {
			inside = append(inside, i)
		} else {
			here = append(here, i)
		}
	}
	reasons := make([]error, len(features))
	share := func(indexes []int, fn func(context.Context, []*Feature) []error) {
		var some []*Feature
		for _, i := range indexes {
			some = append(some, features[i])
		}
		for i, reason := range fn(ctx, some) {
			reasons[indexes[i]] = reason
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { share(here, tryOwn) })
	wg.Go(func() { share(inside, trySandboxed) })
	wg.Wait()
	return reasons
}

// tryOwn tries features in threads of this program.
func tryOwn(ctx context.Context, features []*Feature) []error {
	reasons := make([]error, len(features))
	slots := make(chan struct{}, maxTries)
	var wg sync.WaitGroup
	for i, f := range features {
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
				reasons[i] = f.attempt(ctx)
				<-slots
			case <-ctx.Done():
				reasons[i] = errTime
			}
		})
	}
	wg.Wait()
	return reasons
}

// attempt tries the feature once. If the call blocks in the kernel, its thread is
// abandoned: nothing can end it.
func (f *Feature) attempt(ctx context.Context) error {
	if asked, err := f.withoutTrying(local); asked {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- f.try() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errTime
	}
}

// withoutTrying returns the answer of a feature whose module would add links to the
// host namespace; asked is false for other features, which can be tried.
func (f *Feature) withoutTrying(m *machine) (asked bool, err error) {
	if f.adds == "" || m.loaded(f.module) || !m.loadsModules() || m.text(modulesDisabled) == "1" {
		return false, nil // trying loads no module
	}
	if m.onDisk(f.module) {
		return true, nil
	}
	if m.exists(m.modules()) {
		return false, nil // there is no module to load
	}
	return true, &untriedError{fmt.Errorf("trying may load the module %s, which adds %s to the host namespace", f.module, f.adds)}
}

// trySandboxed makes a sandbox as for an ordinary user's lab and tries features in it.
func trySandboxed(ctx context.Context, features []*Feature) []error {
	reasons := make([]error, len(features))
	if len(features) == 0 {
		return nil
	}
	received, err := map[string]answer(nil), local.tooOld()
	if err == nil {
		received, err = inSandbox(ctx, features)
	}
	why := local.explainRootless(err)
	for i, f := range features {
		switch {
		case f == Rootless, Untried(err):
			reasons[i] = why
		case err != nil:
			reasons[i] = &untriedError{Rootless.explain(local, why)}
		default:
			reasons[i] = errTime
			if a, answered := received[f.Name]; answered {
				reasons[i] = a.reason()
			}
		}
	}
	return reasons
}

// errNoChild is the error of a program that can't be re-executed, see [Child].
var errNoChild = &untriedError{errors.New("this program does not call feature.Child")}
