package probe

import "github.com/vethlab/vethlab/internal/netns"

// inside calls fn(i), which opens a socket, inside each namespace names[i] and
// returns an error for each: an [*OpenError], or nil.
func inside(names []string, fn func(i int) error) []error {
	errs, entered := make([]error, len(names)), make([]bool, len(names))
	_ = netns.Each(names, func(i int) error {
		entered[i] = true
		errs[i] = fn(i)
		return nil
	}) // a joined error does not say which namespace failed
	for i, name := range names {
		if !entered[i] {
			errs[i] = netns.Do(name, func() error { return fn(i) })
		}
		if errs[i] != nil {
			errs[i] = &OpenError{name, errs[i]}
		}
	}
	return errs
}
