package kernel

import "time"

// A Spot is where a namespace is found.
type Spot struct {
	Name string // "": it has none that anybody would know
	Path string // of a file that stands for it

	inode uint64
}

// LiveOptions change how a Live hears. The zero value is what one wants.
type LiveOptions struct {
	// Buffer is how many bytes of news may wait, 0 as many as it takes.
	Buffer int

	// Sweep is how often namespaces are looked for beyond what the kernel tells
	// of names; 0: never.
	Sweep time.Duration
}
