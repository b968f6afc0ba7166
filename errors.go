package vethlab

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/kernel"
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
		if hint := hintFor(err); err != nil && hint != "" {
			return fmt.Errorf("%w\n  %s", err, hint)
		}
		return err
	}
	return &OpError{
		Node:    l.nodeOf(op.Op.At().Namespace),
		Command: iproute2.Print(op.Op),
		Err:     op.Err,
		Hint:    hintFor(op.Err),
	}
}

// hints say what to do about a reason of the kernel's.
var hints = []struct {
	reason error
	hint   string
}{
	{syscall.EPERM, "Making namespaces needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN); in a container, run it with --privileged."},
	{syscall.EOPNOTSUPP, "The kernel lacks this kind of link: load its module (modprobe veth bridge) or use a kernel that has it."},
	{syscall.ENOSPC, "A limit of the machine is reached: see /proc/sys/user/max_net_namespaces and the space in /run."},
	{syscall.EMFILE, "Too many open files: raise the limit (ulimit -n)."},
	{syscall.ENOMEM, "The machine has no memory left: a namespace takes 0.2 MB, a veth pair 0.1 MB."},
	{syscall.EEXIST, "Somebody else made this: it is left alone. Give yours another name."},
	{syscall.EAFNOSUPPORT, "The kernel has IPv6 switched off: write `addressing: {ipv6: none}` in the file."},
}

func hintFor(err error) string {
	for _, h := range hints {
		if errors.Is(err, h.reason) {
			return h.hint
		}
	}
	return ""
}
