package draw

// A Scene is what a picture shows, apart from where it stands and how it looks.
// Names in it are as people read them and may hold any characters.
type Scene struct {
	Boxes     []Box      `json:"boxes"` // in the order in which they are laid out
	Cables    []Cable    `json:"cables"`
	Relations []Relation `json:"relations,omitempty"`
}

// A Box is a network namespace, or several that are alike and folded into one.
type Box struct {
	ID       string   `json:"id"`   // no two of a Scene are equal
	Name     string   `json:"name"` // as it is written
	Kind     Kind     `json:"kind"`
	Subtitle string   `json:"subtitle,omitempty"` // a line below the name, such as an image
	Notes    []string `json:"notes,omitempty"`    // a line each: a default route, NAT
	Details  []string `json:"details,omitempty"`  // more of it, where a pointer rests on the box
	Bars     []Bar    `json:"bars,omitempty"`
	Ports    []Port   `json:"ports,omitempty"`
	Count    int      `json:"count,omitempty"` // how many are folded into it; 0: it is a single one
}

// Kind is what a box does.
type Kind string

// The kinds of box. Any other is drawn as a host.
const (
	Host      Kind = "host"
	Router    Kind = "router"
	Switch    Kind = "switch"
	Machine   Kind = "machine" // the machine's own namespace
	Container Kind = "container"
)

// A Bar is a bridge inside a box, with ports of the box on it.
type Bar struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses,omitempty"`
	Up        bool     `json:"up"`
	MAC       string   `json:"mac,omitempty"`
	MTU       int      `json:"mtu,omitempty"`
}

// A Port is an interface on the border of its box. It may have no cable.
type Port struct {
	Name      string   `json:"name"`           // no two of a box are equal
	Kind      string   `json:"kind,omitempty"` // the kernel's word, such as "veth"
	Addresses []string `json:"addresses,omitempty"`
	Bar       string   `json:"bar,omitempty"` // the bridge that it is a port of
	Up        bool     `json:"up"`            // administratively
	Carrier   bool     `json:"carrier"`       // a signal from the other end
	MAC       string   `json:"mac,omitempty"`
	MTU       int      `json:"mtu,omitempty"` // bytes
}

// bare reports whether a port has no address although it should have one: it is
// no port of a bridge.
func (p *Port) bare() bool { return len(p.Addresses) == 0 && p.Bar == "" }

// An End names a port, or with the name of a bar a bridge.
type End struct {
	Box  string `json:"box"` // its ID
	Port string `json:"port"`
}

// A Cable joins two ports. No port has two cables.
type Cable struct {
	Ends  [2]End `json:"ends"`
	Label string `json:"label,omitempty"` // such as "20ms"
	Count int    `json:"count,omitempty"` // how many are folded into it; 0: it is a single one
}

// A Relation is what joins two interfaces without being a cable: a macvlan or
// VLAN stands on its parent, a tunnel ends elsewhere.
type Relation struct {
	From  End    `json:"from"`
	To    End    `json:"to"`
	Label string `json:"label,omitempty"` // such as "macvlan bridge", "vxlan 42"
}

// Box returns the box of that ID, or nil.
func (s *Scene) Box(id string) *Box {
	for i := range s.Boxes {
		if s.Boxes[i].ID == id {
			return &s.Boxes[i]
		}
	}
	return nil
}

// Port returns the port of that name, or nil.
func (b *Box) Port(name string) *Port {
	for i := range b.Ports {
		if b.Ports[i].Name == name {
			return &b.Ports[i]
		}
	}
	return nil
}

// title returns the name of a box with what it is, where it is no plain host.
func (b *Box) title() string {
	switch {
	case b.Kind == Machine && b.Name == string(Host), b.Kind == "", b.Kind == Host:
		return b.Name
	}
	return b.Name + " (" + string(b.Kind) + ")"
}

// live reports whether a port is up and hears its other end.
func (p *Port) live() bool { return p.Up && p.Carrier }
