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
				return asOwn(p.execFresh(cmd, args))
			}
			return asOwn(p.exec(cmd, args))
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "run in all nodes of the lab")
	cmd.Flags().BoolVar(&fresh, "fresh", false, "run in a new sandbox, with the lab of FILE")
	cmd.MarkFlagsMutuallyExclusive("all", "fresh")
	cmd.Flags().SetInterspersed(false) // what follows the node is the command's
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return asOwn(usageError{cmd, err}) })
	return cmd
}

// asOwn makes an error one of vethlab's own, in the place of a command whose
// exit code would be passed on.
func asOwn(err error) error {
	exit, done := exitError{}, reexecError{}
	if err == nil || errors.As(err, &done) || errors.As(err, &exit) && exit.code >= exitOwn {
		return err
	}
	return exitError{exitOwn, err}
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

// splitCommand splits arguments at the first "--": what is before it, and the
// command behind it. Without one all is the command.
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
		return notRunning(lab)
	}
	return p.everywhere(cmd.Context(), nodes, argv)
}

// A turn is a command's run in one of many nodes.
type turn struct {
	node        *vethlab.Node
	done        chan struct{}
	out, errors bytes.Buffer
	err         error
}

// everywhere runs a command in nodes and writes the outputs in their order,
// each as soon as those before it are through.
func (p *program) everywhere(ctx context.Context, nodes []*vethlab.Node, argv []string) error {
	turns := make([]*turn, len(nodes))
	for i, node := range nodes {
		turns[i] = &turn{node: node, done: make(chan struct{})}
	}
	go parallel.Each(len(turns), func(i int) { turns[i].run(ctx, argv) })
	failed := 0
	for _, t := range turns {
		<-t.done
		p.report(t)
		if t.err != nil {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("failed in %d of %s", failed, plural(len(nodes), "node"))
	}
	return nil
}

func (t *turn) run(ctx context.Context, argv []string) {
	defer close(t.done)
	cmd := gently(exec.CommandContext(ctx, argv[0], argv[1:]...))
	cmd.Stdout, cmd.Stderr = &t.out, &t.errors
	t.err = t.node.Run(cmd)
}

func (p *program) report(t *turn) {
	p.out.print("%s\n", p.out.paint(bold, "==> "+t.node.Name()+" <=="))
	p.out.write(t.out.Bytes())
	if t.errors.Len() > 0 {
		p.out.pass(t.errors.Bytes())
	}
	if t.err != nil {
		p.out.say("%s: %v", t.node.Name(), t.err)
	}
}
