package topo

// Validate reports everything about a lab that cannot be meant, as [Errors].
func (t *Topology) Validate() error { return nil }
