package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func newShell(p *program) *cobra.Command {
	var fresh bool
	cmd := &cobra.Command{
		Use:   "shell NODE\n  vethlab shell --new [-- CMD [ARG ...]]",
		Short: "Open a shell inside a node, or in a new sandbox",
		Long: `Open $SHELL, or else /bin/sh, inside a node. Its prompt begins with (lab/node).

With --new it is opened as root in a new sandbox, whose network has only lo: to try
commands by hand, with or without root. If the machine has no ip, ping, sysctl, nft or
curl, vethlab provides them; with VETHLAB_APPLETS=always it always does. The sandbox is
deleted when the shell ends. CMD runs instead of the shell.

Exit codes are those of exec.`,
		Example: `  vethlab shell r1
  vethlab shell --new
  vethlab shell --new <script.sh`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     p.completeNodes,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case fresh && cmd.ArgsLenAtDash() <= 0:
				return asVethlabError(p.shellNew(args))
			case fresh || len(args) != 1:
				return usageError{cmd, errors.New("missing node, or --new")}
			}
			return asVethlabError(p.shell(args[0]))
		},
	}
	cmd.Flags().BoolVar(&fresh, "new", false, "open it in a new sandbox, also as root")
	return cmd
}

// shellNew opens a shell in a new isolated sandbox, in which this program is re-executed.
func (p *program) shellNew(argv []string) error {
	if p.process.Isolated {
		return p.shellIsolated(argv)
	}
	return p.process.Isolate(!p.process.Root, len(argv) == 0)
}

// shellIsolated opens the shell. This process stays as PID 1, see [program.runIsolated].
func (p *program) shellIsolated(argv []string) error {
	tools, err := applet.NewDir("/run", placement.ProgramName, os.Getenv(applet.Env) == "always")
	if err != nil {
		return err
	}
	shell := cmp.Or(os.Getenv("SHELL"), "/bin/sh")
	if len(argv) == 0 {
		argv = []string{shell}
	}
	if err := os.Setenv("PATH", tools.Path); err != nil {
		return err
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, p.out.stdout, p.out.stderr
	key, value := prompt(shell, "(new) ")
	cmd.Env = append(os.Environ(), sandbox.IsolatedEnv+"=1", key+"="+value)
	return runChild(cmd, cmd.Start)
}

func (p *program) shell(arg string) error {
	lab, node, err := p.findNode(arg)
	if err != nil {
		return err
	}
	shell := cmp.Or(os.Getenv("SHELL"), "/bin/sh")
	key, value := prompt(shell, fmt.Sprintf("(%s/%s) ", lab.Name(), node.Name()))
	if err := os.Setenv(key, value); err != nil {
		return err
	}
	return launchError(node.Exec([]string{shell}))
}

// prompt returns the environment variable that puts a word before a shell's prompt. Bash
// sets PS1 in ~/.bashrc, so PROMPT_COMMAND adds the word before each prompt.
func prompt(shell, word string) (key, value string) {
	if filepath.Base(shell) == "bash" {
		return "PROMPT_COMMAND", fmt.Sprintf(`PS1="%s${PS1#"%s"}"`, word, word)
	}
	return "PS1", word + "$ "
}
