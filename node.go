package vethlab

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
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

// Nodes returns the nodes that are running, in order of their names.
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

// Node returns the running node of that name; "host" is the machine itself.
// The error is [ErrNoNode] if there is none.
func (l *Lab) Node(name string) (*Node, error) {
	if name == topo.HostNode {
		return &Node{l, name, state.Host}, nil
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
	return nil, fmt.Errorf("%w: %s in lab %s", ErrNoNode, name, l.name)
}

// Name returns the node's name in its lab.
func (n *Node) Name() string { return n.name }

// Namespace returns the name of the node's network namespace, as ip-netns(8)
// lists it; "" for the machine's own.
func (n *Node) Namespace() string { return n.namespace }

// Do calls fn on a thread that is in the node's network namespace. Inside fn
// sockets and /proc/thread-self/net are the node's; sockets stay the node's
// afterwards. fn must not start goroutines or look up names: they would run
// elsewhere.
func (n *Node) Do(fn func() error) error { return netns.Do(n.namespace, fn) }

// Run runs a command inside the node and waits for it, as [exec.Cmd.Run] does.
// The command sees the node's network, a /sys to match, the files of
// /etc/netns/NAME over those of /etc, and the lab's nodes in /etc/hosts. To its
// environment the node's own is added, see [Node.Env].
func (n *Node) Run(cmd *exec.Cmd) error {
	room, err := n.room()
	if err != nil {
		return err
	}
	cmd.Env = append(cmd.Environ(), n.Env()...)
	return room.Run(cmd)
}

// Exec replaces this program by a command inside the node. The command is
// found as [exec.LookPath] does. Exec returns only if that fails.
func (n *Node) Exec(argv []string) error {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	room, err := n.room()
	if err != nil {
		return err
	}
	return room.Exec(path, argv, append(os.Environ(), n.Env()...))
}

// Env returns what tells a program where it is: VETHLAB_LAB and VETHLAB_NODE.
func (n *Node) Env() []string { return nodeEnv(n.lab.name, n.name) }

func nodeEnv(lab, node string) []string {
	return []string{"VETHLAB_LAB=" + lab, "VETHLAB_NODE=" + node}
}

func (n *Node) room() (netns.Room, error) {
	view, err := n.lab.State()
	if err != nil {
		return netns.Room{}, err
	}
	return netns.Room{Namespace: n.namespace, Hosts: hostsFile(view.State)}, nil
}

// hostsFile returns lines for /etc/hosts (hosts(5)) with the addresses of all
// nodes. A node's own interfaces have names too: "node-interface".
func hostsFile(s *state.State) []byte {
	var b bytes.Buffer
	for _, namespace := range s.Names() {
		ns := s.Namespaces[namespace]
		node := ns.Mark().Node
		if namespace == state.Host {
			node = topo.HostNode
		}
		for _, link := range ns.LinkNames() {
			for _, a := range ns.Links[link].Addresses {
				if usable(a.Addr()) {
					fmt.Fprintf(&b, "%s\t%s %s-%s\n", a.Addr(), node, node, link)
				}
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return append([]byte("\n# nodes of the lab\n"), b.Bytes()...)
}

// usable reports whether an address means the same node everywhere in a lab.
func usable(a netip.Addr) bool { return !a.IsLinkLocalUnicast() && !a.IsLoopback() }
