package vethlab

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
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
		if hint := hintFor(nil, err); err != nil && hint != "" {
			return fmt.Errorf("%w\n  %s", err, hint)
		}
		return err
	}
	return &OpError{
		Node:    l.nodeOf(op.Op.At().Namespace),
		Command: iproute2.Print(op.Op),
		Err:     op.Err,
		Hint:    hintFor(op.Op, op.Err),
	}
}

// hints are remedies by the kernel's reason.
var hints = []struct {
	reason error
	hint   string
}{
	{syscall.EPERM, "Making namespaces needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN); in a container, run it with --privileged."},
	{syscall.EOPNOTSUPP, "The kernel lacks this kind of link: use one that has it."},
	{syscall.ENOSPC, "A file system is full: see the space and the inodes in /run (df /run; df -i /run)."},
	{syscall.EMFILE, "Too many open files: raise the limit (ulimit -n)."},
	{syscall.ENOMEM, "The machine has no memory left: a namespace takes 0.2 MB, a veth pair 0.1 MB."},
	{syscall.EEXIST, "It exists and is not the lab's, so it is left alone. Give the lab's another name."},
	{syscall.EAFNOSUPPORT, "IPv6 is disabled in the kernel: write `addressing: {ipv6: none}` in the file."},
}

// hintFor returns the remedy for a failed Op, "" if unknown. op is nil if something else
// failed.
func hintFor(op plan.Op, err error) string {
	if hint := lacking(op, err); hint != "" {
		return hint
	}
	if limit := (*netns.LimitError)(nil); errors.As(err, &limit) {
		return "" // it names the remedy
	}
	for _, h := range hints {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}

// lacking returns the missing feature that may be the reason, with doctor's remedy, "" if
// none.
func lacking(op plan.Op, err error) string {
	for _, f := range neededBy(op, err) {
		if lack := (*feature.Error)(nil); errors.As(f.Err(), &lack) && lack.Hint != "" {
			return fmt.Sprintf("What is missing here is %s: %s (see vethlab doctor).", lack.Name, lack.Hint)
		}
	}
	return ""
}

// neededBy returns the features that the failed Op needs.
func neededBy(op plan.Op, err error) []*feature.Feature {
	if op != nil {
		if needed := feature.NeededBy(op); len(needed) > 0 {
			return needed
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return []*feature.Feature{feature.Root, feature.Names}
	}
	return nil
}
