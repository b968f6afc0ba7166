package vethlab

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
)

// An OpError says which step of a change failed.
type OpError struct {
	Node    string // "" if it is about no node of the lab
	Command string // as a person would have typed it
	Err     error  // the kernel's reason
	Hint    string // what to do, where that is known
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

// explain makes an error of the kernel's layer one for people.
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

// hints say what to do about a reason of the kernel's.
var hints = []struct {
	reason error
	hint   string
}{
	{syscall.EPERM, "Making namespaces needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN); in a container, run it with --privileged."},
	{syscall.EOPNOTSUPP, "The kernel lacks this kind of link: use one that has it."},
	{syscall.ENOSPC, "A limit of the machine is reached: see /proc/sys/user/max_net_namespaces and the space in /run."},
	{syscall.EMFILE, "Too many open files: raise the limit (ulimit -n)."},
	{syscall.ENOMEM, "The machine has no memory left: a namespace takes 0.2 MB, a veth pair 0.1 MB."},
	{syscall.EEXIST, "Somebody else made this: it is left alone. Give yours another name."},
	{syscall.EAFNOSUPPORT, "The kernel has IPv6 switched off: write `addressing: {ipv6: none}` in the file."},
}

// hintFor returns what to do about the reason for which an Op was not done; nil
// is for what was no Op.
func hintFor(op plan.Op, err error) string {
	if hint := lacking(op, err); hint != "" {
		return hint
	}
	for _, h := range hints {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}

// lacking says what the machine lacks for an Op and how to mend that, as doctor
// would, if that can be the reason.
func lacking(op plan.Op, err error) string {
	for _, f := range neededBy(op, err) {
		if lack := (*feature.Error)(nil); errors.As(f.Err(), &lack) && lack.Hint != "" {
			return fmt.Sprintf("What is missing here is %s: %s (see vethlab doctor).", lack.Name, lack.Hint)
		}
	}
	return ""
}

// neededBy returns the features whose lack may be the reason for an error.
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
