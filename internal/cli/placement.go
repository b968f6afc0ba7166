package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// A lab is either on the machine, where only root can make one, or in a sandbox of its
// user. A command on a lab in a sandbox re-executes this program inside the sandbox with
// the same arguments; there it finds the lab as root finds one on the machine. So only
// this file knows of both.

// placement is where the labs of a command are.
type placement struct {
	rootless bool // --rootless: in sandboxes only
	root     bool // --root: on the machine only
	inside   bool // this program runs inside a sandbox already
	isolated bool // it runs in an isolated sandbox, see [sandbox.Isolate]
}

func placementFlags(cmd *cobra.Command, l *placement) {
	cmd.PersistentFlags().BoolVar(&l.rootless, "rootless", false, "labs in user namespaces, also as root (default: if not root)")
	cmd.PersistentFlags().BoolVar(&l.root, "root", false, "labs on the machine, not in user namespaces")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if l.root && l.rootless {
			return usageError{cmd, errors.New("give --root or --rootless, not both")}
		}
		return nil
	}
}

// onMachine reports whether labs on the machine are included.
func (l placement) onMachine() bool { return l.inside || !l.rootless }

// inSandboxes reports whether labs in sandboxes are included.
func (l placement) inSandboxes() bool { return !l.inside && !l.root }

// makesSandboxes reports whether a new lab is made in a sandbox.
func (l placement) makesSandboxes() bool {
	return l.inSandboxes() && (l.rootless || !sandbox.Privileged())
}

// A reexecError is the exit code of a command that was carried out by a re-executed
// program inside a sandbox. It is not printed.
type reexecError struct{ code int }

func (e reexecError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// failure returns nil for exit code 0, else an error with that code, for a command that
// goes on after a re-executed one.
func (e reexecError) failure() error {
	if e.code == exitDone {
		return nil
	}
	return exitError{code: e.code}
}

// A labInfo is a running lab and its sandbox.
type labInfo struct {
	vethlab.LabInfo

	// Sandbox is the name of the sandbox that the lab is in, by default the lab's;
	// "": the lab is on the machine.
	Sandbox string `json:"sandbox,omitempty"`
}

// labs returns the running labs that this user can see: those of the machine,
// then those in sandboxes.
func (p *program) labs() ([]labInfo, error) {
	var labs []labInfo
	if p.placement.onMachine() {
		p.noteIgnored()
		infos, err := vethlab.List()
		if err != nil {
			return nil, err
		}
		for _, info := range infos {
			labs = append(labs, labInfo{LabInfo: info})
		}
	}
	boxes, err := p.boxes()
	if err != nil {
		return nil, err
	}
	inBoxes := make([][]labInfo, len(boxes))
	errs := make([]error, len(boxes))
	parallel.Each(len(boxes), func(i int) { inBoxes[i], errs[i] = p.labsIn(boxes[i]) })
	return append(labs, slices.Concat(inBoxes...)...), errors.Join(errs...)
}

// boxes returns the names of the included sandboxes. If labs on the machine are included
// too, an error is ignored: sudo may leave XDG_RUNTIME_DIR of another user, whose folder
// is not trusted.
func (p *program) boxes() ([]string, error) {
	if !p.placement.inSandboxes() {
		return nil, nil
	}
	boxes, err := sandbox.Boxes()
	if err != nil && !p.placement.makesSandboxes() {
		return nil, nil
	}
	return boxes, err
}

// reexecInOnlySandbox re-executes the command in the only sandbox, if labs on the machine
// are not included: the argument is resolved there.
func (p *program) reexecInOnlySandbox() error {
	if !p.placement.makesSandboxes() {
		return nil
	}
	boxes, err := p.boxes()
	if err != nil || len(boxes) != 1 {
		return err
	}
	return p.reexecFor(labInfo{LabInfo: vethlab.LabInfo{Name: boxes[0]}, Sandbox: boxes[0]})
}

// labsIn runs ls inside a sandbox and returns its labs. A sandbox that has none, after a
// crash, is returned as an incomplete lab of its name.
func (p *program) labsIn(name string) ([]labInfo, error) {
	box, err := sandbox.Open(name)
	if errors.Is(err, sandbox.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer box.Close()
	out, code, err := p.outputIn(box, "ls", "-o", "json")
	if errors.Is(err, sandbox.ErrEnded) {
		return nil, nil
	}
	var labs []labInfo
	if err == nil && code == exitDone {
		err = json.Unmarshal(out, &labs)
	}
	for i := range labs {
		labs[i].Sandbox = name
	}
	if len(labs) == 0 {
		labs = []labInfo{{LabInfo: vethlab.LabInfo{Name: name, Nodes: []string{}, Incomplete: true}, Sandbox: name}}
	}
	return labs, err
}

// outputIn runs a command inside a sandbox and returns what it writes.
func (p *program) outputIn(box *sandbox.Box, args ...string) (out []byte, code int, err error) {
	return captureOutput(func(stdout *os.File) (int, error) {
		return box.Run(append([]string{programName}, args...), nil, stdout)
	})
}

// captureOutput returns what run writes to stdout.
func captureOutput(run func(stdout *os.File) (code int, err error)) (out []byte, code int, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer read.Close()
	captured := make(chan error, 1)
	go func() {
		var err error
		out, err = readBounded(read, "the output of a command in a sandbox")
		captured <- err
	}()
	code, err = run(write)
	write.Close()
	return out, code, errors.Join(err, <-captured)
}

// programName is argv[0] of this program inside sandboxes.
const programName = "vethlab"

// reexecIfSandboxed returns nil if this process works on the lab. If the lab is in a
// sandbox, or needs one and create is true, the command is re-executed there, and the
// error is a [reexecError]. If it needs one that does not exist and create is false, the
// error is [vethlab.ErrNotRunning].
func (p *program) reexecIfSandboxed(lab string, create bool) error {
	switch {
	case p.placement.inside:
		return nil
	case p.placement.makesSandboxes():
		return p.reexecInSandbox(lab, create)
	case !sandbox.Privileged():
		return sandbox.ErrRoot
	case create || !p.placement.inSandboxes():
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

// reexecInSandbox re-executes the command in the sandbox of a lab.
func (p *program) reexecInSandbox(lab string, create bool) error {
	box, err := openOrStart(lab, create)
	if errors.Is(err, sandbox.ErrNone) {
		return p.noSandboxError(lab)
	}
	if err != nil {
		return err
	}
	return p.reexecIn(box, p.args...)
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
func (p *program) noSandboxError(lab string) error {
	if p.placement.onMachine() {
		infos, err := vethlab.List()
		if err != nil {
			return err
		}
		for _, i := range infos {
			if i.Name == lab {
				return rootLabError(lab)
			}
		}
	}
	return fmt.Errorf("lab %s is %w", lab, vethlab.ErrNotRunning)
}

func rootLabError(lab string) error {
	return fmt.Errorf("lab %s belongs to root: %w", lab, sandbox.ErrRoot)
}

// reexecIn re-executes this program inside a sandbox, and ends the sandbox if no lab is
// left in it.
func (p *program) reexecIn(box *sandbox.Box, args ...string) error {
	defer box.Close()
	code, err := box.Run(append([]string{programName}, args...), p.stdinAgain(), nil)
	if errors.Is(err, sandbox.ErrEnded) {
		return fmt.Errorf("%s: %w", box.Lab(), err)
	}
	if _, endErr := box.End(); endErr != nil {
		err = errors.Join(err, fmt.Errorf("ending the sandbox of lab %s: %w", box.Lab(), endErr))
	}
	if err != nil {
		return err
	}
	return reexecError{code}
}

// stdinAgain returns a pipe with what was read from standard input, for the re-executed
// program; nil if nothing was read.
func (p *program) stdinAgain() *os.File {
	if p.input == nil {
		return nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil // the program reads EOF and reports an empty file
	}
	go func() {
		_, _ = write.Write(p.input) // EPIPE: the program did not need all
		write.Close()
	}()
	return read
}

// reexecFor re-executes the command in the sandbox of a lab. It returns nil for a lab on
// the machine.
func (p *program) reexecFor(info labInfo) error {
	switch {
	case info.Sandbox != "":
		box, err := sandbox.Open(info.Sandbox)
		if errors.Is(err, sandbox.ErrNone) {
			return fmt.Errorf("lab %s is %w", info.Name, vethlab.ErrNotRunning)
		}
		if err != nil {
			return err
		}
		return p.reexecIn(box, p.args...)
	case info.Foreign:
		return rootLabError(info.Name)
	}
	return nil
}
