package cli

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

// A stage is the machine of its own on which a lesson is played: this very one,
// once the program is isolated.
type stage struct {
	program *program
	tools   *toolbox
	over    chan struct{} // closed when the lesson is
	servers sync.WaitGroup
}

func newStage(p *program) (*stage, error) {
	tools, err := newToolbox(true)
	if err != nil {
		return nil, err
	}
	return &stage{program: p, tools: tools, over: make(chan struct{})}, nil
}

func (s *stage) close() {
	close(s.over)
	s.servers.Wait()
	s.tools.remove()
}

func (s *stage) shell(ctx context.Context, args ...string) *exec.Cmd {
	cmd := gently(exec.CommandContext(ctx, "/bin/sh", args...))
	cmd.Env = append(os.Environ(), "PATH="+s.tools.path, "LC_ALL=C", sandbox.IsolatedEnv+"=1")
	return cmd
}

// Run implements [tutor.Stage].
func (s *stage) Run(ctx context.Context, command string, keep bool) (string, int, error) {
	cmd := s.shell(ctx, "-c", command)
	var kept bytes.Buffer
	if keep {
		w := io.MultiWriter(&kept, s.program.out)
		cmd.Stdout, cmd.Stderr = w, w
	} else {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = s.program.stdin, s.program.out.stdout, s.program.out.stdout
	}
	err := cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) && ctx.Err() == nil {
		return kept.String(), processCode(ended.ProcessState), nil
	}
	return kept.String(), 0, cmp.Or(ctx.Err(), err)
}

// Quiet implements [tutor.Stage].
func (s *stage) Quiet(ctx context.Context, script string) (string, error) {
	out, err := s.shell(ctx, "-e", "-c", script).CombinedOutput()
	return string(out), cmp.Or(ctx.Err(), err)
}

// Shell implements [tutor.Stage].
func (s *stage) Shell(ctx context.Context) error {
	shell := cmp.Or(os.Getenv("SHELL"), "/bin/sh")
	cmd := s.shell(ctx)
	cmd.Path, cmd.Args = shell, []string{shell}
	key, value := prompt(shell, "(lesson) ")
	cmd.Env = append(cmd.Env, key+"="+value, "LC_ALL="+os.Getenv("LC_ALL"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.program.stdin, s.program.out.stdout, s.program.out.stdout
	err := cmd.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return nil // with the code of the last command in it
	}
	return err
}

// World implements [tutor.Stage].
func (s *stage) World(ctx context.Context, sysctls []string) (lesson.World, error) {
	view, err := kernel.Everything(sysctls...)
	if err != nil {
		return lesson.World{}, err
	}
	settle(ctx, view.State)
	if err := kernel.ForgetUnanswered(view.State.Names()); err != nil {
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

// Serve implements [tutor.Stage].
func (s *stage) Serve(ctx context.Context, serve lesson.Serve) error {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return netns.Replace(serve.Namespace, c) }}
	l, err := config.Listen(ctx, "tcp", fmt.Sprintf(":%d", serve.Port))
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(w, "Hello %s, this is %s.\n", strings.TrimPrefix(from, "::ffff:"), serve.Namespace)
	})}
	go func() { _ = server.Serve(l) }()
	s.servers.Go(func() {
		s.untilGone(serve.Namespace)
		_ = server.Close() // all of it goes with the sandbox
	})
	return nil
}

// untilGone waits for the end of a namespace or of the lesson. A namespace lives on,
// with its links, while a server listens in it.
func (s *stage) untilGone(namespace string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.over:
			return
		case <-tick.C:
			if _, err := os.Stat(filepath.Join(netns.Dir, namespace)); err != nil {
				return
			}
		}
	}
}
