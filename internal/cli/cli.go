// Package cli is the command line: it parses flags and arguments, calls the library, and
// prints text and tables.
//
// Each command has one file and one constructor. Shared by commands are: the lab and node
// that an argument names (file.go, lab.go, node.go), output to the terminal (out.go), and
// the exit code of an error (exit.go).
package cli

import (
	"context"
	"io"
	"log"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// Stdio is the standard input and outputs of a program.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// program is one run of the command line.
type program struct {
	process  placement.Process
	stdin    io.Reader
	commands commandPolicy
	out      *out

	checked checkedFile // the last one, see check

	ignoredNoted bool // see noteIgnored
}

// Main runs a command and returns the exit code. args are without the program's name;
// role is the result of [sandbox.Main]. When ctx ends, the command stops and cleans up.
func Main(ctx context.Context, args []string, role sandbox.Role, stdio Stdio) int {
	log.SetOutput(io.Discard) // package net/http logs what servers send
	p := &program{process: placement.Process{Placement: placement.Of(role), Args: args}, stdin: stdio.In, out: newOut(stdio.Out, stdio.Err)}
	if err := sandbox.NeedLimits(); err != nil {
		return p.reportError(ctx, err, args)
	}
	root := newRoot(p)
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = p.out.writeError()
	}
	return p.reportError(ctx, err, args)
}

const rootLong = `vethlab makes networks of Linux network namespaces joined by veth pairs, from one
file: it builds them, tests them with real packets, shows them and removes them
completely.

  vethlab run lab.yaml          build, show, test, remove
  vethlab up lab.yaml           build, or change the running lab to match the file
  vethlab exec ns1 -- ip addr   run a command inside a node
  vethlab down                  remove

FILE is a lab file, or - for standard input. The default is the only vethlab.yaml
or *.vethlab.yaml of the folder. NODE is ns1, or lab/ns1 if several running labs
have an ns1.

Root makes labs on the machine. Other users make them in user namespaces, with the
same commands and files; such a lab can't change the machine.

Exit codes: 0 done; 1 failed, also a test; 2 wrong usage or an invalid file;
130 interrupted. The help of a command lists those that it has besides.`

func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "vethlab",
		Short:         "Networks of namespaces and veth pairs, from one file",
		Long:          rootLong,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	placementFlags(root, &p.process.Placement)
	hiddenCommandFlag(root, &p.commands)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError{cmd, err} })
	root.AddCommand(
		newUp(p), newDown(p), newRun(p), newPlan(p), endsOnCancel(newScript(p)), endsOnCancel(newFmt(p)), endsOnCancel(newImport(p)), endsOnCancel(newExplain(p)), newLearn(p), newCurl(p),
		newLs(p), newMap(p), newShow(p), newGraph(p), newExec(p), newShell(p), newNft(p), newPing(p), newTrace(p), newIperf(p), newTest(p),
		newWatch(p), newEvents(p),
		newIP(p), newPingHost(p), newSysctl(p), newDoctor(p), newVersion(p),
	)
	return root
}

// reportEvents prints the events of a lab, except changes, which commands sum up
// themselves, and in an isolated sandbox those of the host namespace.
func (p *program) reportEvents(lab *vethlab.Lab) *vethlab.Lab {
	lab.Notify(func(e vethlab.Event) {
		if e.Kind == vethlab.EventChange || e.Kind == vethlab.EventHost && p.process.Isolated {
			return
		}
		p.out.notice("%s", e.Text)
	})
	return lab
}
