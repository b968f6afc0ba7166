package vethlab

import "github.com/vethlab/vethlab/internal/kernel"

// SetStep makes Up go step by step and call fn after each.
func (l *Lab) SetStep(fn func(done int)) { l.step = fn }

// View returns the lab observed in the kernel, with all that a State hides.
func (l *Lab) View() (*kernel.Snapshot, error) { return l.view() }
