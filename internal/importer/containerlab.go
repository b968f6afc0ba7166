package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Containerlab reads a topology file of containerlab: its nodes become namespaces,
// its bridges switches, and its exec commands are followed. Images are not imported.
// An empty name is that of the file.
func Containerlab(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, f.Data)
	if err != nil {
		return nil, err
	}
	name = cmp.Or(name, v.get("name").text(), f.Lab)
	c := &containerlab{Draft: newDraft(noSource), topology: v.get("topology")}
	c.bare = true
	nodes := c.topology.get("nodes").entries()
	for _, n := range nodes {
		c.declare(n)
	}
	for _, l := range c.topology.get("links").items() {
		c.link(l)
	}
	c.enableForwarding(v.at())
	for _, n := range nodes {
		c.configure(n)
	}
	if v.get("mgmt").isMap() {
		c.Remark(v.get("mgmt").at(), "mgmt", "a lab has no management network")
	}
	return c.finish(name), nil
}

// noSource is the [File.Source] of formats without included files.
func noSource(file string) (string, error) {
	return "", fmt.Errorf("cannot read %s: files of this format include no others", file)
}

type containerlab struct {
	*Draft
	topology value
}

// kind returns the kind of a node: its own, its group's or the default.
func (c *containerlab) kind(n entry) string {
	if k := n.value.get("kind").text(); k != "" {
		return k
	}
	if k := c.topology.get("groups", n.value.get("group").text(), "kind").text(); k != "" {
		return k
	}
	return c.topology.get("defaults", "kind").text()
}

func (c *containerlab) declare(n entry) {
	c.commands++
	switch kind := c.kind(n); kind {
	case "bridge", "ovs-bridge":
		c.makeSwitch(n.at, n.key)
	case "host":
	default:
		c.makeNamespace(n.at, n.key)
		if kind != "linux" {
			c.noteLost(n.at, n.key, "kind: "+kind, "what runs in such a node is not imported: it becomes a host")
		}
	}
}

// link reads endpoints: [a:eth1, b:eth1], or a link with a type.
func (c *containerlab) link(l value) {
	c.commands++
	mtu := l.get("mtu").text()
	switch kind := l.get("type").text(); kind {
	case "", "veth":
		var ends []end
		for _, e := range l.get("endpoints").items() {
			ends = append(ends, endpoint(e))
		}
		c.join(l, ends, mtu)
	case "host", "mgmt-net":
		if kind == "mgmt-net" {
			c.Remark(l.at(), "mgmt-net", "a lab has no management network")
			return
		}
		c.join(l, []end{endpoint(l.get("endpoint")), {"host", l.get("host-interface").text()}}, mtu)
	default:
		c.noteLost(l.at(), "", "type: "+kind, "lab files do not support such links")
	}
}

// endpoint reads "node:interface" or {node, interface}.
func endpoint(v value) end {
	if v.isMap() {
		return end{v.get("node").text(), v.get("interface").text()}
	}
	node, link, _ := strings.Cut(v.text(), ":")
	return end{node, link}
}

func (c *containerlab) join(l value, ends []end, mtu string) {
	if len(ends) != 2 {
		c.noteLost(l.at(), "", "link", "it does not have two endpoints")
		return
	}
	for i, e := range ends {
		switch {
		case e.node == "mgmt-net":
			c.Remark(l.at(), e.node+":"+e.link, "a lab has no management network")
			return
		case slices.Contains([]string{"macvlan", "vxlan", "dummy"}, e.node):
			c.noteLost(l.at(), ends[1-i].node, e.node+":"+e.link, "lab files do not support such links")
			return
		case e.node == "host" || c.kind(entry{key: e.node, value: c.topology.get("nodes", e.node)}) == "host":
			ends[i].node = state.Host
		case c.isSwitch(e.node):
			ends[i].link = c.freePort(e.node) // names of switch ports do not matter
		}
	}
	c.makeVeth(l.at(), ends[0], ends[1], mtu)
}

// configure sets the sysctls of a node and follows its exec commands.
func (c *containerlab) configure(n entry) {
	for _, e := range n.value.get("sysctls").entries() {
		c.setSysctl(e.at, n.key, e.key+"="+e.value.text())
	}
	var lines []value
	for _, from := range []value{c.topology.get("defaults"), c.topology.get("kinds", c.kind(n)), n.value} {
		lines = append(lines, from.get("exec").items()...)
	}
	for _, line := range lines {
		c.followScript(shell.Script{File: line.file, Text: line.text(), Where: n.key, Line: line.at().Line})
	}
}
