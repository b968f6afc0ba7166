package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/topo"
)

func TestExitCode(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, invalid := topo.Parse("x.yaml", []byte("links: 1"))
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{t.Context(), nil, 0},
		{cancelled, nil, 0},
		{cancelled, errors.New("x"), 130},
		{t.Context(), errors.New("x"), 1},
		{t.Context(), invalid, 2},
		{t.Context(), fmt.Errorf("x: %w", usageError{&cobra.Command{}, errors.New("x")}), 2},
		{t.Context(), exitError{exitChange, nil}, 3},
		{t.Context(), errors.Join(exitError{7, nil}, errors.New("x")), 7},
		{cancelled, childExit{7}, 7},
		{cancelled, fmt.Errorf("x: %w", placement.Reexecuted{Code: 7}), 7},
		{t.Context(), asVethlabError(invalid), 125},
		{t.Context(), asVethlabError(placement.Reexecuted{Code: 7}), 7},
		{t.Context(), asVethlabError(exitError{exitNotFound, invalid}), 127},
	} {
		if got := exitCode(c.ctx, c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

func TestLaunchError(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		argv []string
		want int
	}{
		{[]string{"true"}, 0},
		{[]string{"sh", "-c", "exit 9"}, 9},
		{[]string{"sh", "-c", "kill -TERM $$"}, 143},
		{[]string{"no-such-command"}, 127},
		{[]string{"./no/such/file"}, 127},
		{[]string{plain}, 126},
		{[]string{filepath.Dir(plain)}, 126},
	} {
		err := launchError(exec.CommandContext(t.Context(), c.argv[0], c.argv[1:]...).Run())
		if got := exitCode(t.Context(), err); got != c.want {
			t.Errorf("%v: got %d (%v), want %d", c.argv, got, err, c.want)
		}
	}
	if got := exitCode(t.Context(), launchError(errors.New("x"))); got != exitVethlab {
		t.Errorf("got %d, want %d", got, exitVethlab)
	}
}
