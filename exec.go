package vethlab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/netns"
)

// A Cmd is a command of a node. It is used as an [exec.Cmd], whose fields it has;
// Start, Run, Output and CombinedOutput start it inside the node, see [Node.Run].
type Cmd struct {
	*exec.Cmd
	node *Node
}

// Command returns a command that runs inside the node, like [exec.CommandContext]: it is
// killed when ctx or this program ends, and ended when the lab is taken down.
func (n *Node) Command(ctx context.Context, name string, args ...string) *Cmd {
	return &Cmd{exec.CommandContext(ctx, name, args...), n}
}

// Start starts the command and does not wait for it.
func (c *Cmd) Start() error { return c.node.Start(c.Cmd) }

// Run starts the command and waits until it is done.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the command and returns what it wrote to its standard output. What
// it wrote to its standard error is in an [exec.ExitError], unless Stderr is set.
func (c *Cmd) Output() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("vethlab: Stdout is set already")
	}
	var stdout, stderr bytes.Buffer
	c.Stdout = &stdout
	captured := c.Stderr == nil
	if captured {
		c.Stderr = &stderr
	}
	err := c.Run()
	if exit := (*exec.ExitError)(nil); captured && errors.As(err, &exit) {
		exit.Stderr = stderr.Bytes()
	}
	return stdout.Bytes(), err
}

// CombinedOutput runs the command and returns what it wrote to its standard
// output and its standard error.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil || c.Stderr != nil {
		return nil, errors.New("vethlab: Stdout or Stderr is set already")
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}

// Run runs a command inside the node and waits for it, as [exec.Cmd.Run] does.
// The command sees the node's network, a /sys to match, the files of
// /etc/netns/NAME over those of /etc, and the lab's nodes in /etc/hosts. To its
// environment the node's own is added, see [Node.Env].
func (n *Node) Run(cmd *exec.Cmd) error {
	if err := n.Start(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

// Start starts a command inside the node and does not wait for it, as
// [exec.Cmd.Start] does; see Run. The command is killed when this program ends.
func (n *Node) Start(cmd *exec.Cmd) error {
	env, err := n.execEnv()
	if err != nil {
		return err
	}
	cmd.Env = append(cmd.Environ(), n.Env()...)
	return env.Start(cmd)
}

// Exec replaces this program by a command inside the node. The command is
// found as [exec.LookPath] does. Exec returns only if that fails.
func (n *Node) Exec(argv []string) error {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	env, err := n.execEnv()
	if err != nil {
		return err
	}
	return env.Exec(path, argv, append(os.Environ(), n.Env()...))
}

// Env returns the environment variables that name the node in which a program runs:
// VETHLAB_LAB and VETHLAB_NODE.
func (n *Node) Env() []string { return hosts.Env(n.lab.name, n.name) }

func (n *Node) execEnv() (netns.ExecEnv, error) {
	d, err := n.lab.hosts()
	if err != nil {
		return netns.ExecEnv{}, err
	}
	skipped := func(err error) { n.lab.notify(EventSkipped, "%v: commands in %s run without it", err, n.name) }
	return netns.ExecEnv{Namespace: n.namespace, Hosts: d.File(), Skipped: skipped}, nil
}
