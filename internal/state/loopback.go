package state

// Lo is the name of the link that every namespace is born with.
const Lo = "lo"

// LoMTU is the MTU that the kernel gives lo, in bytes.
const LoMTU = 65536

// Loopback is the link lo. It can be neither made nor deleted.
type Loopback struct{}

// Kind returns "loopback".
func (Loopback) Kind() string { return "loopback" }
