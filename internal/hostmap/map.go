package hostmap

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Map is all that could be seen of the network namespaces of a machine.
type Map struct {
	Namespaces []*Namespace `json:"namespaces"` // the machine's own first, the others by name

	// Unseen says what this user can't see, a sentence each.
	Unseen []string `json:"unseen,omitempty"`
}

// HostName is the name of the machine's own namespace: the one that this program
// was started in.
const HostName = "host"

// A Namespace is a network namespace.
type Namespace struct {
	// Name is what people call it: the name of its container, pod, node or
	// file, else of what holds it. No two of a Map have the same.
	Name string `json:"name"`

	// Engine is what made it: docker, podman, containerd, cri-o, cni, lxc,
	// incus, systemd-nspawn, mininet, vethlab, netns (a file of ip-netns(8));
	// "": unknown, or the machine's own.
	Engine string   `json:"engine,omitempty"`
	Host   bool     `json:"host,omitempty"`
	Why    []string `json:"why,omitempty"` // what tells the name: "by cgroup", …

	// ClaimedBy is who says so, as [Container.ClaimedBy].
	ClaimedBy string `json:"claimed_by,omitempty"`

	owner string // of its user namespace, if neither root nor the viewer, as ClaimedBy

	Inode uint64 `json:"inode,omitempty"` // of net:[…]; 0: nothing is known that holds it
	Lab   string `json:"lab,omitempty"`   // of ours, or of containerlab
	Node  string `json:"node,omitempty"`  // of that lab

	Files      []File      `json:"files,omitempty"`
	Containers []Container `json:"containers,omitempty"` // who made it first
	Processes  []Process   `json:"processes,omitempty"`  // in it; of the machine's own, those of containers
	Holders    []Holder    `json:"holders,omitempty"`    // who hold it without being in it

	Interfaces []Interface `json:"interfaces"`       // by index
	Unseen     string      `json:"unseen,omitempty"` // why those are not known
}

// A File is a namespace mounted on a file.
type File struct {
	Path string `json:"path"`
	PID  int    `json:"pid,omitempty"` // a process that sees it; 0: this one does

	// ClaimedBy is who mounted it there, as [Container.ClaimedBy].
	ClaimedBy string `json:"claimed_by,omitempty"`
}

// A Process is one that runs.
type Process struct {
	PID     int    `json:"pid"`
	Command string `json:"command"` // its name, as in /proc/PID/comm
	UID     int    `json:"uid"`
	User    string `json:"user,omitempty"`
	Unit    string `json:"unit,omitempty"` // of systemd

	Parent int      `json:"-"`
	Args   []string `json:"-"`
	Cgroup []string `json:"-"` // its paths, the one that systemd made first

	// Who could have given it its arguments, if neither root nor the viewer: as
	// Container.ClaimedBy.
	Stranger string `json:"-"`

	Net   uint64 `json:"-"` // inode of its network namespace; 0: not to be seen
	Owner uint64 `json:"-"` // inode of its user namespace if that is not ours; else 0
	Mount uint64 `json:"-"` // inode of its mount namespace if that is not ours; else 0
}

// String returns "name (pid)".
func (p Process) String() string { return fmt.Sprintf("%s (%d)", p.Command, p.PID) }

// A Holder keeps a namespace without having its processes in it.
type Holder struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	What    string `json:"what"`   // thread, descriptor, socket
	Number  int    `json:"number"` // of the thread or descriptor
}

// An Interface is an end of a cable, a bridge, or another device.
type Interface struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
	Kind  string `json:"kind,omitempty"` // the kernel's word; "": a device of the machine
	State string `json:"state"`          // up, down, no carrier
	MAC   string `json:"mac,omitempty"`
	MTU   int    `json:"mtu"`

	Addresses []netip.Prefix `json:"addresses"`
	Default   []netip.Addr   `json:"default,omitempty"` // gateways of default routes; unspecified: none is needed

	Master string   `json:"master,omitempty"` // the bridge, bond or VRF it is a port of
	Ports  []string `json:"ports,omitempty"`
	Peer   *End     `json:"peer,omitempty"`  // of a veth: its other end
	Lower  *End     `json:"lower,omitempty"` // of a VLAN, macvlan, tunnel, …: what it stands on

	ID     int        `json:"id,omitempty"`      // of a VLAN, or a VXLAN's network
	Mode   string     `json:"mode,omitempty"`    // of a macvlan or ipvlan
	Local  netip.Addr `json:"local,omitzero"`    // of a tunnel
	Remote netip.Addr `json:"remote,omitzero"`   // of a tunnel
	Tap    bool       `json:"tap,omitempty"`     // Ethernet, of a tun
	HeldBy []Process  `json:"held_by,omitempty"` // of a tun or tap

	Network string `json:"network,omitempty"` // that an engine made this for
	Alias   string `json:"alias,omitempty"`
}

// An End is an interface somewhere on the machine.
type End struct {
	Namespace string `json:"namespace,omitempty"` // its name; "": not known
	Interface string `json:"interface,omitempty"` // "": not to be seen
	Index     int    `json:"index"`
}

// String returns "web/eth0"; where the name can't be seen, "web/if7".
func (e End) String() string {
	name := e.Interface
	if name == "" {
		name = fmt.Sprintf("if%d", e.Index)
	}
	if e.Namespace == "" {
		return "?/" + name
	}
	return e.Namespace + "/" + name
}

// Namespace returns the namespace of that name, or nil.
func (m *Map) Namespace(name string) *Namespace {
	i := slices.IndexFunc(m.Namespaces, func(ns *Namespace) bool { return ns.Name == name })
	if i < 0 {
		return nil
	}
	return m.Namespaces[i]
}

// Interface returns the interface of that name, or nil.
func (ns *Namespace) Interface(name string) *Interface {
	i := slices.IndexFunc(ns.Interfaces, func(i Interface) bool { return i.Name == name })
	if i < 0 {
		return nil
	}
	return &ns.Interfaces[i]
}

// Isolated reports whether nothing but lo is there and nobody gave it a name:
// browsers and systemd (PrivateNetwork=) make many such.
func (ns *Namespace) Isolated() bool {
	return !ns.Host && ns.Engine == "" && ns.Unseen == "" &&
		!slices.ContainsFunc(ns.Interfaces, func(i Interface) bool { return i.Name != "lo" })
}

// sort brings the namespaces into their order.
func (m *Map) sort() {
	slices.SortStableFunc(m.Namespaces, func(a, b *Namespace) int {
		if a.Host != b.Host {
			if a.Host {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
}
