package dump

import "net/netip"

// A Socket is a listening TCP or unix socket, or an unconnected UDP or raw socket.
type Socket struct {
	Protocol  string         `json:"protocol"`            // tcp, udp, raw or unix
	Local     netip.AddrPort `json:"local,omitzero"`      // the port of a raw socket is the IP protocol
	Path      string         `json:"path,omitempty"`      // of a unix socket; "@…": abstract
	Link      int            `json:"link,omitempty"`      // index of the link that it is bound to (SO_BINDTODEVICE)
	UID       uint32         `json:"uid"`                 // owner
	Inode     uint64         `json:"inode"`               // as in /proc/PID/fd
	Processes []Process      `json:"processes,omitempty"` // those with it open that this user can see
}

// A Process runs in a namespace, or has a socket in it.
type Process struct {
	PID     int    `json:"pid"`
	Name    string `json:"name"`              // as in /proc/PID/comm
	User    string `json:"user,omitempty"`    // the name, or the UID if it has none
	Command string `json:"command,omitempty"` // with its arguments
}

// A Setting is a sysctl whose value differs from that in a new namespace.
type Setting struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default,omitempty"` // "": a new namespace does not have it
}
