package importer

import (
	"errors"
	"strconv"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// The topology files of other tools are translated into the commands that build the
// same network.

// do runs one command without counting it: for these files [Result.Commands] counts
// statements.
func (d *Draft) do(at shell.Pos, words ...string) {
	before := d.commands
	d.Run(shell.Command{Words: words, At: at})
	d.commands = before
}

// setSysctl sets a sysctl, written key=value.
func (d *Draft) setSysctl(at shell.Pos, node, setting string) {
	before := d.commands
	d.Run(shell.Command{Words: []string{"sysctl", "-w", setting}, Where: node, At: at})
	d.commands = before
}

// makeNamespace makes a namespace with lo up.
func (d *Draft) makeNamespace(at shell.Pos, name string) {
	d.do(at, "ip", "netns", "add", name)
	d.do(at, "ip", "-n", name, "link", "set", "lo", "up")
}

// makeSwitch makes a namespace with a bridge that all its links will be ports of.
func (d *Draft) makeSwitch(at shell.Pos, name string) {
	d.makeNamespace(at, name)
	d.do(at, "ip", "-n", name, "link", "add", topo.BridgeName, "type", "bridge")
	d.do(at, "ip", "-n", name, "link", "set", topo.BridgeName, "up")
}

// An end is one end of a veth pair; node "" is the host namespace.
type end struct{ node, link string }

// makeVeth makes a veth pair and sets both ends up. Its end in a switch becomes a port.
func (d *Draft) makeVeth(at shell.Pos, a, b end, mtu string) {
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
		if d.isSwitch(e.node) {
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

// isSwitch reports whether a namespace is one that makeSwitch has made.
func (d *Draft) isSwitch(namespace string) bool {
	l := d.state.Link(state.Endpoint{Namespace: namespace, Link: topo.BridgeName})
	return namespace != state.Host && l != nil && l.Kind.Traits().Forwards
}

// freePort returns the first free name of eth0, eth1 … in a switch. No link of a switch is
// deleted, so those before the last one are not tried again.
func (d *Draft) freePort(namespace string) string {
	for ; ; d.nextPort[namespace]++ {
		name := "eth" + strconv.Itoa(d.nextPort[namespace])
		if d.state.Link(state.Endpoint{Namespace: namespace, Link: name}) == nil {
			return name
		}
	}
}

// enableForwarding sets net.ipv4.ip_forward in nodes with more than one link besides
// lo, where the file does not set it: container engines do so in every container.
func (d *Draft) enableForwarding(at shell.Pos) {
	for _, name := range d.state.Names() {
		if name == state.Host || d.isSwitch(name) || len(d.state.Namespaces[name].Links) < 3 {
			continue
		}
		if d.state.Namespaces[name].Sysctls[state.ForwardIPv4] == "" {
			d.setSysctl(at, name, state.ForwardIPv4+"=1")
		}
	}
}

// followScript follows a script that runs in a namespace, unless those before have used up
// the limits of the source.
func (d *Draft) followScript(s shell.Script) {
	if d.budget.Spent() || d.tooLarge != nil {
		return
	}
	s.Budget = d.budget
	err := shell.Follow(s, d)
	at := shell.Pos{File: s.File, Line: max(1, s.Line)}
	if end := (*shell.StoppedError)(nil); errors.As(err, &end) {
		why := "the script is not followed any further: it exceeds the limit of steps, text or nesting"
		if d.budget.Spent() {
			why = "the scripts of this file are not followed any further: together they exceed the limit of steps or text"
		}
		d.add(Note{At: end.At, Node: s.Where, Why: why, Lost: true})
	} else if err != nil {
		d.commands++
		d.add(Note{At: at, Node: s.Where, Text: "script", Why: err.Error(), Lost: true})
	}
}

// noteLost notes that a statement of a file is not imported.
func (d *Draft) noteLost(at shell.Pos, node, text, why string) {
	d.add(Note{At: at, Node: node, Text: text, Why: why, Lost: true})
}
