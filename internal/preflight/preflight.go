// Package preflight checks a plan against the machine before its first step: names that
// are taken, processes in namespaces that it deletes, addresses that the host has, and
// sysctls and features that the kernel lacks.
package preflight

import (
	"errors"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Check returns all reasons why a plan for a lab cannot be applied, or must not be. Seen is
// the lab in the kernel.
func Check(l *compile.Lab, p plan.Plan, seen *state.State) error {
	return errors.Join(checkNames(l, p), checkProcesses(p), checkHost(p), checkHostLinks(l, p, seen), checkSupported(l, p))
}
