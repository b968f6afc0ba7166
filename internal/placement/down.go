package placement

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// A Removal is how [Process.Down] has removed a lab.
type Removal struct {
	// Outside, if not nil, is why the sandbox was ended from outside, with all its processes,
	// namespaces and labs.
	Outside error

	// Others are the other labs in its sandbox, which still runs.
	Others []string
}

// Down removes a lab in its sandbox, and the sandbox with its last lab. The error is a
// [Reexecuted] if the program was re-executed there, and has reported what it did; nil if
// the lab was removed without that; [vethlab.ErrNotRunning] if there was no sandbox.
//
// If that fails, as where a limit is reached, or takes too long, the sandbox of that name is
// ended from outside.
func (p *Process) Down(lab Lab) (Removal, error) {
	box, err := sandbox.OpenLocked(lab.Sandbox)
	if errors.Is(err, sandbox.ErrNone) {
		return Removal{}, notRunningError(lab.Name)
	}
	if err != nil {
		return Removal{}, err
	}
	defer box.Close()
	if ended, err := box.End(); ended || err != nil { // after a crash the sandbox had no lab
		return Removal{}, err
	}
	if lab.NotFound {
		return kill(box, errNotFound)
	}
	before, _ := box.Labs()
	err = downInside(box, lab)
	after, _ := box.Labs() // fails if the sandbox has ended
	switch {
	case errors.Is(err, sandbox.ErrEnded): // another process removed it
		return Removal{}, nil
	case lab.Name != lab.Sandbox:
		return Removal{}, err
	case failedInside(err), after[lab.Name] != 0 && after[lab.Name] == before[lab.Name]: // down reported success, but the lock is the same
		return kill(box, err)
	}
	return Removal{Others: others(after, lab.Name)}, err
}

// others returns the labs besides a removed one, sorted.
func others(labs map[string]uint64, removed string) []string {
	names := slices.Sorted(maps.Keys(labs))
	return slices.DeleteFunc(names, func(name string) bool { return topo.CheckName(name) != nil || name == removed })
}

// downInside runs down inside a sandbox, and ends the sandbox if no lab is left in it.
func downInside(box *sandbox.Box, lab Lab) error {
	code, err := box.RunWithin(downLimit(lab), []string{ProgramName, "down", lab.Name}, nil, nil, nil)
	if errors.Is(err, netns.ErrInterrupted) {
		return Reexecuted{interrupted}
	}
	if err != nil {
		return err
	}
	if _, err := box.End(); err != nil {
		return fmt.Errorf("ending the sandbox of lab %s: %w", box.Lab(), err)
	}
	return Reexecuted{code}
}

// The time that down may take inside a sandbox. A lab of 1000 nodes takes a second.
const (
	downTime        = 10 * time.Second
	downTimeNode    = 10 * time.Millisecond
	downUnreachable = 3 * time.Second // for a lab that can't be listed
	downMost        = time.Minute     // the number of nodes is what processes there claim
)

func downLimit(lab Lab) time.Duration {
	if lab.Unreachable != "" {
		return downUnreachable
	}
	return min(downTime+time.Duration(len(lab.Nodes))*downTimeNode, downMost)
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

// kill ends a sandbox from outside, after the error failed inside.
func kill(box *sandbox.Box, failed error) (Removal, error) {
	if err := box.Kill(); err != nil {
		return Removal{}, errors.Join(failed, err)
	}
	if entry := (*sandbox.EntryError)(nil); errors.As(failed, &entry) {
		failed = entry.Err
	} else if done := (Reexecuted{}); errors.As(failed, &done) {
		failed = errFailedInside
	}
	return Removal{Outside: failed}, nil
}

var (
	errFailedInside = errors.New("vethlab down in its sandbox failed")
	errNotFound     = errors.New("its sandbox has no lab of that name")
)
