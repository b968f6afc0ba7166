package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// execFresh runs a command on a machine of its own: this very program, once more.
func (p *program) execFresh(cmd *cobra.Command, args []string) error {
	target, argv := splitCommand(cmd, args)
	if len(target) > 2 || len(argv) == 0 || cmd.ArgsLenAtDash() < 0 && target == nil {
		return usageError{cmd, errors.New("missing command after --")}
	}
	switch {
	case p.placement.fresh:
		return p.freshly(cmd.Context(), target, argv)
	case p.placement.root && !sandbox.Privileged():
		return sandbox.ErrRoot
	}
	code, err := sandbox.Isolate(p.placement.rootless)
	if err != nil {
		return feature.Explain(err)
	}
	return reexecError{code}
}

// freshly makes the lab of a file, if there is one, and runs a command in a node of
// it or beside it. This program stays: it is the first process here, to which the
// kernel gives the orphans of others, and without which all end.
func (p *program) freshly(ctx context.Context, target, argv []string) error {
	command := exec.Command(argv[0], argv[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, p.out.stdout, p.out.stderr
	command.Env = append(os.Environ(), sandbox.IsolatedEnv+"=1")
	start := command.Start
	if len(target) > 0 {
		lab, err := p.load(target[:1], "")
		if err != nil {
			return err
		}
		if _, err := lab.Up(ctx); err != nil {
			return err
		}
		env, err := labEnv(lab)
		if err != nil {
			return err
		}
		command.Env = append(command.Env, env...)
		node, err := lab.Node(append(target, topo.HostNode)[1])
		if err != nil {
			return err
		}
		start = func() error { return node.Start(command) }
	}
	status, err := netns.RunForwardingSignals(func() (int, error) {
		if err := start(); err != nil {
			return 0, err
		}
		return command.Process.Pid, nil
	})
	if err != nil {
		return launchError(err)
	}
	return reexecError{sandbox.ExitCode(status)}
}
