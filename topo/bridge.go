package topo

import (
	"cmp"
	"slices"
	"time"
)

// maxPorts is the kernel's limit of ports per bridge (BR_MAX_PORTS - 1).
const maxPorts = 1023

// Limits of the forward delay while the spanning tree protocol is on (IEEE
// 802.1D, as the kernel has them).
const (
	minForwardDelay = Duration(2 * time.Second)
	maxForwardDelay = Duration(30 * time.Second)
)

// A Bridge forwards frames between its ports, which are other interfaces of the
// node.
type Bridge struct {
	// Ports are the names of the ports; empty but not nil: none. Nil is only for
	// [BridgeName] of a switch, whose ports are the ends of all its links.
	Ports []string

	// STP turns on the spanning tree protocol. ForwardDelay is the time that a
	// port then spends in each of the states listening and learning before it
	// forwards: 2 s to 30 s, 0 for the default of 15 s.
	STP          bool
	ForwardDelay Duration
}

// switchBridge returns the kind of [BridgeName] of a switch of which a file says nothing.
func switchBridge() LinkKind { return new(Bridge) }

// Word returns "bridge".
func (*Bridge) Word() string { return "bridge" }

func (b *Bridge) clone() LinkKind {
	c := *b
	c.Ports = slices.Clone(b.Ports)
	return &c
}

func (b *Bridge) traits() traits {
	return traits{
		options: b.options(), forwards: true, breaksLoops: b.STP,
		mtu: smallestMTU, misplaced: b.misplaced, rejectPort: b.rejectPort, check: b.check,
	}
}

func (b *Bridge) options() []option {
	stp := optionOf("stp", &b.STP, (*decoder).boolean)
	delay := optionOf("forward_delay", &b.ForwardDelay, (*decoder).duration)
	stp.beside, delay.beside = true, true
	return []option{portsOption(&b.Ports), stp, delay}
}

func (b *Bridge) misplaced(n *Node, i *Interface) *fault {
	switch {
	case n.Kind == Switch && i.Name == BridgeName && len(b.Ports) > 0:
		return faultf("ports", "leave it out", "all interfaces of switch %s are ports of its %s", n.Name, BridgeName)
	case n.Kind == Switch && i.Name == BridgeName:
		return nil
	case n.Kind == Switch && b.Ports != nil:
		return faultf("ports", "write kind: router or host for a node with bridges and other interfaces",
			"switch %s can't have another bridge than %s", n.Name, BridgeName)
	case b.Ports != nil:
		return nil
	case b.STP:
		return faultf("stp", "write bridge: and its ports", "interface %s is not a bridge and has no spanning tree", i.Name)
	}
	return faultf("forward_delay", "write bridge: and its ports", "interface %s is not a bridge and has no forward delay", i.Name)
}

func (*Bridge) rejectPort(port *WiredInterface) *fault {
	if port.forwards {
		return faultf("ports", "join them by a link with both its ends in "+port.Node.Name,
			"%s is %s and can't be the port of a bridge", port, withArticle(port.Kind))
	}
	return nil
}

// smallestMTU returns the smallest MTU of the ports, in bytes, as the kernel does.
func smallestMTU(i *WiredInterface) int {
	least := 0
	for _, port := range i.Ports {
		if mtu := port.MTU(); least == 0 || mtu < least {
			least = mtu
		}
	}
	return cmp.Or(least, defaultMTU)
}

func (b *Bridge) check(i *Interface) []*fault {
	var faults []*fault
	switch {
	case b.ForwardDelay != 0 && !b.STP:
		faults = append(faults, faultf("forward_delay", "write stp: true", "forward_delay has no effect without the spanning tree protocol"))
	case b.ForwardDelay != 0 && (b.ForwardDelay < minForwardDelay || b.ForwardDelay > maxForwardDelay):
		faults = append(faults, faultf("forward_delay", "", "forward_delay %s is out of range, which is %s to %s",
			b.ForwardDelay, minForwardDelay, maxForwardDelay))
	}
	if ports := len(b.Ports); ports > maxPorts {
		faults = append(faults, faultf("", "use several bridges and link them",
			"bridge %s has %d ports, the kernel's limit is %d", i.Name, ports, maxPorts))
	}
	return faults
}
