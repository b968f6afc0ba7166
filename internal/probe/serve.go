package probe

import (
	"errors"
	"net/netip"
)

// A Service is a server of [Serve] in one namespace, at all its addresses.
type Service struct {
	Namespace string // "" for the host namespace

	// Via is the protocol. TCP and UDP: received data is echoed. HTTP: any request
	// gets a response with status 200 and Text. DNS: Names are resolved, over UDP
	// and TCP, and other names get NXDOMAIN.
	Via  Protocol
	Port uint16 // 0: the protocol's default

	Text  string                  // HTTP: the body, a line; "": the namespace
	Names map[string][]netip.Addr // DNS: the addresses of each name
}

// ErrPortInUse says that another listener has the port.
var ErrPortInUse = errors.New("the port is in use")
