package kernel

import "time"

// A NamespaceFile is a file that refers to a namespace, such as a mount below
// /run/netns or /proc/PID/ns/net.
type NamespaceFile struct {
	Name string // of the namespace; "": none
	Path string

	inode uint64
}

// MonitorOptions configure a Monitor. The zero value has the defaults.
type MonitorOptions struct {
	// Buffer is the receive buffer for notifications, in bytes; 0: enough for
	// the largest labs.
	Buffer int

	// Sweep is the interval at which namespaces are searched although no mount has
	// changed; 0: never.
	Sweep time.Duration
}
