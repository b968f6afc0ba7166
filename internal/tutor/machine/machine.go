// Package machine runs the commands of a lesson, in the network, mount and PID namespaces
// in which [sandbox.Isolate] has re-executed the program. Everything that a lesson makes
// ends with them.
package machine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A Machine runs the commands of one lesson. It implements [tutor.Machine].
type Machine struct {
	c       Config
	closed  chan struct{} // closed at the end of the lesson
	servers sync.WaitGroup
}

// Config is the environment of commands.
type Config struct {
	Path   string // PATH
	Stdin  io.Reader
	Stdout io.Writer // of commands with a terminal; stderr too

	// Out is the stdout and stderr of commands whose output Run also returns.
	Out io.Writer

	Lang   words.Lang // of the messages of commands
	Shell  string     // of the learner: a program
	Prompt string     // variable of a shell's prompt, as NAME=value
}

// New returns a machine. The program must run in an isolated sandbox.
func New(c Config) *Machine { return &Machine{c: c, closed: make(chan struct{})} }

// Close ends the servers and waits for them.
func (m *Machine) Close() {
	close(m.closed)
	m.servers.Wait()
}

// LangEnv is the environment variable with the language of vethlab's messages.
const LangEnv = "VETHLAB_LANG"

// killDelay is the time from SIGINT to SIGKILL.
const killDelay = 5 * time.Second

func (m *Machine) shell(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killDelay
	cmd.Env = append(m.locale(), "PATH="+m.c.Path, sandbox.IsolatedEnv+"=1")
	return cmd
}

// locale returns the environment in the locale C, which lessons expect, but with messages
// in the language of the lesson. LC_CTYPE is what lets programs write Chinese.
func (m *Machine) locale() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "LC_") || strings.HasPrefix(v, "LANG=") || strings.HasPrefix(v, "LANGUAGE=")
	})
	return append(env, "LANG=C", "LC_CTYPE=C.UTF-8", "LC_MESSAGES="+m.c.Lang.Locale(), LangEnv+"="+string(m.c.Lang))
}

// Run implements [tutor.Machine].
func (m *Machine) Run(ctx context.Context, command string, keep bool) (string, int, error) {
	cmd := m.shell(ctx, "-c", command)
	var kept bytes.Buffer
	if keep {
		w := io.MultiWriter(&kept, m.c.Out)
		cmd.Stdout, cmd.Stderr = w, w
	} else {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = m.c.Stdin, m.c.Stdout, m.c.Stdout
	}
	err := cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) && ctx.Err() == nil {
		return kept.String(), exitCode(ended), nil
	}
	return kept.String(), 0, cmp.Or(ctx.Err(), err)
}

// exitCode returns the exit code of an ended command.
func exitCode(ended *exec.ExitError) int {
	if status, ok := ended.Sys().(syscall.WaitStatus); ok {
		return sandbox.ExitCode(status)
	}
	return ended.ExitCode()
}

// RunHidden implements [tutor.Machine].
func (m *Machine) RunHidden(ctx context.Context, script string) (string, error) {
	out, err := m.shell(ctx, "-e", "-c", script).CombinedOutput()
	return string(out), cmp.Or(ctx.Err(), err)
}

// Shell implements [tutor.Machine].
func (m *Machine) Shell(ctx context.Context) error {
	cmd := m.shell(ctx)
	cmd.Path, cmd.Args = m.c.Shell, []string{m.c.Shell}
	cmd.Env = append(cmd.Env, m.c.Prompt)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = m.c.Stdin, m.c.Stdout, m.c.Stdout
	err := cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return nil // a shell exits with the code of its last command
	}
	return err
}

// Observe implements [tutor.Machine].
func (m *Machine) Observe(ctx context.Context, sysctls []string) (lesson.Network, error) {
	view, err := kernel.ObserveAll(sysctls...)
	if err != nil {
		return lesson.Network{}, err
	}
	waitForLinks(ctx, view.State)
	if err := kernel.FlushFailedNeigh(view.State.Names()); err != nil {
		return lesson.Network{}, err
	}
	return lesson.Network{State: view.State, Reaches: func(r lesson.Probe) bool { return reaches(ctx, r) }}, nil
}

// settleTimeout bounds [waitForLinks].
const settleTimeout = 100 * time.Millisecond

// waitForLinks waits until links have the expected carrier. The kernel's link watch delays
// that by a second for veth pairs of equal indexes, as the first ones of two namespaces
// have, unless the link is queried, as here. Errors are left to the checks.
func waitForLinks(ctx context.Context, s *state.State) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	_ = kernel.Settle(ctx, s)
}

// probeTimeout bounds one probe: answers in a sandbox take less than a millisecond, and
// checks are repeated.
const probeTimeout = 150 * time.Millisecond

func reaches(ctx context.Context, r lesson.Probe) bool {
	q := probe.Question{
		Target:  probe.Target{From: r.From, To: r.To},
		Via:     map[string]probe.Protocol{"tcp": probe.TCP, "udp": probe.UDP, "http": probe.HTTP}[r.Via],
		Port:    r.Port,
		Timeout: probeTimeout,
	}
	return probe.Ask(ctx, []probe.Question{q}, probe.Options{})[0].Found == probe.Reachable
}

// Serve implements [tutor.Machine].
func (m *Machine) Serve(ctx context.Context, serve lesson.Serve) error {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return netns.ReplaceSocket(serve.Namespace, c) }}
	l, err := config.Listen(ctx, "tcp", fmt.Sprintf(":%d", serve.Port))
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(w, "Hello %s, this is %s.\n", strings.TrimPrefix(from, "::ffff:"), serve.Namespace)
	})}
	go func() { _ = server.Serve(l) }()
	m.servers.Go(func() {
		m.untilDeleted(serve.Namespace)
		_ = server.Close() // an error does not matter: the sandbox ends too
	})
	return nil
}

// untilDeleted waits until a namespace's name is deleted or the lesson ends. The server's
// socket would keep the namespace and its links alive.
func (m *Machine) untilDeleted(namespace string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-m.closed:
			return
		case <-tick.C:
			if _, err := os.Stat(filepath.Join(netns.Dir, namespace)); err != nil {
				return
			}
		}
	}
}
