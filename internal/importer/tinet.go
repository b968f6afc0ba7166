package importer

import (
	"cmp"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// Tinet reads a specification of tinet: nodes and switches become namespaces, and
// the commands of node_configs and test are followed. Images are not imported.
func Tinet(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, f.Data)
	if err != nil {
		return nil, err
	}
	t := &tinet{Draft: newDraft(noSource), done: map[end]bool{}}
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
		t.followAll(c.get("cmds"), c.get("name").text())
	}
	for _, c := range v.get("test").items() {
		t.followAll(c.get("cmds"), "")
	}
	return t.finish(cmp.Or(name, f.Lab)), nil
}

type tinet struct {
	*Draft
	done map[end]bool // ends of veth pairs that have been made
}

// iface reads {name: net0, type: direct, args: R2#net0}.
func (t *tinet) iface(node string, i value) {
	near := end{node, i.get("name").text()}
	if t.done[near] {
		return
	}
	t.commands++
	args := i.get("args").text()
	switch kind := i.get("type").text(); kind {
	case "direct":
		peer, link, _ := strings.Cut(args, "#")
		far := end{peer, link}
		t.done[near], t.done[far] = true, true
		t.makeVeth(i.at(), near, far, "")
	case "bridge":
		if !t.isSwitch(args) {
			t.makeSwitch(i.at(), args) // it need not be in the list of switches
		}
		t.done[near] = true
		t.makeVeth(i.at(), near, end{args, t.freePort(args)}, "")
	default:
		t.noteLost(i.at(), node, "type: "+kind, "lab files do not support such interfaces")
	}
	if mac := i.get("addr").text(); mac != "" {
		t.do(i.at(), "ip", "-n", node, "link", "set", "dev", near.link, "address", mac)
	}
}

// followAll follows a list of {cmd: …}.
func (t *tinet) followAll(list value, where string) {
	for _, c := range list.items() {
		line := c.get("cmd")
		t.followScript(shell.Script{File: line.file, Text: line.text(), Where: where, Line: line.at().Line})
	}
}
