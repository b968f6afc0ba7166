package placement

import (
	"errors"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// Down removes a lab in its sandbox, and the sandbox with its last lab. The error is a
// [Reexecuted] if the program was re-executed there, and has reported what it did; nil if
// the lab was removed without that; [vethlab.ErrNotRunning] if there was no sandbox.
//
// If that fails, as where a limit is reached, the sandbox is ended from outside, with
// all its processes and namespaces. Then the error is nil, and reason is why.
func (p *Process) Down(lab Lab) (reason, err error) {
	box, err := sandbox.Open(lab.Sandbox)
	if errors.Is(err, sandbox.ErrNone) {
		return nil, notRunningError(lab.Name)
	}
	if err != nil {
		return nil, err
	}
	defer box.Close()
	if ended, err := box.End(); ended || err != nil { // after a crash the sandbox had no lab
		return nil, err
	}
	err = p.runIn(box, "down", lab.Name)
	switch {
	case errors.Is(err, sandbox.ErrEnded): // another process removed it
		return nil, nil
	case lab.Name == lab.Sandbox && failedInside(err):
		return kill(box, err)
	}
	return nil, err
}

// interrupted is the exit code of a program that the user has interrupted.
const interrupted = 130

// failedInside reports whether a program failed in a sandbox, or could not be started
// there, and was not interrupted.
func failedInside(err error) bool {
	done := Reexecuted{}
	if errors.As(err, &done) {
		return done.Code != 0 && done.Code != interrupted
	}
	return err != nil
}

// kill ends a sandbox from outside, after the error failed inside. One that has other labs
// too is ended only if it can't be entered: then nobody can use them either.
func kill(box *sandbox.Box, failed error) (reason, err error) {
	entry := (*sandbox.EntryError)(nil)
	ended, err := box.Kill(errors.As(failed, &entry))
	switch {
	case err != nil:
		return nil, errors.Join(failed, err)
	case !ended:
		return nil, failed
	case entry != nil:
		return entry.Err, nil
	}
	return errFailedInside, nil
}

var errFailedInside = errors.New("it could not be removed inside")
