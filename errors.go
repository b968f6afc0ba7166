package vethlab

import (
	"errors"
	"fmt"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/inspect"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
)

// An OpError says which step of a change failed.
type OpError struct {
	Node    string // "" if its namespace is not a node's
	Command string // the step as an iproute2 command
	Err     error  // the kernel's reason
	Hint    string // the remedy, if known

	gateway bool // the step adds a route through a gateway
}

func (e *OpError) Error() string {
	text := fmt.Sprintf("%s: %v", e.Command, e.Err)
	if e.Node != "" {
		text = e.Node + ": " + text
	}
	if e.Hint != "" {
		text += "\n  " + e.Hint
	}
	return text
}

// Unwrap returns the kernel's reason.
func (e *OpError) Unwrap() error { return e.Err }

// explain adds the command and the remedy to an error of package kernel.
func (l *Lab) explain(err error) error {
	op := (*kernel.OpError)(nil)
	if !errors.As(err, &op) {
		if hint := feature.HintFor(nil, err); err != nil && hint != "" {
			return fmt.Errorf("%w\n  %s", err, hint)
		}
		return err
	}
	route := op.Op.Traits().Route
	return &OpError{
		Node:    l.nodeOf(op.Op.At().Namespace),
		Command: iproute2.Print(op.Op),
		Err:     op.Err,
		Hint:    feature.HintFor(op.Op, op.Err),
		gateway: route != nil && route.Via.IsValid(),
	}
}

// withRules adds to the error of a step that has no remedy, and that adds a route through a
// gateway, the rules of policy routing that somebody has given the node: the kernel looks up
// the gateway by them.
func (p *Plan) withRules(err error) error {
	op := (*OpError)(nil)
	if !errors.As(err, &op) || op.Hint != "" || !op.gateway {
		return err
	}
	for _, u := range p.unmanaged {
		if u.Node == op.Node && u.What == inspect.PolicyRules {
			op.Hint = fmt.Sprintf("the kernel looks up the gateway by %s of %s, which vethlab did not set: %s", u.What, u.Node, u.Detail)
		}
	}
	return err
}
