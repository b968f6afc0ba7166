package vethlab

// SetStep makes Up go step by step and call fn after each.
func (l *Lab) SetStep(fn func(done int)) { l.step = fn }
