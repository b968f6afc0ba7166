// Package placement knows where labs run: on the machine, where only root can make one,
// or in a sandbox of their user. A command on a lab in a sandbox re-executes this program
// inside the sandbox with the same arguments; there it finds the lab as root finds one on
// the machine. So a command knows of both only through this package.
//
// There is one file for each: the placement that a user chooses, the labs, and the process
// that re-executes itself.
package placement

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// Placement is where the labs of a command are.
type Placement struct {
	Rootless bool // in sandboxes only
	Root     bool // on the machine only
	Inside   bool // this program runs inside a sandbox already
	Isolated bool // it runs in an isolated sandbox, see [sandbox.Isolate]
}

// Of returns the placement of a program in that role, for a user who chooses nothing.
func Of(role sandbox.Role) Placement {
	return Placement{Inside: role == sandbox.Inside || role == sandbox.Isolated, Isolated: role == sandbox.Isolated}
}

// OnMachine reports whether labs on the machine are included.
func (l Placement) OnMachine() bool { return l.Inside || !l.Rootless }

// InSandboxes reports whether labs in sandboxes are included.
func (l Placement) InSandboxes() bool { return !l.Inside && !l.Root }

// MakesSandboxes reports whether a new lab is made in a sandbox.
func (l Placement) MakesSandboxes() bool { return l.makesSandboxes(sandbox.Privileged()) }

func (l Placement) makesSandboxes(privileged bool) bool {
	return l.InSandboxes() && (l.Rootless || !privileged)
}

// Features returns where features are tried.
func (l Placement) Features() feature.Placement {
	switch {
	case l.Rootless:
		return feature.Sandbox
	case l.Root:
		return feature.Host
	}
	return feature.Default
}

// Isolate re-executes the program, with its arguments, in a new isolated sandbox. With
// userns that has a user namespace; root gets a sandbox without one if the kernel refuses
// it and --rootless is not given. With foreground it can run a shell with job control.
// The error is a [Reexecuted] if the program was re-executed.
func (l Placement) Isolate(userns, foreground bool) error {
	if l.Root && !sandbox.Privileged() {
		return sandbox.ErrRoot
	}
	isolate := sandbox.Isolate
	if foreground {
		isolate = sandbox.IsolateInForeground
	}
	code, err := isolate(userns)
	if err != nil && userns && !l.Rootless && sandbox.Privileged() {
		code, err = isolate(false)
	}
	if err != nil {
		return feature.Explain(err)
	}
	return Reexecuted{code}
}

// Reexecuted is the exit code of a command that was carried out by this program
// re-executed inside a sandbox. It is an error, so that the command goes no further.
type Reexecuted struct{ Code int }

func (e Reexecuted) Error() string { return fmt.Sprintf("exit code %d", e.Code) }
