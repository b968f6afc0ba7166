package vethlab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/vethlab/vethlab/internal/dial"
	"github.com/vethlab/vethlab/internal/netns"
)

// Control replaces a new socket by one in the node. Use it as the Control function of a
// [net.Dialer] or [net.ListenConfig], for what [Node.Dial], [Node.Listen] and
// [Node.ListenPacket] don't offer, and for libraries that take one:
//
//	d := net.Dialer{Control: node.Control, Resolver: node.Resolver(), LocalAddr: …}
func (n *Node) Control(network, address string, c syscall.RawConn) error {
	return netns.ReplaceSocket(n.namespace, c)
}

// Dial connects to an address from inside the node, as [net.Dialer.DialContext]
// does. The connection can be used from everywhere.
//
// The host of the address can be the name of a node of the lab ("b:80"), or of
// one of its interfaces ("b:eth0:80" or "b-eth0:80"). Of several addresses those
// in a subnet of the dialing node are tried first, and IPv4 before IPv6: the next
// one when the one before has failed, or has not answered for 0.3 s.
func (n *Node) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	addresses, err := dial.Resolve(network, address, n.lookup)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	d := net.Dialer{Control: n.Control}
	return dial.First(ctx, addresses, func(ctx context.Context, address string) (net.Conn, error) {
		return d.DialContext(ctx, network, address)
	})
}

// Listen announces on an address inside the node, as [net.Listen] does. The
// listener can be used from everywhere. As a host the address can have a name, as
// with [Node.Dial]; without a host it means all addresses of the node.
func (n *Node) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	addresses, err := dial.Resolve(network, address, n.lookup)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	c := net.ListenConfig{Control: n.Control}
	return c.Listen(ctx, network, addresses[0])
}

// ListenPacket announces on an address inside the node, as [net.ListenPacket]
// does; see [Node.Listen].
func (n *Node) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	addresses, err := dial.Resolve(network, address, n.lookup)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	c := net.ListenConfig{Control: n.Control}
	return c.ListenPacket(ctx, network, addresses[0])
}

// lookup returns the addresses of a host.
func (n *Node) lookup(host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return n.zoned(a)
	}
	if host == "localhost" {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	d, err := n.lab.hosts()
	if err != nil {
		return nil, err
	}
	if list := d.LookupFrom(n.name, host); len(list) > 0 {
		return list, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, Server: "lab " + n.lab.name, IsNotFound: true}
}

// zoned replaces the zone of an address, an interface of the node, by its index: outside
// of the node the name is another interface.
func (n *Node) zoned(a netip.Addr) ([]netip.Addr, error) {
	if a.Zone() == "" {
		return []netip.Addr{a}, nil
	}
	err := n.Do(func() error {
		link, err := net.InterfaceByName(a.Zone())
		if err == nil {
			a = a.WithZone(strconv.Itoa(link.Index))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s of node %s: %w", a, n.name, err)
	}
	return []netip.Addr{a}, nil
}
