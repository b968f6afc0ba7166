package topo

import (
	"maps"
	"slices"
	"strings"
)

// Format returns the lab as a lab file, in short forms where possible. [Parse] returns
// an equal Topology for it, except for positions.
func (t *Topology) Format() []byte { return t.FormatWith(nil) }

// Comments are comment lines of a file by the node that they precede; "" for the top of
// the file. FormatWith writes each as one line and escapes line breaks.
type Comments map[string][]string

// FormatWith is [Topology.Format] with comments. Comments of nodes that t.Nodes lacks
// are left out.
func (t *Topology) FormatWith(comments Comments) []byte {
	var b strings.Builder
	writeComments(&b, "", comments[""])
	t.tree(comments).block(&b, 0)
	return []byte(b.String())
}

func (t *Topology) tree(comments Comments) tree {
	m := tree{kind: mapping}
	m.addText("name", t.Name)
	if t.Prefix != nil {
		m.add("prefix", text(*t.Prefix))
	}
	if a := t.Addressing.tree(); len(a.list) > 0 {
		m.add("addressing", a)
	}
	m.addText("routing", string(t.Routing))
	nodes := tree{kind: mapping, open: true, comments: comments}
	for _, n := range t.Nodes {
		nodes.addNamed(n.Name, n.tree())
	}
	if len(t.Nodes) > 0 {
		m.add("nodes", nodes)
	}
	m.addList("links", tree{list: trees(t.Links, Link.tree), open: true})
	m.addList("tests", tree{list: trees(t.Tests, Test.tree), open: true})
	return m
}

func trees[T any](things []T, f func(T) tree) []tree {
	ts := make([]tree, len(things))
	for i, x := range things {
		ts[i] = f(x)
	}
	return ts
}

func (a Addressing) tree() tree {
	m := tree{kind: mapping}
	m.addText("ipv4", a.IPv4.String())
	m.addText("ipv6", a.IPv6.String())
	return m
}

func (n Node) tree() tree {
	m := tree{kind: mapping}
	m.addText("kind", string(n.Kind))
	m.addNames("group", n.Group)
	m.addSubnets(n.Subnet)
	interfaces := tree{kind: mapping}
	for _, i := range n.Interfaces {
		interfaces.addNamed(i.Name, i.tree())
	}
	if len(n.Interfaces) > 0 {
		m.add("interfaces", interfaces)
	}
	m.addList("routes", tree{list: trees(n.Routes, Route.tree)})
	sysctls := tree{kind: mapping}
	for _, key := range slices.Sorted(maps.Keys(n.Sysctls)) {
		sysctls.addNamed(key, text(n.Sysctls[key]))
	}
	if len(n.Sysctls) > 0 {
		m.add("sysctls", sysctls)
	}
	m.addLines("nftables", n.Nftables)
	return m
}

// tree returns only the addresses if the interface has no other settings.
func (i Interface) tree() tree {
	settings := i.settings()
	if len(settings) == 1 && settings[0].key == addressesKey {
		return treeOf(settings[0].value)
	}
	return treeOf(settings)
}

func (l Link) tree() tree {
	t := tree{kind: list, list: []tree{text(l.Endpoints[0].String()), text(l.Endpoints[1].String())}}
	m := tree{kind: mapping}
	m.addNumber("mtu", l.MTU)
	m.addSubnets(l.Subnet)
	if len(m.list) > 0 {
		t.list = append(t.list, m)
	}
	return t
}

func (r Route) tree() tree {
	m := tree{kind: mapping}
	m.add("to", text(r.destination()))
	if r.Via.IsValid() {
		m.addText("via", r.Via.String())
	}
	m.addText("dev", r.Dev)
	m.addNumber("metric", r.Metric)
	return m
}

// destination returns To as it is written in a file.
func (r Route) destination() string {
	if r.To.Bits() == 0 && r.Via.IsValid() {
		return "default"
	}
	return r.To.String()
}

func (t Test) tree() tree {
	m := tree{kind: mapping}
	m.addText("name", t.Name)
	m.addNames("run", t.Run)
	m.addNames("on", t.On)
	m.addNumber("exit", t.Exit)
	m.addText("stdout", t.Stdout)
	m.addNames("from", t.From)
	m.addNames("to", t.To)
	m.addBool("matrix", t.Matrix)
	m.addText("via", t.Via.String())
	m.addText("expect", string(t.Expect))
	m.addDuration("within", t.Within)
	m.addText("loss", t.Loss.String())
	m.addNumber("mtu", t.MTU)
	m.addText("throughput", t.Throughput.String())
	if t.Path != nil {
		m.add("path", texts(t.Path))
	}
	m.addNumber("count", t.Count)
	m.addDuration("timeout", t.Timeout)
	m.addDuration("retry_for", t.RetryFor)
	if t.Serve != nil {
		m.add("serve", boolean(*t.Serve))
	}
	return m
}
