package verify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/hosts"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/words"
)

// commandTimeout is how long the command of a test may take if the test does
// not say.
const commandTimeout = 10 * time.Second

// command runs the command of a test in all its nodes, side by side.
func (t *engine) command(ctx context.Context, c *testRun) {
	timeout := time.Duration(c.Timeout)
	if timeout == 0 {
		timeout = commandTimeout
	}
	names := hosts.NewTable(t.state).File()
	failures := make([]*Failure, len(c.Where))
	sideBySide(len(c.Where), func(i int) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		failures[i] = t.runIn(ctx, c, c.Where[i], names)
		if failures[i] != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			failures[i].Found, failures[i].Why = "no end", "it was stopped after "+words.Duration(timeout)
		}
	})
	for i, f := range failures {
		if f != nil {
			f.From = c.Where[i]
			c.fail(i, *f)
		}
	}
}

// runIn runs the command of a test in one node, with names of hosts added, and
// returns what is wrong, or nil.
func (t *engine) runIn(ctx context.Context, c *testRun, node string, names []byte) *Failure {
	namespace, running := t.namespaces[node]
	if !running {
		return &Failure{Key: "run", Want: "a command", Found: "nothing", Why: node + " is not running"}
	}
	argv := c.Run
	if len(argv) == 1 {
		argv = []string{"sh", "-c", argv[0]}
	}
	var stdout, stderr tail
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), hosts.Env(t.lab, node)...)
	netns.Group(cmd)
	cmd.WaitDelay = time.Second
	err := netns.Room{Namespace: namespace, Hosts: names}.Run(cmd)
	f := c.judgeCommand(err, stdout.String())
	if f != nil {
		f.Output = lastLines(stdout.String() + stderr.String())
	}
	return f
}

// judgeCommand compares how a command ended and what it wrote with what is
// expected.
func (c *testRun) judgeCommand(err error, stdout string) *Failure {
	code, ended := 0, (*exec.ExitError)(nil)
	switch {
	case errors.As(err, &ended) && ended.Exited():
		code = ended.ExitCode()
	case errors.As(err, &ended):
		return &Failure{Key: "exit", Want: fmt.Sprintf("exit code %d", c.Exit), Found: ended.String()}
	case err != nil:
		return &Failure{Key: "run", Want: "a command", Found: "none", Why: err.Error()}
	}
	if code != c.Exit {
		return &Failure{Key: "exit", Want: fmt.Sprintf("exit code %d", c.Exit), Found: fmt.Sprintf("exit code %d", code)}
	}
	pattern, err := c.StdoutPattern()
	switch {
	case err != nil:
		return &Failure{Key: "stdout", Want: c.stdoutWanted(), Found: "an error", Why: err.Error()}
	case !pattern.MatchString(stdout):
		return &Failure{Key: "stdout", Want: c.stdoutWanted(), Found: "another output"}
	}
	return nil
}

// A tail keeps the last of what is written to it.
type tail struct{ bytes.Buffer }

// How much of a command's output is looked at, and how much is shown, in bytes.
const (
	maxOutput = 1 << 20
	maxShown  = 2000
)

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.Buffer.Write(p)
	if t.Len() > 2*maxOutput {
		t.Next(t.Len() - maxOutput)
	}
	return len(p), nil
}

// lastLines returns the end of a text, from the beginning of a line and without
// what a terminal might obey.
func lastLines(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, strings.TrimRight(text, "\n"))
	if len(text) <= maxShown {
		return text
	}
	text = text[len(text)-maxShown:]
	_, whole, _ := strings.Cut(text, "\n")
	return "…\n" + cmp.Or(whole, text)
}
