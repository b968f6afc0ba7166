package topo

import (
	"fmt"
	"net/netip"
	"strings"
)

// test checks one entry of the tests.
func (c *checker) test(i int) {
	t := c.t.Tests[i]
	path := fmt.Sprintf("tests[%d]", i)
	c.testNode(t, t.From, path+".from")
	c.target(t, path+".to")
	if e := string(t.Expect); e != "" && t.Expect != Reachable && t.Expect != Unreachable {
		c.fail(t.Pos, path+".expect", oneOf(e, []string{"reachable", "unreachable"}), "a test can't expect %q", e)
	}
}

// testNode reports whether that node is there.
func (c *checker) testNode(t Test, name, path string) bool {
	if name == HostNode || c.nodes[name] != nil || c.plugs[name] != nil {
		return true
	}
	if name == "" {
		c.fail(t.Pos, path, "", "a test needs both from and to")
	} else {
		c.fail(t.Pos, path, didYouMean(name, c.nodeNames()), "there is no node %q", name)
	}
	return false
}

// target checks where a test leads: to a node, an interface or an address.
func (c *checker) target(t Test, path string) {
	if a, err := netip.ParseAddr(t.To); err == nil {
		if a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			c.fail(t.Pos, path, "", "a test can't be of %s", a)
		}
		return
	}
	node, iface, colon := strings.Cut(t.To, ":")
	if !c.testNode(t, node, path) || !colon {
		return
	}
	known := c.interfacesOf(node)
	if c.plugAt(node, iface) == nil {
		c.fail(t.Pos, path, didYouMean(iface, known), "node %s has no interface %q", node, iface)
	}
}

// nodeNames returns the names of all nodes, declared or not.
func (c *checker) nodeNames() []string {
	var names []string
	for i := range c.t.Nodes {
		names = append(names, c.t.Nodes[i].Name)
	}
	for _, l := range c.t.Links {
		for _, e := range l.Endpoints {
			names = append(names, e.Node)
		}
	}
	return append(names, HostNode)
}
