package state

import (
	"encoding/json"
	"net/netip"
	"slices"

	"github.com/vethlab/vethlab/topo"
)

// A Link is a network interface. What every link has is here; what only one
// kind of link has is in Kind.
type Link struct {
	Name string

	// Index is the interface's number in its namespace. In a wanted State it
	// is 0: the plan hands the numbers out. Never part of a comparison.
	Index int

	Kind   Kind
	MAC    topo.MAC // zero: the kernel's choice
	MTU    int      // bytes
	Up     bool     // administratively
	Master string   // name of the bridge this link is a port of, or ""

	// Alias is free text of up to 255 bytes. On lo, and on a link in the
	// machine's own namespace, it holds the [Mark].
	Alias string

	// AutoLinkLocal says that the kernel makes the fe80:: address by itself
	// (addrgenmode eui64). Such an address starts with a second of duplicate
	// address detection; ours are added by hand without it.
	AutoLinkLocal bool

	Addresses Addresses
}

// A Kind is what is special to one kind of link. The types that implement it
// are pointer-free values, comparable with ==.
type Kind interface {
	// Kind returns the kernel's word, such as "veth".
	Kind() string
}

// KindName returns the kernel's word for the link's kind.
func (l *Link) KindName() string {
	if l.Kind == nil {
		return ""
	}
	return l.Kind.Kind()
}

// Peer returns the other end if the link is a veth.
func (l *Link) Peer() (Endpoint, bool) {
	v, ok := l.Kind.(Veth)
	return v.Peer, ok
}

// Clone returns a deep copy.
func (l *Link) Clone() *Link {
	c := *l
	c.Addresses = slices.Clone(l.Addresses)
	return &c
}

// HasIPv6 reports whether the link has an IPv6 address.
func (l *Link) HasIPv6() bool {
	return slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr().Is6() })
}

// linkJSON is a Link as JSON: the kind's own fields stand under its name.
type linkJSON struct {
	Name          string          `json:"name"`
	Index         int             `json:"index,omitempty"`
	Kind          string          `json:"kind"`
	MAC           topo.MAC        `json:"mac,omitzero"`
	MTU           int             `json:"mtu"`
	Up            bool            `json:"up"`
	Master        string          `json:"master,omitempty"`
	Alias         string          `json:"alias,omitempty"`
	AutoLinkLocal bool            `json:"auto_link_local,omitempty"`
	Addresses     Addresses       `json:"addresses,omitempty"`
	Info          json.RawMessage `json:"info,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (l *Link) MarshalJSON() ([]byte, error) {
	info, err := json.Marshal(l.Kind)
	if err != nil {
		return nil, err
	}
	return json.Marshal(linkJSON{
		Name: l.Name, Index: l.Index, Kind: l.KindName(), MAC: l.MAC, MTU: l.MTU, Up: l.Up,
		Master: l.Master, Alias: l.Alias, AutoLinkLocal: l.AutoLinkLocal,
		Addresses: l.Addresses, Info: info,
	})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (l *Link) UnmarshalJSON(b []byte) error {
	var j linkJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	kind, err := kindOf(j.Kind, j.Info)
	if err != nil {
		return err
	}
	*l = Link{
		Name: j.Name, Index: j.Index, Kind: kind, MAC: j.MAC, MTU: j.MTU, Up: j.Up,
		Master: j.Master, Alias: j.Alias, AutoLinkLocal: j.AutoLinkLocal,
		Addresses: j.Addresses,
	}
	return nil
}

// kindOf reads the special part of a link from JSON.
func kindOf(name string, info json.RawMessage) (Kind, error) {
	switch name {
	case Loopback{}.Kind():
		return Loopback{}, nil
	case Veth{}.Kind():
		return decodeKind[Veth](info)
	case Bridge{}.Kind():
		return decodeKind[Bridge](info)
	}
	return Other{Name: name}, nil
}

func decodeKind[K Kind](info json.RawMessage) (Kind, error) {
	var k K
	if len(info) == 0 {
		return k, nil
	}
	err := json.Unmarshal(info, &k)
	return k, err
}

// Other is a link of a kind that labs do not make but that somebody may have
// put into a lab's namespace.
type Other struct {
	Name string `json:"-"`
}

// Kind returns the kernel's word, or "" for a device without one.
func (o Other) Kind() string { return o.Name }
