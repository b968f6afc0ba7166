package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// execFresh runs a command in a new isolated sandbox, in which this program is re-executed.
func (p *program) execFresh(cmd *cobra.Command, args []string) error {
	target, argv := splitCommand(cmd, args)
	if len(target) > 2 || len(argv) == 0 || cmd.ArgsLenAtDash() < 0 && target == nil {
		return usageError{cmd, errors.New("missing command after --")}
	}
	if p.process.Isolated {
		return p.runIsolated(cmd.Context(), target, argv)
	}
	return p.process.Isolate(p.process.Rootless, false)
}

// runIsolated builds the lab of the file in target, if any, and runs a command in a node
// or in the host namespace. This process stays: it is PID 1 of the sandbox, which reaps
// orphans and with which all other processes end (pid_namespaces(7)).
func (p *program) runIsolated(ctx context.Context, target, argv []string) error {
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
	return runChild(command, start)
}
