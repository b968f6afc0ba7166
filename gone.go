package vethlab

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// PlanGone returns what would remove the lab where all of it is there as
// described. It does not look at the kernel.
func (l *Lab) PlanGone() *Change {
	return &Change{lab: l, Plan: plan.Diff(l.wanted(), state.New())}
}
