package feature

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// tryTime bounds how long all that is asked for at once may take. A single
// feature takes a millisecond, or ten where a module is loaded for it, and on an
// emulated machine a hundred times that.
const tryTime = 10 * time.Second

// maxTries is how many features are tried at a time: most of it is waiting, for
// one lock of the kernel or for modules to be loaded.
const maxTries = 8

// errTime says that the kernel has not answered in time.
var errTime = &untriedError{fmt.Errorf("no answer within %v", tryTime)}

// tryAll tries features and returns what each came to: those of namespaces in a
// sandbox if boxed is true.
func tryAll(features []*Feature, boxed bool) []error {
	ctx, cancel := context.WithTimeout(context.Background(), tryTime)
	defer cancel()
	var here, inside []int
	for i, f := range features {
		if f == Rootless || boxed && !f.here {
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
	wg.Go(func() { share(inside, tryBoxed) })
	wg.Wait()
	return reasons
}

// tryOwn tries features by threads of this program.
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

// attempt tries the feature once. A call that the kernel does not come back from
// is left behind, on a thread of its own: nothing can end it.
func (f *Feature) attempt(ctx context.Context) error {
	if asked, err := f.ask(local); asked {
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

// ask answers without trying where that would change the machine: by loading a
// module that adds links to it.
func (f *Feature) ask(m *machine) (asked bool, err error) {
	if f.adds == "" || m.loaded(f.module) || !m.loadsModules() || m.text(modulesDisabled) == "1" {
		return false, nil // nothing will be loaded
	}
	if m.onDisk(f.module) {
		return true, nil
	}
	if m.exists(m.modules()) {
		return false, nil // nothing can be loaded
	}
	return true, &untriedError{fmt.Errorf("that may load a module, %s, that adds %s to the machine", f.module, f.adds)}
}

// tryBoxed tries features in the sandbox of an ordinary user's lab, and making it.
func tryBoxed(ctx context.Context, features []*Feature) []error {
	reasons := make([]error, len(features))
	if len(features) == 0 {
		return nil
	}
	told, err := map[string]answer(nil), local.tooOld()
	if err == nil {
		told, err = inSandbox(ctx, features)
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
			if a, answered := told[f.Name]; answered {
				reasons[i] = a.reason()
			}
		}
	}
	return reasons
}

// errUnwired is of a program that can't be started again, see [Child].
var errUnwired = &untriedError{errors.New("this program does not call feature.Child")}
