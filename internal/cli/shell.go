package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newShell(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "shell NODE",
		Short: "Open a shell inside a node",
		Long: `Open $SHELL, or else /bin/sh, inside a node. Its prompt begins with (lab/node).

Exit codes are those of exec.`,
		Args:              arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: p.completeNodes,
		RunE:              func(_ *cobra.Command, args []string) error { return asOwn(p.shell(args[0])) },
	}
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

// prompt returns the variable that puts a word before a shell's prompt. Bash
// sets PS1 from its own files, so there the word is put before it each time.
func prompt(shell, word string) (key, value string) {
	if filepath.Base(shell) == "bash" {
		return "PROMPT_COMMAND", fmt.Sprintf(`PS1="%s${PS1#"%s"}"`, word, word)
	}
	return "PS1", word + "$ "
}
