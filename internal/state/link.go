package state

import (
	"encoding/json"
	"net/netip"
	"reflect"
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
	// host namespace, it holds the [Mark].
	Alias string

	// AutoLinkLocal says that the kernel itself adds the fe80:: address
	// (addrgenmode eui64). Such an address starts with a second of duplicate
	// address detection; ours are added by hand without it.
	AutoLinkLocal bool

	Addresses Addresses

	// Unrouted are those of Addresses that lack a route that the kernel added with them:
	// somebody has deleted it. Only an observed State has them.
	Unrouted Addresses

	// LostRoutes says that the link lacks routes that the kernel adds when it is set up:
	// somebody has deleted them. Only an observed State has it.
	LostRoutes bool
}

// KindName returns the kernel's word for the link's kind.
func (l *Link) KindName() string {
	if l.Kind == nil {
		return ""
	}
	return l.Kind.Kind()
}

// Peer returns the other end if the link is one of a pair.
func (l *Link) Peer() (Endpoint, bool) {
	if l.Kind == nil {
		return Endpoint{}, false
	}
	return l.Kind.PeerEnd()
}

// Related returns the links that the kind of a link names: its lower links and its peer.
func (l *Link) Related() []Endpoint {
	if l.Kind == nil {
		return nil
	}
	list := slices.Clone(l.Kind.Lower())
	if peer, ok := l.Kind.PeerEnd(); ok {
		list = append(list, peer)
	}
	return list
}

// Clone returns a deep copy.
func (l *Link) Clone() *Link {
	c := *l
	c.Addresses, c.Unrouted = slices.Clone(l.Addresses), slices.Clone(l.Unrouted)
	return &c
}

// same reports whether two links of normal States are the same.
func (l *Link) same(o *Link) bool {
	a, b := *l, *o
	a.Kind, b.Kind, a.Addresses, b.Addresses = nil, nil, nil, nil
	sameKind := l.Kind == nil && o.Kind == nil || l.Kind != nil && o.Kind != nil && l.Kind.Equal(o.Kind)
	return sameKind && slices.Equal(l.Addresses, o.Addresses) && reflect.DeepEqual(a, b)
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
