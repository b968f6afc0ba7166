package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/parallel"
)

func newExec(p *program) *cobra.Command {
	var all, fresh bool
	cmd := &cobra.Command{
		Use: "exec NODE -- CMD [ARG ...]\n  vethlab exec --all [LAB|FILE] -- CMD [ARG ...]" +
			"\n  vethlab exec --fresh [FILE [NODE]] -- CMD [ARG ...]",
		Short: "Run a command inside a node, inside all, or inside a fresh lab",
		Long: `Run a command inside a node. The command replaces vethlab: terminal, standard
input, signals and exit code are its own. Inside, the names of the lab's nodes
resolve to their addresses, and VETHLAB_LAB and VETHLAB_NODE are set.

With --all it runs in all nodes at the same time, without standard input; the
outputs are printed node by node.

With --fresh it runs as root in a new sandbox, whose network has only lo. The lab of
FILE is built there first; the command runs in NODE or, by default, in the sandbox's
host namespace. The sandbox is deleted when the command ends, however it ends. So
tests run in a network of their own, without root:

  go test -exec 'vethlab exec --fresh --' ./...

Exit codes: the command's own; 125 if vethlab failed, 126 if the command can't
be run, 127 if it is not found. With --all: 1 if it failed in any node.`,
		Example: `  vethlab exec ns1 -- ip addr
  vethlab exec lab/ns1 -- sh -c 'ss -tln'
  vethlab exec --all -- ip route
  vethlab exec --fresh lab.yaml ns1 -- ./server.test -test.v`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     p.completeNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case all:
				return p.execAll(cmd, args)
			case fresh:
				return asVethlabError(p.execFresh(cmd, args))
			}
			return asVethlabError(p.exec(cmd, args))
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "run in all nodes of the lab")
	cmd.Flags().BoolVar(&fresh, "fresh", false, "run in a new sandbox, with the lab of FILE")
	cmd.MarkFlagsMutuallyExclusive("all", "fresh")
	cmd.Flags().SetInterspersed(false) // what follows the node is the command's
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return asVethlabError(usageError{cmd, err}) })
	return cmd
}

// asVethlabError gives an error exit code 125, to tell it from a failure of the command,
// unless it is another process's or already has a code of [exitVethlab] or more.
func asVethlabError(err error) error {
	exit := exitError{}
	if _, child := childCode(err); err == nil || child || errors.As(err, &exit) && exit.code >= exitVethlab {
		return err
	}
	return exitError{exitVethlab, err}
}

func (p *program) exec(cmd *cobra.Command, args []string) error {
	target, argv := splitCommand(cmd, args)
	if len(target) == 0 && len(argv) > 0 {
		target, argv = argv[:1], argv[1:] // "exec ns1 ls" without --
	}
	if len(target) != 1 || len(argv) == 0 {
		return usageError{cmd, errors.New("missing node or command")}
	}
	_, node, err := p.findNode(target[0])
	if err != nil {
		return err
	}
	return launchError(node.Exec(argv))
}

// splitCommand splits arguments at the first "--" into those before it and the command.
// Without "--" all are the command.
func splitCommand(cmd *cobra.Command, args []string) (before, argv []string) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		return args[:n], args[n:]
	}
	if n := slices.Index(args, "--"); n == 1 || n == 2 {
		return args[:n], args[n+1:]
	}
	return nil, args
}

func (p *program) execAll(cmd *cobra.Command, args []string) error {
	target, argv := splitCommand(cmd, args)
	if len(argv) == 0 {
		return usageError{cmd, errors.New("missing command")}
	}
	lab, err := p.findOwn(target, "")
	if err != nil {
		return err
	}
	nodes, err := lab.Nodes()
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return notRunningError(lab)
	}
	return p.runInAll(cmd.Context(), nodes, argv)
}

// A nodeRun is the run of a command in one of several nodes.
type nodeRun struct {
	node           *vethlab.Node
	done           chan struct{}
	stdout, stderr bytes.Buffer
	err            error
}

// runInAll runs a command in all nodes at the same time and prints the outputs in the
// order of the nodes, each as soon as the ones before it are printed.
func (p *program) runInAll(ctx context.Context, nodes []*vethlab.Node, argv []string) error {
	runs := make([]*nodeRun, len(nodes))
	for i, node := range nodes {
		runs[i] = &nodeRun{node: node, done: make(chan struct{})}
	}
	go parallel.Each(len(runs), func(i int) { runs[i].run(ctx, argv) })
	failed := 0
	for _, r := range runs {
		<-r.done
		p.printRun(r)
		if r.err != nil {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("failed in %d of %s", failed, plural(len(nodes), "node"))
	}
	return nil
}

func (r *nodeRun) run(ctx context.Context, argv []string) {
	defer close(r.done)
	cmd := interruptOnCancel(exec.CommandContext(ctx, argv[0], argv[1:]...))
	cmd.Stdout, cmd.Stderr = &r.stdout, &r.stderr
	r.err = r.node.Run(cmd)
}

func (p *program) printRun(r *nodeRun) {
	p.out.print("%s\n", p.out.paint(bold, "==> "+r.node.Name()+" <=="))
	p.out.write(r.stdout.Bytes())
	if r.stderr.Len() > 0 {
		p.out.passStderr(r.stderr.Bytes())
	}
	if r.err != nil {
		p.out.notice("%s: %v", r.node.Name(), r.err)
	}
}
