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

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/words"
)

// commandTimeout is the default timeout of a test's command.
const commandTimeout = 10 * time.Second

// command runs the command of the i-th test in all its nodes, concurrently.
func (e *engine) command(ctx context.Context, i int, t *compile.Test) []finding {
	timeout := time.Duration(t.Timeout)
	if timeout == 0 {
		timeout = commandTimeout
	}
	names := hosts.NewTable(e.state).File()
	findings := make([]finding, len(t.RunNodes))
	parallel.Each(len(t.RunNodes), func(n int) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		findings[n] = finding{query: query{test: i, pair: n}}
		f := e.runIn(ctx, t, t.RunNodes[n], names)
		if f == nil {
			return
		}
		f.From = t.RunNodes[n]
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			f.Found, f.Why = "a timeout", "it was stopped after "+words.Duration(timeout)
		}
		findings[n].failures = []Failure{*f}
	})
	return findings
}

// runIn runs the command of a test in one node, with the names of nodes in
// /etc/hosts, and returns its failure, or nil.
func (e *engine) runIn(ctx context.Context, t *compile.Test, node string, names []byte) *Failure {
	namespace, running := e.namespaces[node]
	if !running {
		return &Failure{Key: "run", Want: "a command", Found: "nothing", Why: node + " is not running"}
	}
	argv := t.Run
	if len(argv) == 1 {
		argv = []string{"sh", "-c", argv[0]}
	}
	var stdout, stderr tail
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), hosts.Env(e.lab, node)...)
	netns.SetProcessGroup(cmd)
	cmd.WaitDelay = time.Second
	err := netns.ExecEnv{Namespace: namespace, Hosts: names}.Run(cmd)
	f := judgeCommand(t, err, stdout.String())
	if f != nil {
		f.Output = lastLines(stdout.String() + stderr.String())
	}
	return f
}

// judgeCommand compares the exit code of a command and its standard output with what a
// test expects.
func judgeCommand(t *compile.Test, err error, stdout string) *Failure {
	code, ended := 0, (*exec.ExitError)(nil)
	switch {
	case errors.As(err, &ended) && ended.Exited():
		code = ended.ExitCode()
	case errors.As(err, &ended):
		return &Failure{Key: "exit", Want: fmt.Sprintf("exit code %d", t.Exit), Found: ended.String()}
	case err != nil:
		return &Failure{Key: "run", Want: "a command", Found: "none", Why: err.Error()}
	}
	if code != t.Exit {
		return &Failure{Key: "exit", Want: fmt.Sprintf("exit code %d", t.Exit), Found: fmt.Sprintf("exit code %d", code)}
	}
	pattern, err := t.StdoutPattern()
	switch {
	case err != nil:
		return &Failure{Key: "stdout", Want: stdoutWanted(t), Found: "an error", Why: err.Error()}
	case !pattern.MatchString(stdout):
		return &Failure{Key: "stdout", Want: stdoutWanted(t), Found: "another output"}
	}
	return nil
}

// A tail keeps the last of what is written to it.
type tail struct{ bytes.Buffer }

// Bytes at the end of a command's output that are compared, and that are shown.
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

// lastLines returns the last lines of a text, maxShown bytes at most, with control
// characters replaced.
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
