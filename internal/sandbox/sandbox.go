// Package sandbox prepares the namespaces that labs are made in. There are two
// placements, and the packages above this one are the same for both:
//
//   - The host's namespaces, for a [Privileged] process. [Acquire] prepares
//     /run/netns and takes the lock that keeps two programs from changing one lab
//     at the same time.
//   - A [Box], for an ordinary user: a user namespace in which this user is root,
//     with network, mount and PID namespaces. A holder process keeps them; when the
//     holder ends, the kernel kills every process in it and frees the namespaces.
//     A program enters by re-executing itself inside ([Box.Run]).
//
// On disk the first leaves files in [Dir], removed with the last lab; the second
// leaves one empty file a lab, see holderFile.
package sandbox

import (
	"errors"
	"fmt"
)

// Dir holds a lock file and a record per lab, and notes of what [Lock.Retire] must
// undo with the last one.
const Dir = "/run/vethlab"

// ErrRoot says that this process may not make labs in its namespaces: it lacks
// CAP_NET_ADMIN or CAP_SYS_ADMIN over them.
var ErrRoot = errors.New("root is needed to make network namespaces here")

// ErrNone says that a lab has no sandbox.
var ErrNone = errors.New("the lab has no sandbox")

// ErrEnded says that a sandbox ended while a program ran in it.
var ErrEnded = errors.New("the lab has been taken down meanwhile")

// ErrNoNeighbourLimit says that this network namespace lacks the sysctls of the
// neighbour tables' limits.
var ErrNoNeighbourLimit = errors.New("only the initial network namespace has the neighbour table limit")

// ErrNeighbourLimitRaised says that a program with another /run has raised the limits
// of the neighbour tables, or an administrator has made them the same. Their former values
// are unknown, and may be restored at any time.
var ErrNeighbourLimitRaised = errors.New("a program with another /run has raised the limit and may restore it (gc_thresh1 is not below gc_thresh2)")

// IsolatedEnv is set by programs that [Isolate] started, for their children: a child
// that finds it set, and [PrivateRun] true, need not call Isolate. The variable alone
// proves nothing.
const IsolatedEnv = "VETHLAB_ISOLATED"

// A Role says what a started program does, see [Main].
type Role string

// The roles.
const (
	Plain    Role = ""         // its own work; it was not started by this package
	Holder   Role = "holder"   // holds a sandbox; Main does not return
	Inside   Role = "inside"   // its own work, in the sandbox of a lab
	Isolated Role = "isolated" // its own work, in namespaces of its own, see [Isolate]
	Failed   Role = "failed"   // exits: setting up its mounts failed, which the starter reports
)

// Over reports whether a program of this role must exit at once.
func (r Role) Over() bool { return r == Failed }

// The steps of making a sandbox that the kernel's settings may forbid.
const (
	StepNamespaces = "make namespaces"
	StepProc       = "mount /proc"
	StepStart      = "start a program in the namespaces"
	StepWatch      = "watch the holder file by inotify"
)

// A StartError says which step of making a sandbox failed.
type StartError struct {
	Step string // such as [StepProc]
	Err  error  // the kernel's reason
}

func (e *StartError) Error() string {
	return fmt.Sprintf("cannot make a sandbox for the lab: %s: %v", e.Step, e.Err)
}

// Unwrap returns the kernel's reason.
func (e *StartError) Unwrap() error { return e.Err }

// An EntryError says that no program can be started in a sandbox, which still runs.
type EntryError struct {
	Lab string
	Err error // the reason
}

func (e *EntryError) Error() string {
	return fmt.Sprintf("cannot enter the sandbox of lab %s: %v\n  End processes of the lab, or take it down: vethlab down %s", e.Lab, e.Err, e.Lab)
}

// Unwrap returns the reason.
func (e *EntryError) Unwrap() error { return e.Err }
