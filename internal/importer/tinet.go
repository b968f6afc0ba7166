package importer

import (
	"cmp"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// Tinet reads a specification of tinet: nodes and switches become namespaces, and
// what configures and tests them is followed. Images stay behind.
func Tinet(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, f.Data)
	if err != nil {
		return nil, err
	}
	t := &tinet{Draft: newDraft(noSource), done: map[end]bool{}}
	t.bare = true
	for _, s := range v.get("switches").items() {
		t.commands++
		t.hub(s.at(), s.get("name").text())
	}
	nodes := v.get("nodes").items()
	for _, n := range nodes {
		t.commands++
		t.node(n.at(), n.get("name").text())
	}
	for _, n := range nodes {
		for _, i := range n.get("interfaces").items() {
			t.iface(n.get("name").text(), i)
		}
	}
	t.forward(v.at())
	for _, n := range nodes {
		for _, s := range n.get("sysctls").items() {
			t.setting(s.at(), n.get("name").text(), s.get("sysctl").text())
		}
	}
	for _, c := range v.get("node_configs").items() {
		t.follows(c.get("cmds"), c.get("name").text())
	}
	for _, c := range v.get("test").items() {
		t.follows(c.get("cmds"), "")
	}
	return t.finish(cmp.Or(name, f.Lab)), nil
}

type tinet struct {
	*Draft
	done map[end]bool // ends of cables that are there
}

// iface reads {name: net0, type: direct, args: R2#net0}.
func (t *tinet) iface(node string, i value) {
	here := end{node, i.get("name").text()}
	if t.done[here] {
		return
	}
	t.commands++
	args := i.get("args").text()
	switch kind := i.get("type").text(); kind {
	case "direct":
		peer, link, _ := strings.Cut(args, "#")
		there := end{peer, link}
		t.done[here], t.done[there] = true, true
		t.cable(i.at(), here, there, "")
	case "bridge":
		if !t.isHub(args) {
			t.hub(i.at(), args) // some say only here that it is there
		}
		t.done[here] = true
		t.cable(i.at(), here, end{args, t.freePort(args)}, "")
	default:
		t.lose(i.at(), node, "type: "+kind, "a lab has no such interfaces")
	}
	if mac := i.get("addr").text(); mac != "" {
		t.do(i.at(), "ip", "-n", node, "link", "set", "dev", here.link, "address", mac)
	}
}

// follows goes through a list of {cmd: …}.
func (t *tinet) follows(list value, where string) {
	for _, c := range list.items() {
		line := c.get("cmd")
		t.follow(shell.Script{File: line.file, Text: line.text(), Where: where, Line: line.at().Line})
	}
}
