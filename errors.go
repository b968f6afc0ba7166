package vethlab

import (
	"errors"
	"fmt"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
)

// An OpError says which step of a change failed.
type OpError struct {
	Node    string // "" if its namespace is not a node's
	Command string // the step as an iproute2 command
	Err     error  // the kernel's reason
	Hint    string // the remedy, if known
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
	return &OpError{
		Node:    l.nodeOf(op.Op.At().Namespace),
		Command: iproute2.Print(op.Op),
		Err:     op.Err,
		Hint:    feature.HintFor(op.Op, op.Err),
	}
}
