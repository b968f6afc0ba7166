// Package sandbox is the ground that labs stand on. There are two grounds, and
// all that is above this package is the same on both:
//
//   - The machine's own set of namespaces, for who has the rights of root. The
//     folder of names and the locks that keep two programs from changing one lab
//     at the same time are made ready by [Acquire].
//   - A [Box], for who has not: a user namespace in which this user is root, with
//     network, mount and PID namespaces of its own. A process of its own, the
//     holder, keeps it; all that is in it goes with the holder, by the kernel's
//     own doing. A program goes in by running itself once more inside
//     ([Box.Run]) and finds there what root finds on a machine.
//
// All it leaves on disk for the first is below [Dir] and goes with the last lab;
// for the second it is one empty file a lab, see record.
package sandbox

import (
	"errors"
	"fmt"
)

// Dir holds one lock file per lab and notes of what is to be put back.
const Dir = "/run/vethlab"

// ErrRoot says that this user may not make labs on the machine.
var ErrRoot = errors.New("root is needed to make network namespaces here")

// ErrNone says that a lab has no sandbox.
var ErrNone = errors.New("the lab has no sandbox")

// ErrGone says that a sandbox was ended while something ran in it.
var ErrGone = errors.New("the lab has been taken down meanwhile")

// ErrNoNeighbourLimit says that the limit of neighbours can't be raised from here.
var ErrNoNeighbourLimit = errors.New("only the machine's first network namespace has the limit")

// IsolatedEnv is for programs on a machine of their own, see Isolate, and for their
// children: who finds it set need not isolate himself, if he is [Furnished]. The
// variable alone may be a stranger's.
const IsolatedEnv = "VETHLAB_ISOLATED"

// A Role is what a program is to be, see [Main].
type Role string

// The roles.
const (
	Plain    Role = ""         // what it was written for
	Holder   Role = "holder"   // the keeper of a sandbox, for whom Main does not return
	Inside   Role = "inside"   // what it was written for, in the sandbox of a lab
	Isolated Role = "isolated" // what it was written for, on a machine of its own
	Failed   Role = "failed"   // nothing: its surroundings could not be made, and its starter knows why
)

// Over reports whether a program of this role is to end at once.
func (r Role) Over() bool { return r == Failed }

// The steps of making a sandbox that a machine may forbid.
const (
	StepNamespaces = "make namespaces"
	StepProc       = "mount /proc"
)

// A StartError says why a sandbox could not be made.
type StartError struct {
	Step string // what was tried
	Err  error  // the kernel's reason
}

func (e *StartError) Error() string {
	return fmt.Sprintf("making a sandbox for the lab: %s: %v", e.Step, e.Err)
}

// Unwrap returns the kernel's reason.
func (e *StartError) Unwrap() error { return e.Err }
