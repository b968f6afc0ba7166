package importer

import (
	"errors"
	"strconv"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// What files of other tools say comes down to the commands that they would give.

// do plays one command. Of a file are counted the statements that are in it, not
// what each comes down to.
func (d *Draft) do(at shell.Pos, words ...string) {
	before := d.commands
	d.Run(shell.Command{Words: words, At: at})
	d.commands = before
}

// setting plays a sysctl, written key=value.
func (d *Draft) setting(at shell.Pos, node, setting string) {
	before := d.commands
	d.Run(shell.Command{Words: []string{"sysctl", "-w", setting}, Where: node, At: at})
	d.commands = before
}

// node makes a namespace with lo up.
func (d *Draft) node(at shell.Pos, name string) {
	d.do(at, "ip", "netns", "add", name)
	d.do(at, "ip", "-n", name, "link", "set", "lo", "up")
}

// hub makes a namespace that is a switch.
func (d *Draft) hub(at shell.Pos, name string) {
	d.node(at, name)
	d.do(at, "ip", "-n", name, "link", "add", topo.BridgeName, "type", "bridge")
	d.do(at, "ip", "-n", name, "link", "set", topo.BridgeName, "up")
}

// An end is one end of a cable; a namespace "" is the machine's own.
type end struct{ node, link string }

// cable joins two ends and sets them up.
func (d *Draft) cable(at shell.Pos, a, b end, mtu string) {
	if a.node != state.Host && b.node == state.Host {
		a, b = b, a
	}
	words := ipIn(a.node, "link", "add", "name", a.link)
	words = append(words, mtuWords(mtu)...)
	words = append(words, "type", "veth", "peer", "name", b.link)
	words = append(words, mtuWords(mtu)...)
	d.do(at, append(words, "netns", b.node)...)
	for _, e := range []end{a, b} {
		d.do(at, ipIn(e.node, "link", "set", "dev", e.link, "up")...)
		if d.isHub(e.node) {
			d.do(at, ipIn(e.node, "link", "set", "dev", e.link, "master", topo.BridgeName)...)
		}
	}
}

func ipIn(namespace string, words ...string) []string {
	if namespace == state.Host {
		return append([]string{"ip"}, words...)
	}
	return append([]string{"ip", "-n", namespace}, words...)
}

func mtuWords(mtu string) []string {
	if mtu == "" || mtu == "0" {
		return nil
	}
	return []string{"mtu", mtu}
}

// isHub reports whether a namespace is one that hub has made.
func (d *Draft) isHub(namespace string) bool {
	l := d.state.Link(state.Endpoint{Namespace: namespace, Link: topo.BridgeName})
	return namespace != state.Host && l != nil && l.Kind.Traits().Forwards
}

// freePort returns the next of eth0, eth1 … of a namespace.
func (d *Draft) freePort(namespace string) string {
	for i := 0; ; i++ {
		name := "eth" + strconv.Itoa(i)
		if d.state.Link(state.Endpoint{Namespace: namespace, Link: name}) == nil {
			return name
		}
	}
}

// forward lets the nodes with several cables forward, as containers do. Those of
// one cable have nothing to forward.
func (d *Draft) forward(at shell.Pos) {
	for _, name := range d.state.Names() {
		if name == state.Host || d.isHub(name) || len(d.state.Namespaces[name].Links) < 3 {
			continue
		}
		if d.state.Namespaces[name].Sysctls[state.ForwardIPv4] == "" {
			d.setting(at, name, state.ForwardIPv4+"=1")
		}
	}
}

// follow goes through a piece of a script that is run in a namespace.
func (d *Draft) follow(s shell.Script) {
	err := shell.Follow(s, d)
	at := shell.Pos{File: s.File, Line: max(1, s.Line)}
	if end := (*shell.StoppedError)(nil); errors.As(err, &end) {
		d.add(Note{At: end.At, Node: s.Where, Why: "the script is followed up to here: it does too much", Lost: true})
	} else if err != nil {
		d.commands++
		d.add(Note{At: at, Node: s.Where, Text: "script", Why: err.Error(), Lost: true})
	}
}

// lose notes something of a file that has no place in a lab.
func (d *Draft) lose(at shell.Pos, node, text, why string) {
	d.add(Note{At: at, Node: node, Text: text, Why: why, Lost: true})
}
