package vethlab

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Node is a node of a running lab.
type Node struct {
	lab       *Lab
	name      string
	namespace string
}

// ErrNoNode says that a lab has no node of a name.
var ErrNoNode = errors.New("no such node")

// Nodes returns the nodes that are running, sorted by name.
func (l *Lab) Nodes() ([]*Node, error) {
	marks, err := kernel.Labs()
	if err != nil {
		return nil, err
	}
	var nodes []*Node
	for namespace, mark := range marks {
		if mark.Lab == l.name {
			nodes = append(nodes, &Node{l, mark.Node, namespace})
		}
	}
	slices.SortFunc(nodes, func(a, b *Node) int { return state.CompareNames(a.name, b.name) })
	return nodes, nil
}

// Node returns the running node of that name; "host" is the host namespace.
// The error is [ErrNoNode] if there is none.
func (l *Lab) Node(name string) (*Node, error) {
	if name == topo.HostNode {
		return &Node{l, name, state.Host}, nil
	}
	if d := l.compiled.Load(); d != nil && l.up.Load() {
		if n, ok := d.Node(name); ok {
			return &Node{l, name, n.Namespace}, nil
		}
		return nil, l.noNode(name)
	}
	nodes, err := l.Nodes()
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if n.name == name {
			return n, nil
		}
	}
	return nil, l.noNode(name)
}

func (l *Lab) noNode(name string) error {
	return fmt.Errorf("%w: %s in lab %s", ErrNoNode, name, l.name)
}

// Name returns the node's name in its lab.
func (n *Node) Name() string { return n.name }

// Namespace returns the name of the node's network namespace, as ip-netns(8)
// lists it; "" for the host namespace.
func (n *Node) Namespace() string { return n.namespace }

// Do calls fn on a thread of its own in the node's network namespace, and returns its
// error; a panic, or a [testing.T.FailNow], continues in the caller. It is for what
// [Node.Dial], [Node.Listen] and [Node.Command] don't do: netlink, raw sockets, ioctls,
// sysctls in /proc/sys/net.
//
// Only fn itself runs inside. A socket that it opens stays in the node and can be used
// from any goroutine afterwards. But a goroutine that fn starts runs outside, and so
// does code that opens sockets on its own goroutines: name lookups, [net.Dial] with a
// name, HTTP clients. A command that fn starts runs inside, but prefer [Node.Command].
// /proc/net shows the namespace of the process, which is outside; the node's is
// /proc/thread-self/net.
//
// If fn leaves goroutines running, an [EventGoroutine] is sent.
func (n *Node) Do(fn func() error) error {
	if len(n.lab.events) == 0 {
		return netns.Do(n.namespace, fn)
	}
	return netns.Do(n.namespace, func() error {
		leaks, err := netns.LeakedGoroutines(fn)
		for _, line := range leaks {
			n.lab.notify(EventGoroutine, "Do in node %s: a goroutine that it started still runs, outside of the node: %s", n.name, line)
		}
		return err
	})
}
