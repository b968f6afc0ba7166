package draw

// A Scene is the content of a picture, without coordinates and style. Names may contain
// any characters.
type Scene struct {
	Boxes     []Box      `json:"boxes"` // in the order of the layout
	Cables    []Cable    `json:"cables"`
	Relations []Relation `json:"relations,omitempty"`
}

// A Box is a network namespace, or several similar ones folded into one.
type Box struct {
	ID       string   `json:"id"`   // unique in the Scene
	Name     string   `json:"name"` // as shown
	Kind     Kind     `json:"kind"`
	Subtitle string   `json:"subtitle,omitempty"` // a line below the name, such as an image
	Notes    []string `json:"notes,omitempty"`    // a line each: a default route, NAT
	Details  []string `json:"details,omitempty"`  // lines of the tooltip
	Bars     []Bar    `json:"bars,omitempty"`
	Ports    []Port   `json:"ports,omitempty"`
	Count    int      `json:"count,omitempty"` // number folded into it; 0: not folded
}

// Kind is the kind of a box.
type Kind string

// The kinds of box. Any other is drawn as a host.
const (
	Host      Kind = "host"
	Router    Kind = "router"
	Switch    Kind = "switch"
	Machine   Kind = "machine" // the host namespace
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
	Name      string   `json:"name"`           // unique in the box
	Kind      string   `json:"kind,omitempty"` // the kernel's word, such as "veth"
	Addresses []string `json:"addresses,omitempty"`
	Bar       string   `json:"bar,omitempty"` // the bridge that it is a port of
	Up        bool     `json:"up"`            // administratively
	Carrier   bool     `json:"carrier"`       // IFF_LOWER_UP
	MAC       string   `json:"mac,omitempty"`
	MTU       int      `json:"mtu,omitempty"` // bytes
}

// bare reports whether a port has neither an address nor a bridge.
func (p *Port) bare() bool { return len(p.Addresses) == 0 && p.Bar == "" }

// An End is a port or bar of a box, by name.
type End struct {
	Box  string `json:"box"` // its ID
	Port string `json:"port"`
}

// A Cable joins two ports. A port has one cable at most.
type Cable struct {
	Ends  [2]End `json:"ends"`
	Label string `json:"label,omitempty"` // such as "20ms"
	Count int    `json:"count,omitempty"` // number folded into it; 0: not folded
}

// A Relation joins two interfaces without a cable: a macvlan or VLAN and its lower
// device, or the ends of a tunnel.
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

// title returns the name of a box with its kind, if that is not a host.
func (b *Box) title() string {
	switch {
	case b.Kind == Machine && b.Name == string(Host), b.Kind == "", b.Kind == Host:
		return b.Name
	}
	return b.Name + " (" + string(b.Kind) + ")"
}

// live reports whether a port is up and has a carrier.
func (p *Port) live() bool { return p.Up && p.Carrier }
