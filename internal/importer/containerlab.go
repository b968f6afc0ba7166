package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Containerlab reads a topology file of containerlab: its nodes become namespaces,
// its bridges switches, and its exec commands are followed, without a shell. Images are not imported.
// An empty name is that of the file.
func Containerlab(name string, f File) (*Result, error) {
	v, err := readYAML(f.Name, withDefaults(f.Data))
	if err != nil {
		return nil, err
	}
	name = cmp.Or(name, v.get("name").text(), f.Lab)
	c := &containerlab{Draft: newDraft(f.Name, noSource), topology: v.get("topology")}
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
	c.loseUnread(v, func(path []string) string {
		if len(path) > 2 && path[0] == "topology" && path[1] == "nodes" {
			return path[2]
		}
		return ""
	})
	return c.finish(name)
}

// withDefault is an environment variable with a default value, such as ${MTU:=1400}.
var withDefault = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*:?[-=]([^${}\n]*)\}`)

// maxNestedDefaults bounds the variables in default values, as in ${A:=${B:=1}}.
const maxNestedDefaults = 8

// withDefaults replaces environment variables that have a default value by it, as
// containerlab does in the whole file. No others are set, which containerlab then leaves as
// they are.
func withDefaults(data []byte) []byte {
	for range maxNestedDefaults {
		if !withDefault.Match(data) {
			break
		}
		data = withDefault.ReplaceAll(data, []byte("$1"))
	}
	return data
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
	group := c.topology.get("groups", n.value.get("group").text())
	return cmp.Or(n.value.get("kind").text(), group.get("kind").text(), c.topology.get("defaults", "kind").text())
}

func (c *containerlab) declare(n entry) {
	c.commands++
	if group := n.value.get("group"); group.text() != "" && c.topology.get("groups", group.text()).node == nil {
		c.noteLost(group.at(), n.key, "group: "+shorten(group.text()), "the file has no such group")
	}
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
			c.noteLost(l.at(), "", "type: mgmt-net", "a lab has no management network")
			return
		}
		c.join(l, []end{endpoint(l.get("endpoint")), {"host", l.get("host-interface").text()}}, mtu)
	case "dummy":
		c.makeDummy(l.at(), endpoint(l.get("endpoint")), mtu)
	default:
		e := endpoint(l.get("endpoint"))
		l.get("host-interface").text()
		c.noteLost(l.at(), e.node, fmt.Sprintf("type: %s of %s:%s", kind, e.node, e.link), "lab files do not support such links")
	}
}

// makeDummy makes a link that is connected to nothing.
func (c *containerlab) makeDummy(at shell.Pos, e end, mtu string) {
	words := append(ipIn(e.node, "link", "add", "name", e.link), mtuWords(mtu)...)
	c.do(at, append(words, "type", "dummy")...)
	c.do(at, ipIn(e.node, "link", "set", "dev", e.link, "up")...)
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
			c.noteLost(l.at(), ends[1-i].node, e.node+":"+e.link, "a lab has no management network")
			return
		case e.node == "dummy":
			c.makeDummy(l.at(), ends[1-i], mtu)
			return
		case slices.Contains([]string{"macvlan", "vxlan", "vxlan-stitch"}, e.node):
			c.noteLost(l.at(), ends[1-i].node, e.node+":"+e.link, "lab files do not support such links")
			return
		case e.node == "host" || c.kind(entry{key: e.node, value: c.topology.get("nodes", e.node)}) == "host":
			ends[i].node = state.Host
		case c.isSwitch(e.node):
			ends[i].link = c.portName(e)
		}
	}
	c.makeVeth(l.at(), ends[0], ends[1], mtu)
	for i, e := range l.get("endpoints").items() {
		if mac := e.get("mac").text(); mac != "" {
			c.do(e.at(), append(ipIn(ends[i].node, "link", "set", "dev", ends[i].link), "address", mac)...)
		}
	}
}

// portName returns the name of a port: as the file says, if a lab can have it.
func (c *containerlab) portName(e end) string {
	free := c.state.Link(state.Endpoint{Namespace: e.node, Link: e.link}) == nil
	if _, _, err := iproute2.ParseSkipping("ip link set dev " + escape.Shell(e.link) + " up"); free && err == nil {
		return e.link
	}
	return c.freePort(e.node)
}

// levels returns where the settings of a node stand, the most general first.
func (c *containerlab) levels(n entry) []value {
	return []value{
		c.topology.get("defaults"), c.topology.get("kinds", c.kind(n)), c.topology.get("groups", n.value.get("group").text()), n.value,
	}
}

// configure sets the sysctls of a node and follows its exec commands.
func (c *containerlab) configure(n entry) {
	var lines []value
	for _, from := range c.levels(n) {
		if c.tooLarge != nil {
			return
		}
		for _, e := range from.get("sysctls").entries() {
			c.setSysctl(e.at, n.key, e.key+"="+e.value.text())
		}
		lines = append(lines, from.get("exec").items()...)
	}
	for _, line := range lines {
		c.exec(n.key, line)
	}
}

// exec follows a command as containerlab runs it in a node: without a shell.
func (c *containerlab) exec(node string, line value) {
	text := strings.ReplaceAll(line.text(), "__clabNodeName__", node)
	words, err := splitWords(text)
	switch i := slices.IndexFunc(words, isOperator); {
	case err != nil:
		c.noteLost(line.at(), node, "exec: "+shorten(text), err.Error())
		return
	case len(words) == 0: // a comment
		return
	case i > 0:
		why := fmt.Sprintf("containerlab runs this without a shell: %q is an argument of %s", words[i], words[0])
		c.add(Note{At: line.at(), Node: node, Text: "exec: " + shorten(text), Why: why})
	}
	c.followScript(shell.Script{File: line.file.name, Words: words, Where: node, Line: line.at().Line})
}

// isOperator reports whether a shell would take a word for an operator.
func isOperator(word string) bool { return inList(" && || | ; & > >> 2> 2>> &> 2>&1 < << <<< ", word) }
