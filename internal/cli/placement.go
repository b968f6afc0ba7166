package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// A lab lives either on the machine itself, where only root can make one, or in
// a sandbox of its user's. A command on a lab in a sandbox runs this very program
// once more inside, with the same arguments; there it finds the lab as root
// finds one on the machine. So all commands but for this file know one placement
// only.

// placement says where the labs of a command are.
type placement struct {
	rootless bool // --rootless: in sandboxes only
	root     bool // --root: on the machine only
	inside   bool // this program runs inside a sandbox already
	fresh    bool // that is a machine of its own, see exec --fresh
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

// onMachine reports whether the machine's own labs count.
func (l placement) onMachine() bool { return l.inside || !l.rootless }

// inSandboxes reports whether labs in sandboxes count.
func (l placement) inSandboxes() bool { return !l.inside && !l.root }

// makesSandboxes reports whether a new lab gets a sandbox.
func (l placement) makesSandboxes() bool {
	return l.inSandboxes() && (l.rootless || !sandbox.Privileged())
}

// A reexecError says that a command has been carried out, inside a sandbox,
// and with which exit code.
type reexecError struct{ code int }

func (e reexecError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// failure returns the error of a command that is a part of this one, nil if it
// did well.
func (e reexecError) failure() error {
	if e.code == exitDone {
		return nil
	}
	return exitError{code: e.code}
}

// A labInfo is what can be said of a running lab at a glance.
type labInfo struct {
	vethlab.LabInfo

	// Sandbox is the name of the sandbox that the lab is in, as a rule its own;
	// "": it is on the machine.
	Sandbox string `json:"sandbox,omitempty"`
}

// labs returns the running labs that this user can see: those of the machine,
// then those in sandboxes.
func (p *program) labs() ([]labInfo, error) {
	var labs []labInfo
	if p.placement.onMachine() {
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

// boxes returns the names of the sandboxes that count. Where labs of the machine
// do as well, a folder that can't be trusted for sandboxes (another login's, as
// sudo may leave it) has none that do.
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

// enterOnly goes into the only sandbox there is, where labs of the machine do not
// count: whatever lab is meant can be found out inside.
func (p *program) enterOnly() error {
	if !p.placement.makesSandboxes() {
		return nil
	}
	boxes, err := p.boxes()
	if err != nil || len(boxes) != 1 {
		return err
	}
	return p.enter(labInfo{LabInfo: vethlab.LabInfo{Name: boxes[0]}, Sandbox: boxes[0]})
}

// labsIn asks inside a sandbox which labs there are. One in which a crash left
// none is shown by its own name.
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
	return gather(func(stdout *os.File) (int, error) {
		return box.Run(append([]string{programName}, args...), nil, stdout)
	})
}

// gather returns what a program writes that run runs.
func gather(run func(stdout *os.File) (code int, err error)) (out []byte, code int, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer read.Close()
	gathered := make(chan error, 1)
	go func() {
		var err error
		out, err = io.ReadAll(read)
		gathered <- err
	}()
	code, err = run(write)
	write.Close()
	return out, code, errors.Join(err, <-gathered)
}

// programName is what this program is called inside sandboxes.
const programName = "vethlab"

// at returns nil if a lab is to be dealt with here. If it lives in a sandbox, or
// is to, the command is carried out there, and the error is [reexecError]. Unless
// create is true a lab that would need a sandbox and has none is
// [vethlab.ErrNotRunning].
func (p *program) at(lab string, create bool) error {
	switch {
	case p.placement.inside:
		return nil
	case p.placement.makesSandboxes():
		return p.inSandbox(lab, create)
	case !sandbox.Privileged():
		return sandbox.ErrRoot
	case create || !p.placement.inSandboxes():
		return nil
	}
	// Root, for whom a lab may be in either place: here unless only there.
	infos, err := vethlab.List()
	if err != nil || slices.ContainsFunc(infos, func(i vethlab.LabInfo) bool { return i.Name == lab }) {
		return err
	}
	if err := p.inSandbox(lab, false); !errors.Is(err, vethlab.ErrNotRunning) {
		return err
	}
	return nil
}

// inSandbox carries the command out inside the sandbox of a lab.
func (p *program) inSandbox(lab string, create bool) error {
	box, err := openOrStart(lab, create)
	if errors.Is(err, sandbox.ErrNone) {
		return p.notHere(lab)
	}
	if err != nil {
		return err
	}
	return p.within(box, p.args...)
}

func openOrStart(lab string, create bool) (*sandbox.Box, error) {
	if create {
		box, err := sandbox.Start(lab)
		return box, feature.Explain(err)
	}
	return sandbox.Open(lab)
}

// notHere says that a lab has no sandbox, and where else it is.
func (p *program) notHere(lab string) error {
	if p.placement.onMachine() {
		infos, err := vethlab.List()
		if err != nil {
			return err
		}
		for _, i := range infos {
			if i.Name == lab {
				return outOfReach(lab)
			}
		}
	}
	return fmt.Errorf("lab %s is %w", lab, vethlab.ErrNotRunning)
}

// outOfReach says that a lab is another's.
func outOfReach(lab string) error {
	return fmt.Errorf("lab %s belongs to root: %w", lab, sandbox.ErrRoot)
}

// within runs this program once more inside a sandbox. With the last lab in it
// the sandbox is ended.
func (p *program) within(box *sandbox.Box, args ...string) error {
	defer box.Close()
	code, err := box.Run(append([]string{programName}, args...), p.replay(), nil)
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

// replay returns a file with what has been read of standard input, for the
// program that is to read it again; nil if nothing has.
func (p *program) replay() *os.File {
	if p.input == nil {
		return nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil // it finds the end of its input, and says so
	}
	go func() {
		_, _ = write.Write(p.input) // who does not read it all does not need it
		write.Close()
	}()
	return read
}

// enter goes into the sandbox that a lab is in, if it is in one.
func (p *program) enter(info labInfo) error {
	switch {
	case info.Sandbox != "":
		box, err := sandbox.Open(info.Sandbox)
		if errors.Is(err, sandbox.ErrNone) {
			return fmt.Errorf("lab %s is %w", info.Name, vethlab.ErrNotRunning)
		}
		if err != nil {
			return err
		}
		return p.within(box, p.args...)
	case info.Foreign:
		return outOfReach(info.Name)
	}
	return nil
}
