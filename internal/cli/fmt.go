package cli

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/atomicfile"
	"github.com/vethlab/vethlab/topo"
)

func newFmt(p *program) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:   "fmt --pin [FILE]",
		Short: "Write the addresses of a lab into its file",
		Long: `With --pin, write the addresses into the file that it leaves out: those that the lab
was last brought up with or, if it does not run, those that it would get. Later edits
of the file then move none of them. Comments and layout stay as they are.

The file is replaced. Standard input (-) is written to stdout.`,
		Example: `  vethlab fmt --pin lab.yaml
  vethlab fmt --pin --stdout lab.yaml | diff lab.yaml -`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !o.pin {
				return usageError{cmd, errors.New("missing --pin")}
			}
			return p.fmt(args, o)
		},
	}
	cmd.Flags().BoolVar(&o.pin, "pin", false, "write addresses into the file that it leaves out")
	cmd.Flags().BoolVar(&o.stdout, "stdout", false, "write to stdout, and leave the file as it is")
	cmd.Flags().StringVar(&o.name, "name", "", "take the addresses of the running lab `NAME`")
	return cmd
}

type fmtOptions struct {
	pin, stdout bool
	name        string
}

func (p *program) fmt(args []string, o fmtOptions) error {
	if len(args) == 0 {
		file, err := folderFile()
		if err != nil {
			return exitError{exitUsage, err}
		}
		args = []string{file}
	}
	lab, err := p.load(args, o.name)
	if err != nil {
		return err
	}
	pinned, err := p.pinnedOf(lab)
	if err != nil {
		return err
	}
	return p.amend(args[0], pinned, o)
}

// pinnedOf returns the description of a lab with the addresses that it leaves out. For a lab
// whose sandbox does not exist yet it has those that the lab would get.
func (p *program) pinnedOf(lab *vethlab.Lab) (*topo.Topology, error) {
	err := p.process.ReexecIfSandboxed(lab.Name(), false)
	switch {
	case err == nil:
		return lab.Pinned()
	case p.process.OutOfReach(err):
		return lab.PinnedNew()
	}
	return nil, err
}

// amend writes the addresses of a topology into its file.
func (p *program) amend(file string, pinned *topo.Topology, o fmtOptions) error {
	before, err := p.read(file)
	if err != nil {
		return err
	}
	checked, err := p.check(file, before)
	if err == nil {
		err = checked.Err() // the file may have changed
	}
	if err != nil {
		return err
	}
	unnamed := checked.Topology()
	pinned.Name, pinned.Prefix = unnamed.Name, unnamed.Prefix // --name calls only the running one so
	path := file
	if file != stdinFile {
		if path, err = filepath.Abs(file); err != nil { // its folder may name the lab
			return err
		}
	}
	after, err := topo.WriteAddresses(path, before, pinned)
	switch {
	case err != nil:
		return err
	case o.stdout || file == stdinFile:
		p.out.printExact(string(after))
		return nil
	case string(after) == string(before):
		p.out.notice("%s: no further address to write", file)
		return nil
	}
	if err := atomicfile.Replace(file, after); err != nil {
		return err
	}
	p.out.notice("wrote addresses into %s", file)
	return nil
}
