package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
)

// appletIO returns what an applet reads and writes.
func (p *program) appletIO() applet.IO {
	return applet.IO{
		In: p.stdin, Out: writer(p.out.printExact), Err: writer(func(text string) { p.out.passStderr([]byte(text)) }),
		Mean: p.out.meaning, Notice: p.out.notice, Read: p.read,
	}
}

// A writer is a function that writes text, as an [io.Writer] which never fails: see
// [out.writeError].
type writer func(text string)

func (w writer) Write(data []byte) (int, error) {
	w(string(data))
	return len(data), nil
}

var _ io.Writer = writer(nil)

// appletError returns an error of an applet as one of a command.
func appletError(cmd *cobra.Command, err error) error {
	if usage, ok := errors.AsType[*applet.UsageError](err); ok {
		return usageError{cmd, usage.Err}
	}
	if exit, ok := errors.AsType[*applet.ExitError](err); ok {
		return exitError{exit.Code, exit.Err}
	}
	return err
}
