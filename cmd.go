package vethlab

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
)

// A Cmd is a command of a node. It is used as an [exec.Cmd], whose fields it has;
// Start, Run, Output and CombinedOutput start it inside the node, see [Node.Run].
type Cmd struct {
	*exec.Cmd
	node *Node
}

// Command returns a command that is to run inside the node. It is made as by
// [exec.CommandContext]: when ctx ends, the command is killed. It is also killed
// when this program ends, and ended when the lab is taken down.
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
	var out, said bytes.Buffer
	c.Stdout = &out
	ours := c.Stderr == nil
	if ours {
		c.Stderr = &said
	}
	err := c.Run()
	if exit := (*exec.ExitError)(nil); ours && errors.As(err, &exit) {
		exit.Stderr = said.Bytes()
	}
	return out.Bytes(), err
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
