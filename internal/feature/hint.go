package feature

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
)

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

// HintFor returns the remedy for a failed Op, "" if unknown. op is nil if something else
// failed.
func HintFor(op plan.Op, err error) string {
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
	for _, f := range suspects(op, err) {
		if lack := (*Error)(nil); errors.As(f.Err(), &lack) && lack.Hint != "" {
			return fmt.Sprintf("What is missing here is %s: %s (see vethlab doctor).", lack.Name, lack.Hint)
		}
	}
	return ""
}

// suspects returns the features that the failed Op needs.
func suspects(op plan.Op, err error) []*Feature {
	if op != nil {
		if needed := NeededBy(op); len(needed) > 0 {
			return needed
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return []*Feature{Root, Names}
	}
	return nil
}
