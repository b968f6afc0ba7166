package hostmap

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// A Line is an interface as text.
type Line struct {
	Tree    string // tree prefix: "├─ "
	Name    string
	State   string
	Address []string // one a line
	Note    string   // peer, kind, default routes
}

// A line of text holds few of many: more are no help to a reader, and other users can
// make thousands of them.
const (
	maxAddresses = 16  // of an interface
	maxLines     = 600 // interfaces of a namespace of another user
)

// Lines returns the interfaces of a namespace, each below its master or lower device.
// Without all, link-local addresses and a lo with only its own addresses are left out, and
// so are addresses after the first [maxAddresses], and interfaces after the first
// [maxLines] if the namespace is another user's.
func (ns *Namespace) Lines(all bool) []Line {
	below := map[string][]*Interface{}
	for i := range ns.Interfaces {
		iface := &ns.Interfaces[i]
		over := ns.over(iface)
		below[over] = append(below[over], iface)
	}
	var lines []Line
	var add func(iface *Interface, tree, deeper string)
	add = func(iface *Interface, tree, deeper string) {
		if !all && iface.isDefault() {
			return
		}
		lines = append(lines, ns.line(iface, tree, all))
		ports := below[iface.Name]
		for n, port := range ports {
			branch, trunk := "├─ ", "│  "
			if n == len(ports)-1 {
				branch, trunk = "└─ ", "   "
			}
			add(port, deeper+branch, deeper+trunk)
		}
	}
	for _, iface := range below[""] {
		add(iface, "", "")
	}
	if more := len(lines) - maxLines; more > 0 && !all && ns.foreign != "" {
		lines = append(lines[:maxLines], Line{Name: fmt.Sprintf("and %d more", more), State: dump.StateUp})
	}
	return lines
}

// over returns the interface under which iface is listed, "" if none.
func (ns *Namespace) over(iface *Interface) string {
	switch {
	case iface.Master != "" && iface.Master != iface.Name && ns.Interface(iface.Master) != nil:
		return iface.Master
	case iface.Lower != nil && iface.Lower.Namespace == ns.Name && ns.belowLower(iface):
		return iface.Lower.Interface
	}
	return ""
}

// belowLower reports whether an interface can be listed under its lower device: not if
// that device is itself listed under the interface, as with a VLAN on a bridge of which
// the VLAN is a port.
func (ns *Namespace) belowLower(iface *Interface) bool {
	for at, steps := ns.Interface(iface.Lower.Interface), 0; at != nil; steps++ {
		if at == iface || steps > len(ns.Interfaces) {
			return false
		}
		switch {
		case at.Master != "":
			at = ns.Interface(at.Master)
		case at.Lower != nil && at.Lower.Namespace == ns.Name:
			at = ns.Interface(at.Lower.Interface)
		default:
			return true
		}
	}
	return false
}

// isDefault reports whether an interface is a lo with only its own addresses.
func (i *Interface) isDefault() bool {
	return i.Name == "lo" && len(i.shown(false)) == 0
}

// shown returns the addresses to show.
func (i *Interface) shown(all bool) []netip.Prefix {
	return slices.DeleteFunc(slices.Clone(i.Addresses), func(a netip.Prefix) bool {
		return !all && (a.Addr().IsLinkLocalUnicast() || a.Addr().IsLoopback() && i.Name == "lo")
	})
}

func (ns *Namespace) line(iface *Interface, tree string, all bool) Line {
	l := Line{Tree: tree, Name: iface.Name, State: iface.State}
	l.Address = each(iface.shown(all), netip.Prefix.String)
	if more := len(l.Address) - maxAddresses; more > 0 && !all {
		l.Address = append(l.Address[:maxAddresses], fmt.Sprintf("and %d more", more))
	}
	notes := iface.notes(ns)
	l.Note = strings.Join(notes, ", ")
	return l
}

// notes returns peer, kind, lower device, holders and default routes.
func (i *Interface) notes(ns *Namespace) []string {
	var notes []string
	if i.Peer != nil {
		notes = append(notes, "→ "+i.Peer.String())
	}
	if what := i.what(); what != "" {
		notes = append(notes, what)
	}
	if i.Lower != nil && ns.over(i) != i.Lower.Interface {
		notes = append(notes, "on "+i.Lower.String())
	}
	for _, p := range i.HeldBy {
		notes = append(notes, "held by "+p.who())
	}
	for _, via := range i.Default {
		notes = append(notes, viaOf(via))
	}
	return notes
}

func viaOf(via netip.Addr) string {
	if via.IsUnspecified() {
		return "default"
	}
	return "default via " + via.String()
}

// what describes the kind of an interface.
func (i *Interface) what() string {
	text := i.Kind
	if what := kinds[i.Kind].what; what != nil {
		text = what(i)
	}
	if i.Mode != "" {
		text += " " + i.Mode
	}
	if i.Remote.IsValid() && !i.Remote.IsUnspecified() {
		text += " to " + i.Remote.String()
	}
	return text
}

// who names a process, and for QEMU its virtual machine.
func (p Process) who() string {
	if guest := guestOf(p); guest != "" {
		return p.String() + " for " + guest
	}
	return p.String()
}

// guestOf returns the name of the virtual machine that a QEMU runs, "" if not
// QEMU: the option -name of qemu(1), which libvirt sets to guest=NAME,….
func guestOf(p Process) string {
	if !strings.HasPrefix(p.program(), "qemu") && p.program() != "kvm" {
		return ""
	}
	name, _, _ := strings.Cut(option(p.Args, "-name"), ",")
	return escape.Name(strings.TrimPrefix(name, "guest="))
}

// About describes a namespace in one line.
func (ns *Namespace) About() string {
	var parts []string
	if what := ns.kindOf(); what != "" {
		parts = append(parts, what)
	}
	if ns.named() == nil && !ns.Host && len(ns.Containers) > 0 {
		parts = append(parts, "with containers "+containerNames(ns.Containers))
	}
	if ns.ClaimedBy != "" {
		parts = append(parts, "claimed by "+ns.ClaimedBy)
	}
	if list := ns.processList(); list != "" {
		parts = append(parts, list)
	}
	return strings.Join(parts, ", ")
}

func (ns *Namespace) kindOf() string {
	switch {
	case ns.Host && len(ns.Containers) > 0:
		return "host namespace, with containers " + containerNames(ns.Containers)
	case ns.Host:
		return "host namespace"
	case ns.Engine == "vethlab" && ns.Node == HostName:
		return "host of lab " + ns.Lab
	case ns.Engine == "vethlab":
		return "node of lab " + ns.Lab
	case ns.named() != nil:
		return ns.containerAbout()
	case ns.Engine == "netns":
		return "named namespace" + ns.mountNamespaceNote()
	case len(ns.Holders) > 0 && len(ns.Processes) == 0:
		h := ns.Holders[0]
		return fmt.Sprintf("held by a %s of %s (%d)", h.What, h.Command, h.PID)
	case ns.Inode == 0:
		return strings.Join(ns.Why, ", ")
	}
	return ""
}

// mountNamespaceNote names a process in whose mount namespace the namespace's file is, if
// it is not in this one.
func (ns *Namespace) mountNamespaceNote() string {
	if slices.ContainsFunc(ns.Files, func(f File) bool { return f.PID == 0 }) {
		return ""
	}
	return fmt.Sprintf(" in the mount namespace of process %d", ns.Files[0].PID)
}

func (ns *Namespace) containerAbout() string {
	c := ns.Containers[0]
	text := engineTitle(c.Engine)
	switch {
	case c.Pod != "":
		text += " pod"
		if others := slices.DeleteFunc(slices.Clone(ns.Containers), func(c Container) bool { return c.Infra || c.Name == "" }); len(others) > 0 {
			text += " of " + containerNames(others)
		}
		return text
	case c.Engine == "mininet":
		return text + " host"
	}
	text += " container"
	if c.title() != shortID(c.ID) && len(c.ID) == 64 {
		text += " " + shortID(c.ID)
	}
	if c.Image != "" {
		text += " of " + c.Image
	}
	if c.Project != "" {
		text += ", service " + c.Service + " of " + c.Project
	}
	if c.Lab != "" {
		text += ", node " + c.Node + " of containerlab " + c.Lab
	}
	if more := ns.Containers[1:]; len(more) > 0 {
		text += ", shared by " + containerNames(more)
	}
	return text
}

func containerNames(list []Container) string {
	names := make([]string, len(list))
	for i, c := range list {
		if names[i] = c.Name; names[i] == "" {
			names[i] = shortID(c.ID)
		}
		if c.ClaimedBy != "" {
			names[i] += " (claimed by " + c.ClaimedBy + ")"
		}
	}
	return words.List(names, maxNames)
}

// maxNames is how many names a line holds.
const maxNames = 4

func engineTitle(engine string) string {
	switch engine {
	case "cni":
		return "CNI"
	case "cri-o":
		return "CRI-O"
	case "lxc", "lxd":
		return strings.ToUpper(engine)
	case "containerd", "systemd-nspawn", "machined":
		return engine
	}
	return strings.ToUpper(engine[:1]) + engine[1:]
}

// processList names the processes in a namespace.
func (ns *Namespace) processList() string {
	if ns.Host {
		return ""
	}
	list := make([]string, len(ns.Processes))
	for i, p := range ns.Processes {
		list[i] = p.String()
		if p.UID != 0 && p.User != "" {
			list[i] += " of " + p.User
		}
	}
	return words.List(list, maxNames)
}
