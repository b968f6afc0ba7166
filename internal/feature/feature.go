package feature

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A Feature is a kernel or system facility that labs, or commands in nodes, use and
// that a machine may lack.
type Feature struct {
	Name  string // the kernel's or iproute2's word
	Use   string // what it is used for
	Since string // the first version of Linux that has it
	Used  bool   // labs use it; other features are for commands in nodes

	module string // the kernel module; "" if it is never a module
	option string // of the kernel's configuration, without CONFIG_
	adds   string // links that loading the module adds to the host namespace

	has    func() bool                                       // a faster try; false: unknown; nil: there is none
	here   bool                                              // tried in this process, not in a namespace
	try    func() error                                      // nil for Rootless
	remedy func(f *Feature, m *machine, reason error) string // nil: load the module
}

// An Error says that a feature is missing. It matches [errors.ErrUnsupported].
type Error struct {
	Name   string
	Since  string // the first version of Linux that has it
	Reason error  // the error of trying it
	Hint   string // the command or package that fixes it, "" if unknown
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %v", e.Name, e.Reason)
	if e.Hint != "" {
		text += "\n  " + e.Hint
	}
	return text
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// Is reports whether target is [errors.ErrUnsupported].
func (e *Error) Is(target error) bool { return target == errors.ErrUnsupported }

// Err tries the feature once per program and returns nil if it works, else an
// [*Error].
func (f *Feature) Err() error {
	Try(f)
	return f.known()
}

// known returns the cached result.
func (f *Feature) known() error {
	answers.Lock()
	defer answers.Unlock()
	return answers.of[f]
}

// hint returns how to fix the reason for which the feature is missing, or "".
func (f *Feature) hint(m *machine, reason error) string {
	known := (*Error)(nil)
	switch {
	case errors.As(reason, &known):
		return known.Hint
	case Untried(reason):
		return ""
	case f.remedy != nil:
		return f.remedy(f, m, reason)
	case notSupported(reason):
		return m.remedyModule(f)
	case refused(reason):
		return m.remedyRights()
	}
	return ""
}

// notSupported reports whether an error says that the kernel lacks something.
func notSupported(reason error) bool {
	for _, errno := range []error{
		errors.ErrUnsupported, syscall.ENOENT, syscall.ENODEV, syscall.EAFNOSUPPORT, syscall.EPROTONOSUPPORT,
	} {
		if errors.Is(reason, errno) {
			return true
		}
	}
	return false
}

// refused reports whether an error is EPERM or EACCES.
func refused(reason error) bool { return errors.Is(reason, fs.ErrPermission) }

// answers caches the results of tried features: nil, or the [*Error]. It never
// expires: the kernel and the process's rights do not change.
var answers struct {
	sync.Mutex
	of map[*Feature]error
}

// Try tries those features that have not been tried yet, concurrently, for later
// calls of [Feature.Err].
func Try(features ...*Feature) { try(features, !sandbox.Privileged()) }

// try tries features, in a sandbox if sandboxed is true.
func try(features []*Feature, sandboxed bool) {
	answers.Lock() // during the tries: a concurrent caller waits for the same results
	defer answers.Unlock()
	var open []*Feature
	for _, f := range features {
		if _, known := answers.of[f]; !known {
			open = append(open, f)
		}
	}
	if answers.of == nil {
		answers.of = map[*Feature]error{}
	}
	for i, reason := range tryAll(open, sandboxed) {
		answers.of[open[i]] = open[i].explain(local, reason)
	}
}

// explain returns the [*Error] for the reason why the feature is missing.
func (f *Feature) explain(m *machine, reason error) error {
	if reason == nil {
		return nil
	}
	e := &Error{Name: f.Name, Since: f.Since, Reason: reason, Hint: f.hint(m, reason)}
	if known := (*Error)(nil); errors.As(reason, &known) && !Untried(reason) {
		e.Reason = known.Reason
	}
	return e
}

// An untriedError says that a feature could not be tried.
type untriedError struct{ reason error }

func (e *untriedError) Error() string {
	if known := (*Error)(nil); errors.As(e.reason, &known) {
		return fmt.Sprintf("not tried because %s is missing: %v", known.Name, known.Reason)
	}
	return fmt.Sprintf("not tried: %v", e.reason)
}

// Unwrap returns the reason.
func (e *untriedError) Unwrap() error { return e.reason }

// Untried reports whether an error of [Feature.Err] says that the feature could
// not be tried.
func Untried(err error) bool {
	untried := (*untriedError)(nil)
	return errors.As(err, &untried)
}
