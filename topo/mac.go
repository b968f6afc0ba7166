package topo

import (
	"fmt"
	"net"
)

// A MAC is a 48-bit Ethernet address. It is comparable; the zero value means
// "not given".
type MAC [6]byte

// ParseMAC parses six colon-separated hex bytes.
func ParseMAC(s string) (MAC, error) {
	hw, err := net.ParseMAC(s)
	if err != nil || len(hw) != 6 {
		return MAC{}, fmt.Errorf("%q is not a MAC address such as 02:00:00:00:00:01", s)
	}
	return MAC(hw), nil
}

// IsZero reports whether no address is given.
func (m MAC) IsZero() bool { return m == MAC{} }

// String returns the address as six colon-separated hex bytes, or "".
func (m MAC) String() string {
	if m.IsZero() {
		return ""
	}
	return net.HardwareAddr(m[:]).String()
}

// MarshalText implements [encoding.TextMarshaler].
func (m MAC) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *MAC) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = MAC{}
		return nil
	}
	var err error
	*m, err = ParseMAC(string(b))
	return err
}
