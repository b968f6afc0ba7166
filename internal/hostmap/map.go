package hostmap

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Map is the network namespaces of a machine, as far as the viewer can see them.
type Map struct {
	Namespaces []*Namespace `json:"namespaces"` // the host namespace first, the others by name

	// Unseen lists what this user can't read, a sentence each.
	Unseen []string `json:"unseen,omitempty"`

	// LeftOut lists what was not read to the end, a phrase for each namespace: other users
	// could fill theirs without end.
	LeftOut []string `json:"left_out,omitempty"`
}

// HostName is the name of the host namespace: the one that this program was started in.
const HostName = "host"

// A Namespace is a network namespace.
type Namespace struct {
	// Name is unique in a Map: the name of the container, pod, node or file, else of
	// a process or holder.
	Name string `json:"name"`

	// Engine is the program that made it: docker, podman, containerd, cri-o, cni, lxc,
	// incus, systemd-nspawn, mininet, vethlab, netns (a file of ip-netns(8)); "":
	// unknown, or the host namespace.
	Engine string   `json:"engine,omitempty"`
	Host   bool     `json:"host,omitempty"`
	Why    []string `json:"why,omitempty"` // the sources of the name: "by cgroup", …

	// ClaimedBy is as [Container.ClaimedBy].
	ClaimedBy string `json:"claimed_by,omitempty"`

	cuts    []dump.Cut
	foreign string // as [dump.Namespace.Owner]
	owner   string // of its user namespace, if neither root nor the viewer, as ClaimedBy

	Inode uint64 `json:"inode,omitempty"` // of net:[…]; 0: no holder is known
	Lab   string `json:"lab,omitempty"`   // of vethlab or containerlab
	Node  string `json:"node,omitempty"`  // of that lab

	Files      []File      `json:"files,omitempty"`
	Containers []Container `json:"containers,omitempty"` // the one that made it first
	Processes  []Process   `json:"processes,omitempty"`  // in it; of the host namespace, those of containers
	Holders    []Holder    `json:"holders,omitempty"`    // processes outside that keep it alive

	Interfaces []Interface `json:"interfaces"`       // by index
	Unseen     string      `json:"unseen,omitempty"` // why they can't be read
}

// A File is a namespace mounted on a file.
type File struct {
	Path string `json:"path"`
	PID  int    `json:"pid,omitempty"` // a process in whose mount namespace it is; 0: this one

	// ClaimedBy is the user who mounted it, as [Container.ClaimedBy].
	ClaimedBy string `json:"claimed_by,omitempty"`
}

// A Process is a running process.
type Process struct {
	PID     int    `json:"pid"`
	Command string `json:"command"` // its name, as in /proc/PID/comm
	UID     int    `json:"uid"`
	User    string `json:"user,omitempty"`
	Unit    string `json:"unit,omitempty"` // of systemd

	Parent int      `json:"-"`
	Args   []string `json:"-"`
	Cgroup []string `json:"-"` // its paths, see parseCgroup

	// Untrusted is the user who may have set its arguments, if neither root nor the
	// viewer: as Container.ClaimedBy.
	Untrusted string `json:"-"`

	Net   uint64 `json:"-"` // inode of its network namespace; 0: not readable
	Owner uint64 `json:"-"` // inode of its user namespace if not this process's; else 0
	Mount uint64 `json:"-"` // inode of its mount namespace if not this process's; else 0
}

// String returns "name (pid)".
func (p Process) String() string { return fmt.Sprintf("%s (%d)", p.Command, p.PID) }

// A Holder is a process outside a namespace with a reference that keeps it alive.
type Holder struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	What    string `json:"what"`   // thread, descriptor, socket
	Number  int    `json:"number"` // of the thread or descriptor
}

// An Interface is a link of a namespace.
type Interface struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
	Kind  string `json:"kind,omitempty"` // the kernel's word; "": a physical device
	State string `json:"state"`          // as [dump.Link.State]: up, down, no carrier, lower down
	MAC   string `json:"mac,omitempty"`
	MTU   int    `json:"mtu"`

	Addresses []netip.Prefix `json:"addresses"`
	Default   []netip.Addr   `json:"default,omitempty"` // gateways of default routes; unspecified: on-link

	Master string   `json:"master,omitempty"` // the bridge, bond or VRF it is a port of
	Ports  []string `json:"ports,omitempty"`
	Peer   *End     `json:"peer,omitempty"`  // of a veth
	Lower  *End     `json:"lower,omitempty"` // lower device of a VLAN, macvlan, tunnel, …

	ID     int        `json:"id,omitempty"`      // of a VLAN, or a VXLAN's network
	Mode   string     `json:"mode,omitempty"`    // of a macvlan or ipvlan
	Local  netip.Addr `json:"local,omitzero"`    // of a tunnel
	Remote netip.Addr `json:"remote,omitzero"`   // of a tunnel
	Tap    bool       `json:"tap,omitempty"`     // Ethernet, of a tun
	HeldBy []Process  `json:"held_by,omitempty"` // of a tun or tap

	Network string `json:"network,omitempty"` // name of an engine's network with this bridge
	Alias   string `json:"alias,omitempty"`
}

// An End is an interface somewhere on the machine.
type End struct {
	Namespace string `json:"namespace,omitempty"` // its name; "": unknown
	Interface string `json:"interface,omitempty"` // "": not readable
	Index     int    `json:"index"`
}

// String returns "web/eth0"; without a readable name, "web/if7".
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

// Isolated reports whether the namespace has only lo and no engine, as those that
// browsers and systemd (PrivateNetwork=) make.
func (ns *Namespace) Isolated() bool {
	return !ns.Host && ns.Engine == "" && ns.Unseen == "" &&
		!slices.ContainsFunc(ns.Interfaces, func(i Interface) bool { return i.Name != "lo" })
}

// sort sorts the host namespace first, the others by name.
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
