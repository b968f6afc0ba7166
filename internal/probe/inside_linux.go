package probe

import "github.com/vethlab/vethlab/internal/netns"

// inside calls fn(i) inside each namespace names[i] and returns an error for
// each: that of fn, or why the namespace could not be entered.
func inside(names []string, fn func(i int) error) []error {
	errs, entered := make([]error, len(names)), make([]bool, len(names))
	_ = netns.Each(names, func(i int) error {
		entered[i] = true
		errs[i] = fn(i)
		return nil
	}) // its error does not say whose it is
	for i, name := range names {
		if !entered[i] {
			errs[i] = netns.Do(name, func() error { return fn(i) })
		}
	}
	return errs
}
