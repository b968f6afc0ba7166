package feature

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A Feature is something that labs, or people in them, want of a machine and that
// it may lack.
type Feature struct {
	Name  string // the field's word for it
	Use   string // what it is wanted for
	Since string // the first version of Linux that has it
	Used  bool   // labs use it; other features are for what people do in nodes

	module string // that has it, "" if it is never in one
	option string // of the kernel's configuration, without CONFIG_
	adds   string // links that its module adds to the machine when it is loaded

	here bool                                              // it is of this process, not of a namespace
	try  func() error                                      // nil for Rootless
	mend func(f *Feature, m *machine, reason error) string // nil: by the kernel's module
}

// An Error says that a feature can't be had here. It is
// [errors.ErrUnsupported].
type Error struct {
	Name   string
	Since  string // the first version of Linux that has it
	Reason error  // what trying it came to
	Hint   string // the command or package that mends it, "" if none is known
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

// Err tries the feature, if that has not been done yet, and returns nil if it is
// there, else an [*Error].
func (f *Feature) Err() error {
	Try(f)
	return f.known()
}

// known returns what trying the feature came to.
func (f *Feature) known() error {
	answers.Lock()
	defer answers.Unlock()
	return answers.of[f]
}

// hint returns what to do about the reason for which the feature is missing, or "".
func (f *Feature) hint(m *machine, reason error) string {
	known := (*Error)(nil)
	switch {
	case errors.As(reason, &known):
		return known.Hint
	case Untried(reason):
		return ""
	case f.mend != nil:
		return f.mend(f, m, reason)
	case lacking(reason):
		return m.mendModule(f)
	case refused(reason):
		return m.mendRights()
	}
	return ""
}

// lacking reports whether a reason says that the kernel does not have something.
func lacking(reason error) bool {
	for _, errno := range []error{
		errors.ErrUnsupported, syscall.ENOENT, syscall.ENODEV, syscall.EAFNOSUPPORT, syscall.EPROTONOSUPPORT,
	} {
		if errors.Is(reason, errno) {
			return true
		}
	}
	return false
}

// refused reports whether a reason says that the user may not do something.
func refused(reason error) bool { return errors.Is(reason, fs.ErrPermission) }

// answers are the features that have been tried, with the [*Error] of those that
// are missing. They are kept for good: while a program runs, its kernel and its
// rights stay what they are.
var answers struct {
	sync.Mutex
	of map[*Feature]error
}

// Try tries those features that have not been tried yet, side by side, for later
// [Feature.Err].
func Try(features ...*Feature) { try(features, !sandbox.Privileged()) }

// try tries features, in a sandbox if that is where labs are made.
func try(features []*Feature, boxed bool) {
	answers.Lock() // for as long as it takes: who asks at the same time asks for the same
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
	for i, reason := range tryAll(open, boxed) {
		answers.of[open[i]] = open[i].explain(local, reason)
	}
}

// explain makes the error of what trying the feature came to.
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

// An untriedError says that a feature may be there or not.
type untriedError struct{ reason error }

func (e *untriedError) Error() string {
	if known := (*Error)(nil); errors.As(e.reason, &known) {
		return fmt.Sprintf("not tried, for lack of %s: %v", known.Name, known.Reason)
	}
	return fmt.Sprintf("not tried: %v", e.reason)
}

// Unwrap returns why.
func (e *untriedError) Unwrap() error { return e.reason }

// Untried reports whether an error of [Feature.Err] says that the feature could
// not be tried.
func Untried(err error) bool {
	untried := (*untriedError)(nil)
	return errors.As(err, &untried)
}
