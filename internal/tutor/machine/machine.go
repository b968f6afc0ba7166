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
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
)

// A Machine runs the commands of one lesson. It implements [tutor.Machine].
type Machine struct {
	c       Config
	over    chan struct{} // closed when the lesson is over
	servers sync.WaitGroup
}

// Config is what commands get.
type Config struct {
	Path   string // PATH
	Stdin  io.Reader
	Stdout io.Writer // gets stderr too

	// Out gets what commands write whose output is kept as well.
	Out io.Writer

	Shell  string // of the learner: a program
	Prompt string // variable of a shell's prompt, as NAME=value
}

// New returns the machine that the program is in.
func New(c Config) *Machine { return &Machine{c: c, over: make(chan struct{})} }

// Close ends the servers and waits for them.
func (m *Machine) Close() {
	close(m.over)
	m.servers.Wait()
}

// endGrace is how long an interrupted command has to end by itself.
const endGrace = 5 * time.Second

func (m *Machine) shell(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = endGrace
	cmd.Env = append(os.Environ(), "PATH="+m.c.Path, "LC_ALL=C", sandbox.IsolatedEnv+"=1")
	return cmd
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

// Quiet implements [tutor.Machine].
func (m *Machine) Quiet(ctx context.Context, script string) (string, error) {
	out, err := m.shell(ctx, "-e", "-c", script).CombinedOutput()
	return string(out), cmp.Or(ctx.Err(), err)
}

// Shell implements [tutor.Machine].
func (m *Machine) Shell(ctx context.Context) error {
	cmd := m.shell(ctx)
	cmd.Path, cmd.Args = m.c.Shell, []string{m.c.Shell}
	cmd.Env = append(cmd.Env, m.c.Prompt, "LC_ALL="+os.Getenv("LC_ALL"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = m.c.Stdin, m.c.Stdout, m.c.Stdout
	err := cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return nil // with the code of the last command in it
	}
	return err
}

// World implements [tutor.Machine].
func (m *Machine) World(ctx context.Context, sysctls []string) (lesson.World, error) {
	view, err := kernel.ObserveAll(sysctls...)
	if err != nil {
		return lesson.World{}, err
	}
	settle(ctx, view.State)
	if err := kernel.FlushFailedNeigh(view.State.Names()); err != nil {
		return lesson.World{}, err
	}
	return lesson.World{State: view.State, Reach: func(r lesson.Reach) bool { return reaches(ctx, r) }}, nil
}

// settleWait is how long links may take to work.
const settleWait = 100 * time.Millisecond

// settle waits until what should work does. Links whose ends have equal numbers, as
// the first ones of two namespaces have, come up a second late unless somebody asks
// for them, which this does. What does not work is seen by the checks.
func settle(ctx context.Context, s *state.State) {
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	_ = kernel.Settle(ctx, s)
}

// answerWait is how long to wait for an answer: who is there answers in no time,
// and who is not yet is asked again.
const answerWait = 150 * time.Millisecond

func reaches(ctx context.Context, r lesson.Reach) bool {
	q := probe.Question{
		Target:  probe.Target{From: r.From, To: r.To},
		Via:     map[string]probe.Protocol{"tcp": probe.TCP, "udp": probe.UDP, "http": probe.HTTP}[r.Via],
		Port:    r.Port,
		Timeout: answerWait,
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
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(w, "Hello %s, this is %s.\n", strings.TrimPrefix(from, "::ffff:"), serve.Namespace)
	})}
	go func() { _ = server.Serve(l) }()
	m.servers.Go(func() {
		m.untilDeleted(serve.Namespace)
		_ = server.Close() // all of it goes with the sandbox
	})
	return nil
}

// untilDeleted waits for the end of a namespace or of the lesson. A namespace lives on,
// with its links, while a server listens in it.
func (m *Machine) untilDeleted(namespace string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-m.over:
			return
		case <-tick.C:
			if _, err := os.Stat(filepath.Join(netns.Dir, namespace)); err != nil {
				return
			}
		}
	}
}
