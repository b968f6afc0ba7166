package probe

import (
	"errors"
	"net/netip"
)

// A Service is what [Serve] offers in one namespace, at all its addresses.
type Service struct {
	Namespace string // "" for the machine's own

	// Via is what is offered. TCP: connections are accepted, and what comes is
	// sent back. UDP: a datagram is sent back to where it came from. HTTP: any
	// request is responded with 200 and Text. DNS: Names are answered over UDP and
	// TCP, others do not exist.
	Via  Protocol
	Port uint16 // 0: the protocol's own

	Text  string                  // HTTP: the body, a line; "": the namespace
	Names map[string][]netip.Addr // DNS: the addresses of each name
}

// ErrServed says that a port is in use: somebody serves there already.
var ErrServed = errors.New("the port is in use")
