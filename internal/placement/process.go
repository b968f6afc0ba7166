package placement

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// ProgramName is argv[0] of this program inside sandboxes.
const ProgramName = "vethlab"

// A Process is this run of the program.
type Process struct {
	Placement
	Args  []string // without the program's name
	Input []byte   // all of stdin, if it was read; else nil
}

// Labs returns the running labs that this user can see: those of the machine, then those
// in sandboxes.
func (p *Process) Labs() (Labs, error) {
	var labs Labs
	if p.OnMachine() {
		infos, err := vethlab.List()
		if err != nil {
			return nil, err
		}
		for _, info := range infos {
			labs = append(labs, Lab{LabInfo: info})
		}
	}
	boxes, err := p.boxes()
	if err != nil {
		return nil, err
	}
	inBoxes := make([][]Lab, len(boxes))
	parallel.Each(len(boxes), func(i int) { inBoxes[i] = labsIn(boxes[i]) })
	return append(labs, slices.Concat(inBoxes...)...), nil
}

// boxes returns the included sandboxes. If labs on the machine are included too, an error
// is ignored: sudo may leave XDG_RUNTIME_DIR of another user, whose folder is not trusted.
func (p *Process) boxes() ([]sandbox.Found, error) {
	if !p.InSandboxes() {
		return nil, nil
	}
	boxes, err := sandbox.Boxes()
	if err != nil && !p.MakesSandboxes() {
		return nil, nil
	}
	return boxes, err
}

// ReexecInOnlySandbox re-executes the command in the only sandbox, if labs on the machine
// are not included: the arguments are resolved there.
func (p *Process) ReexecInOnlySandbox() error {
	if !p.MakesSandboxes() {
		return nil
	}
	boxes, err := p.boxes()
	if err == nil && len(boxes) == 1 && boxes[0].Err == nil {
		return p.reexecIn(boxes[0].Box, p.Args...)
	}
	for _, found := range boxes {
		if found.Err == nil {
			found.Box.Close()
		}
	}
	return err
}

// ReexecIfSandboxed returns nil if this process works on the lab. If the lab is in a
// sandbox, or needs one and create is true, the command is re-executed there, and the
// error is a [Reexecuted]. If it needs one that does not exist and create is false, the
// error is [vethlab.ErrNotRunning].
func (p *Process) ReexecIfSandboxed(lab string, create bool) error {
	switch {
	case p.Inside:
		return nil
	case p.MakesSandboxes():
		return p.reexecInSandbox(lab, create)
	case !sandbox.Privileged():
		return sandbox.ErrRoot
	case create || !p.InSandboxes():
		return nil
	}
	// Root may have the lab on the machine or in a sandbox; the machine comes first.
	infos, err := vethlab.List()
	if err != nil || slices.ContainsFunc(infos, func(i vethlab.LabInfo) bool { return i.Name == lab }) {
		return err
	}
	if err := p.reexecInSandbox(lab, false); !errors.Is(err, vethlab.ErrNotRunning) {
		return err
	}
	return nil
}

// OutOfReach reports whether an error of [Process.ReexecIfSandboxed] says that the lab
// does not run where this process makes labs.
func (p *Process) OutOfReach(err error) bool {
	return errors.Is(err, vethlab.ErrNotRunning) || errors.Is(err, sandbox.ErrEnded) || errors.Is(err, sandbox.ErrRoot) && !p.Root
}

// reexecInSandbox re-executes the command in the sandbox of a lab.
func (p *Process) reexecInSandbox(lab string, create bool) error {
	box, err := openOrStart(lab, create)
	if errors.Is(err, sandbox.ErrNone) {
		return p.noSandboxError(lab)
	}
	if err != nil {
		return err
	}
	return p.reexecIn(box, p.Args...)
}

func openOrStart(lab string, create bool) (*sandbox.Box, error) {
	if create {
		box, err := sandbox.Start(lab)
		return box, feature.Explain(err)
	}
	return sandbox.Open(lab)
}

// noSandboxError returns the error for a lab without a sandbox: it is root's, or not
// running.
func (p *Process) noSandboxError(lab string) error {
	if p.OnMachine() {
		infos, err := vethlab.List()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(infos, func(i vethlab.LabInfo) bool { return i.Name == lab }) {
			return rootLabError(lab)
		}
	}
	return notRunningError(lab)
}

// reexecIn re-executes this program inside a sandbox, and ends the sandbox if no lab is
// left in it.
func (p *Process) reexecIn(box *sandbox.Box, args ...string) error {
	defer box.Close()
	return p.runIn(box, args...)
}

// runIn is reexecIn for a sandbox that the caller closes.
func (p *Process) runIn(box *sandbox.Box, args ...string) error {
	code, err := box.Run(append([]string{ProgramName}, args...), p.stdinAgain(), nil)
	if errors.Is(err, sandbox.ErrEnded) {
		return fmt.Errorf("%s: %w", box.Lab(), err)
	}
	if _, endErr := box.End(); endErr != nil {
		err = errors.Join(err, fmt.Errorf("ending the sandbox of lab %s: %w", box.Lab(), endErr))
	}
	if err != nil {
		return err
	}
	return Reexecuted{code}
}

// stdinAgain returns a pipe with what was read from standard input, for the re-executed
// program; nil if nothing was read.
func (p *Process) stdinAgain() *os.File {
	if p.Input == nil {
		return nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil // the program reads EOF and reports an empty file
	}
	go func() {
		_, _ = write.Write(p.Input) // EPIPE: the program did not need all
		write.Close()
	}()
	return read
}

// ReexecFor re-executes the command in the sandbox of a lab. It returns nil for a lab on
// the machine that this user may change.
func (p *Process) ReexecFor(lab Lab) error {
	switch {
	case lab.Sandbox != "":
		box, err := sandbox.Open(lab.Sandbox)
		if errors.Is(err, sandbox.ErrNone) {
			return notRunningError(lab.Name)
		}
		if err != nil {
			return err
		}
		return p.reexecIn(box, p.Args...)
	case lab.Foreign:
		return rootLabError(lab.Name)
	}
	return nil
}
