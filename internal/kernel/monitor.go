package kernel

import "time"

// A NamespaceFile is where a namespace is found.
type NamespaceFile struct {
	Name string // "": it has none that anybody would know
	Path string // of a file that stands for it

	inode uint64
}

// MonitorOptions change how a Monitor hears. The zero value is what one wants.
type MonitorOptions struct {
	// Buffer is how many bytes of news may wait, 0 as many as it takes.
	Buffer int

	// Sweep is how often namespaces are looked for beyond what the kernel tells
	// of names; 0: never.
	Sweep time.Duration
}
