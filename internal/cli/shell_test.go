package cli

import (
	"os/exec"
	"strings"
	"testing"
)

// Real shells print the prompt that results.
func TestPrompt(t *testing.T) {
	for shell, script := range map[string]string{
		"/bin/sh":   `printf %s "$PS1"`,
		"/bin/bash": `PS1='me: '; eval "$PROMPT_COMMAND"; eval "$PROMPT_COMMAND"; printf %s "$PS1"`,
	} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		key, value := prompt(shell, "(lab/a) ")
		cmd := exec.CommandContext(t.Context(), shell, "-c", script)
		cmd.Env = append(cmd.Environ(), key+"="+value)
		got, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"/bin/sh": "(lab/a) $ ", "/bin/bash": "(lab/a) me: "}[shell]
		if strings.TrimRight(string(got), "\n") != want {
			t.Errorf("%s: %q, want %q", shell, got, want)
		}
	}
}
