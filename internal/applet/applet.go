// Package applet has the programs that commands of vethlab replace on machines without
// them: ip(8), nft(8), ping(8), sysctl(8) and curl(1), as far as lessons and nodes need
// them, with their arguments, output and exit codes. They work in the network namespace of
// this process.
//
// There is one file per program, and one for the folder that puts them into PATH.
package applet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vethlab/vethlab/internal/netns"
)

// IO is what an applet reads and writes.
type IO struct {
	In     io.Reader
	Out    io.Writer                                  // results
	Err    io.Writer                                  // messages as the replaced program words them
	Mean   func(message string)                       // writes what such a message means; may be nil
	Notice func(format string, args ...any)           // writes a message of vethlab
	Read   func(file string) (data []byte, err error) // reads a file; "-" is In
}

func (s IO) print(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// fail writes an error as the replaced program does.
func (s IO) fail(program string, err error) {
	fmt.Fprintf(s.Err, "%s: %v\n", program, err)
	s.explain(err.Error())
}

func (s IO) explain(message string) {
	if s.Mean != nil {
		s.Mean(message)
	}
}

// An ExitError is the exit code that the replaced program has for an error. Err is nil if
// the error is written already.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// A UsageError is a mistake in the options of an applet.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// A NamespaceError says that a network namespace can't be opened by its name.
type NamespaceError struct {
	Name string
	Err  error
}

func (e *NamespaceError) Error() string {
	return fmt.Sprintf("cannot open network namespace %q: %v", e.Name, e.Err)
}

func (e *NamespaceError) Unwrap() error { return e.Err }

// explain names the namespace of an error instead of its file, and adds a hint to an error
// for lack of permission.
func explain(err error) error {
	if file, ok := errors.AsType[*fs.PathError](err); ok && filepath.Dir(file.Path) == netns.Dir {
		err = &NamespaceError{filepath.Base(file.Path), file.Err}
	}
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return permissionError{err}
	}
	return err
}

// A permissionError is an error for lack of permission in the host namespace. It is not
// [fs.ErrPermission]: sudo would change the machine, which is not what to recommend.
type permissionError struct{ err error }

func (e permissionError) Error() string {
	return e.err.Error() + "\n  this is the host namespace; for a namespace in which you are root: vethlab shell --new"
}
