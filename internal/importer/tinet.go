package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Tinet reads a specification of tinet: nodes and switches become namespaces, and
// the commands of node_configs and test are followed. Images are not imported.
func Tinet(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, f.Data)
	if err != nil {
		return nil, err
	}
	t := &tinet{Draft: newDraft(f.Name, noSource), done: map[end]bool{}}
	t.bare = true
	for _, s := range v.get("switches").items() {
		t.commands++
		t.makeSwitch(s.at(), s.get("name").text())
	}
	nodes := v.get("nodes").items()
	for _, n := range nodes {
		t.commands++
		t.makeNamespace(n.at(), n.get("name").text())
	}
	for _, n := range nodes {
		for _, i := range n.get("interfaces").items() {
			t.iface(n.get("name").text(), i)
		}
	}
	t.enableForwarding(v.at())
	for _, n := range nodes {
		for _, s := range n.get("sysctls").items() {
			t.setSysctl(s.at(), n.get("name").text(), s.get("sysctl").text())
		}
	}
	for _, c := range v.get("node_configs").items() {
		t.configure(c.get("cmds"), c.get("name").text())
	}
	for _, c := range v.get("test").items() {
		t.followAll(c.get("cmds"), "")
	}
	for _, s := range v.get("switches").items() {
		t.switchPorts(s)
	}
	t.loseUnread(v, func(path []string) string {
		if len(path) < 2 || path[0] != "nodes" && path[0] != "node_configs" && path[0] != "switches" {
			return ""
		}
		number, _ := strconv.Atoi(strings.Trim(path[1], "[]"))
		return v.get(path[0]).item(number).get("name").text()
	})
	return t.finish(cmp.Or(name, f.Lab))
}

type tinet struct {
	*Draft
	done map[end]bool // ends of veth pairs that have been made
}

// iface reads {name: net0, type: direct, args: R2#net0, addr: MAC}.
func (t *tinet) iface(node string, i value) {
	near := end{node, i.get("name").text()}
	kind, args := i.get("type").text(), i.get("args").text()
	switch {
	case t.done[near]:
		if l := t.state.Link(state.Endpoint{Namespace: near.node, Link: near.link}); kind != "direct" || l == nil || !hasPeer(l, args) {
			t.noteLost(i.at(), node, near.link+": "+kind+" "+args, "another interface names this one as its peer")
		}
	case kind == "direct":
		t.commands++
		peer, link, _ := strings.Cut(args, "#")
		far := end{peer, link}
		t.done[near], t.done[far] = true, true
		t.makeVeth(i.at(), near, far, "")
	case kind == "bridge":
		t.commands++
		if !t.isSwitch(args) {
			t.makeSwitch(i.at(), args) // it need not be in the list of switches
		}
		t.done[near] = true
		t.makeVeth(i.at(), near, end{args, t.freePort(args)}, "")
	default:
		t.commands++
		t.noteLost(i.at(), node, "type: "+kind, "lab files do not support such interfaces")
	}
	if mac := i.get("addr").text(); mac != "" {
		t.do(i.at(), "ip", "-n", node, "link", "set", "dev", near.link, "address", mac)
	}
}

// hasPeer reports whether the peer of a link is the one that args name, such as R2#net0.
func hasPeer(l *state.Link, args string) bool {
	peer, ok := l.Peer()
	return ok && args == peer.Namespace+"#"+peer.Link
}

// switchPorts reads the interfaces of a switch: the nodes say the same of theirs.
func (t *tinet) switchPorts(s value) {
	name := s.get("name").text()
	for _, i := range s.get("interfaces").items() {
		node := i.get("args").text()
		i.get("name").text()
		i.get("type").text()
		ns := t.state.Namespace(node)
		joined := ns != nil && slices.ContainsFunc(ns.LinkNames(), func(link string) bool {
			peer, ok := ns.Links[link].Peer()
			return ok && peer.Namespace == name
		})
		if !joined {
			t.noteLost(i.at(), name, "interface of "+node, fmt.Sprintf("the node %q has no interface of type bridge with args %s", node, name))
		}
	}
}

// configure follows the commands of a node. tinet prints each of them after docker exec NODE,
// as a line for a shell on the host, which so expands it and runs what follows an operator.
func (t *tinet) configure(list value, node string) {
	if t.state.Namespace(node) == nil {
		t.followAll(list, node)
		return
	}
	for _, c := range list.items() {
		line := c.get("cmd")
		text := "docker exec " + escape.Shell(node) + " " + line.text()
		t.followScript(shell.Script{File: line.file.name, Text: text, Line: line.at().Line})
	}
}

// followAll follows a list of {cmd: …} on the host.
func (t *tinet) followAll(list value, where string) {
	for _, c := range list.items() {
		line := c.get("cmd")
		t.followScript(shell.Script{File: line.file.name, Text: line.text(), Where: where, Line: line.at().Line})
	}
}
