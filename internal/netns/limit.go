package netns

import (
	"fmt"
	"syscall"
)

// A LimitError says that the user has as many namespaces of a type as a sysctl allows
// (namespaces(7)): in this user namespace, or in one above it.
type LimitError struct {
	Type   string // such as "network"
	Sysctl string // such as "user.max_net_namespaces"
	Value  int    // in this user namespace, -1 if unknown or none
	Named  int    // of a network limit: how many namespaces in [Dir] belong to this user namespace
}

// Error names the limit and the remedy.
func (e *LimitError) Error() string {
	return fmt.Sprintf("cannot make a %s namespace: %s (%s)", e.Type, e.Reason(), e.Remedy())
}

// Reason names the limit.
func (e *LimitError) Reason() string {
	switch {
	case e.Value < 0 && e.Type == "user":
		return "the limit " + e.Sysctl + " of a user namespace above this one is reached, or they nest 32 deep"
	case e.Value < 0:
		return "the limit " + e.Sysctl + " of a user namespace above this one is reached"
	}
	reason := fmt.Sprintf("%s is reached, which is %d here", e.Sysctl, e.Value)
	if e.Named > 0 {
		reason += fmt.Sprintf(", of which %s names %d", Dir, e.Named)
	}
	return reason
}

// Remedy returns what can be done.
func (e *LimitError) Remedy() string {
	const free = "take labs down, or end processes that hold namespaces"
	raise := fmt.Sprintf("sysctl -w %s=%d", e.Sysctl, max(plenty, 2*e.Value))
	if e.Value < 0 {
		return free + ", or raise it outside, as root: " + raise
	}
	return free + ", or raise it as root, here and in the user namespaces above: " + raise
}

// plenty is enough namespaces for large labs.
const plenty = 15000

// Unwrap returns the kernel's reason.
func (e *LimitError) Unwrap() error { return syscall.ENOSPC }
