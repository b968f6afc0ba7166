// Package preflight checks a plan against the machine before its first step: names that
// are taken, processes in namespaces that it deletes, addresses, routes and neighbour
// entries that the host has, rules that hide gateways, and sysctls and features that the
// kernel lacks.
package preflight

import (
	"errors"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
)

// Check returns all reasons why a plan for a lab cannot be applied, or must not be. Seen is
// the lab in the kernel, with extras.
func Check(l *compile.Lab, p plan.Plan, seen *kernel.Snapshot) error {
	return errors.Join(checkNames(l, p), checkProcesses(p), checkHost(l, p, seen), checkHostLinks(l, p, seen.State),
		checkRules(l, p, seen), checkSupported(l, p))
}
