package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/inspect"
)

func newRun(p *program) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [FILE] [flags] [-- CMD [ARG ...]]",
		Short: "Build a lab, show it, test it, remove it",
		Long: `Build a lab, show it, run its tests, run CMD if given, and remove the lab, also if a
test failed or the program is interrupted. A lab that was up before stays up.

CMD runs in the host namespace. VETHLAB_LAB is the lab's name; for each node,
say web-1, VETHLAB_NS_WEB_1 is its namespace and VETHLAB_ADDR_WEB_1 its first
address.

The exit code is 1 if a test failed, else that of CMD. Without CMD it is also 1 if
there is nothing to test.`,
		Example: `  vethlab run lab.yaml
  vethlab run lab.yaml -- sh -c 'ip netns exec $VETHLAB_NS_NS1 ip addr'`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			file, argv := args, []string(nil)
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				file, argv = args[:n], args[n:]
			}
			if len(file) > 1 {
				return usageError{cmd, errors.New("more than one file (a command goes after --)")}
			}
			p.commands.checked = true
			lab, err := p.load(file, o.name)
			if err != nil {
				return err
			}
			if err := p.process.ReexecIfSandboxed(lab.Name(), true); err != nil {
				return err
			}
			return p.run(cmd.Context(), lab, argv, o)
		},
	}
	cmd.Flags().BoolVar(&o.keep, "keep", false, "leave the lab up")
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	commandFlags(cmd, &p.commands)
	return cmd
}

type runOptions struct {
	keep bool
	name string
}

// run builds a lab, shows and tests it, and removes it, also after a failure, unless it was
// up before.
func (p *program) run(ctx context.Context, lab *vethlab.Lab, argv []string, o runOptions) error {
	before, err := isRunning(lab)
	if err != nil {
		return err
	}
	err = p.up(ctx, lab)
	if err == nil {
		err = p.showAndTest(ctx, lab, argv)
	} else if now, listErr := isRunning(lab); listErr == nil && !now { // up has undone what it made
		return err
	}
	switch {
	case o.keep:
		p.out.notice("lab %s is left up; to remove it: vethlab down %s", lab.Name(), lab.Name())
		return err
	case before:
		p.out.notice("lab %s was up before and is left up; to remove it: vethlab down %s", lab.Name(), lab.Name())
		return err
	}
	if removeErr := p.removeHere(context.WithoutCancel(ctx), lab); removeErr != nil {
		return errors.Join(err, removeErr)
	}
	return err
}

// isRunning reports whether a lab runs here, also an incomplete one.
func isRunning(lab *vethlab.Lab) (bool, error) {
	infos, err := vethlab.List()
	return slices.ContainsFunc(infos, func(i vethlab.LabInfo) bool { return i.Name == lab.Name() }), err
}

// showAndTest shows a lab, tests it and runs a command. The error of the test comes before
// that of the command.
func (p *program) showAndTest(ctx context.Context, lab *vethlab.Lab, argv []string) error {
	if err := p.show(lab, showOptions{picture: true}); err != nil {
		return err
	}
	p.out.print("\n")
	testErr := p.test(ctx, lab, testOptions{format: formatText})
	if len(argv) == 0 || ctx.Err() != nil {
		return testErr
	}
	if errors.Is(testErr, vethlab.ErrNothingToTest) { // the command is the test
		p.out.notice("%v", testErr)
		testErr = nil
	}
	if err := p.runOnHost(ctx, lab, argv); testErr == nil {
		return err
	}
	return testErr
}

// runOnHost runs a command in the host namespace.
func (p *program) runOnHost(ctx context.Context, lab *vethlab.Lab, argv []string) error {
	env, err := labEnv(lab)
	if err != nil {
		return err
	}
	cmd := interruptOnCancel(exec.CommandContext(ctx, argv[0], argv[1:]...))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.stdin, p.out.stdout, p.out.stderr
	cmd.Env = append(os.Environ(), env...)
	return launchError(cmd.Run())
}

// labEnv returns the environment variables with the namespaces and addresses of a lab.
func labEnv(lab *vethlab.Lab) ([]string, error) {
	view, err := inspect.Lab(lab.Name(), nil)
	if err != nil {
		return nil, err
	}
	return hosts.LabEnv(lab.Name(), view.State), nil
}
