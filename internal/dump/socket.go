package dump

import "net/netip"

// A Socket is one that takes what comes to it: a listening one of TCP or unix, or
// any of UDP or raw IP that is not connected.
type Socket struct {
	Protocol  string         `json:"protocol"`            // tcp, udp, raw or unix
	Local     netip.AddrPort `json:"local,omitzero"`      // of a raw one the port is the protocol
	Path      string         `json:"path,omitempty"`      // of a unix one; "@…" is a name in the namespace
	Link      int            `json:"link,omitempty"`      // the index of the only link it listens on
	UID       uint32         `json:"uid"`                 // who made it
	Inode     uint64         `json:"inode"`               // its number in /proc/PID/fd
	Processes []Process      `json:"processes,omitempty"` // who hold it, as far as that can be seen
}

// A Process is one that runs in a namespace, or holds something of it.
type Process struct {
	PID     int    `json:"pid"`
	Name    string `json:"name"`              // as in /proc/PID/comm
	User    string `json:"user,omitempty"`    // a name, or the number where there is none
	Command string `json:"command,omitempty"` // with its arguments
}

// A Setting is a sysctl that is not as in a new namespace.
type Setting struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default,omitempty"` // "": a new namespace does not have it
}
