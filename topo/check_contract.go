package topo

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A testChecker checks one test.
type testChecker struct {
	*checker
	entry *Test
	path  string
}

func testPath(i int) string { return fmt.Sprintf("tests[%d]", i) }

// test checks the i-th test.
func (c *checker) test(i int) {
	check := testChecker{c, &c.t.Tests[i], testPath(i)}
	if c.unread.has(check.path, check.path+".run") { // it may be of the other sort
		check.known("from", check.entry.From, false)
		check.known("to", check.entry.To, true)
		check.known("on", check.entry.On, false)
		check.values()
		return
	}
	check.text("name", check.entry.Name)
	if strings.ContainsAny(check.entry.Name, "\n\t") {
		check.fail("name", "", "a name must be one line without tabs")
	}
	if check.entry.Run != nil {
		check.command()
		return
	}
	if keys := check.given("on", "exit", "stdout"); len(keys) > 0 {
		check.fail(keys[0], "", "%s needs run: it is for tests that run a command", keys[0])
		return
	}
	check.sourcesAndTargets()
	check.values()
	check.contradictions()
	check.hopNames()
}

// unreadKeys reports whether the value of one of the keys could not be read.
func (c testChecker) unreadKeys(keys ...testKey) bool {
	return slices.ContainsFunc(keys, func(k testKey) bool { return c.unread.has(c.path + "." + string(k)) })
}

// fail reports a mistake at the value of a key, which may have an index.
func (c testChecker) fail(key testKey, hint, format string, args ...any) {
	c.checker.fail(c.entry.Pos, c.path+"."+string(key), hint, format, args...)
}

// failWhole reports a mistake of the whole test.
func (c testChecker) failWhole(hint, format string, args ...any) {
	c.checker.fail(c.entry.Pos, c.path, hint, format, args...)
}

// given returns which of the keys the test has, in the order of docs/file.md.
func (c testChecker) given(keys ...testKey) []testKey {
	return slices.DeleteFunc(c.entry.keys(), func(k testKey) bool { return !slices.Contains(keys, k) })
}

// joined returns a list such as "a, b and c".
func joined(keys []testKey) string {
	var b strings.Builder
	for i, k := range keys {
		switch {
		case i > 0 && i == len(keys)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(k))
	}
	return b.String()
}

// command checks a test that runs a command.
func (c testChecker) command() {
	if keys := c.given(
		"from", "to", "matrix", "via", "expect", "within", "loss", "mtu", "throughput", "path", "count", "serve",
	); len(keys) > 0 {
		c.fail(keys[0], "write two tests", "a test sends probes or runs a command: %s can't go with run", joined(keys))
	}
	switch {
	case len(c.entry.Run) == 0 || strings.TrimSpace(c.entry.Run[0]) == "":
		c.fail("run", `write run: "ip route", or run: [ip, route]`, "the command is empty")
	case c.entry.On == nil && !c.unreadKeys("on"):
		c.failWhole("write on: all, or a node", "a command needs on: the nodes to run it in")
	}
	for i, word := range c.entry.Run {
		c.text(c.item("run", i), word)
	}
	c.names("on", c.entry.On, false)
	if c.entry.Exit < 0 || c.entry.Exit > 255 {
		c.fail("exit", "", "exit code %d is out of range, which is 0 to 255", c.entry.Exit)
	}
	c.text("stdout", c.entry.Stdout)
	if _, err := c.entry.StdoutPattern(); err != nil {
		c.fail("stdout", "a text between slashes is a regular expression", "%s: %v", c.entry.Stdout, err)
	}
	c.times()
}

// text checks that a text is printable.
func (c testChecker) text(key testKey, s string) {
	if !utf8.ValidString(s) {
		c.fail(key, "", "%s is not UTF-8", key)
		return
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			c.fail(key, "", "%s contains %q, which is not printable", key, r)
			return
		}
	}
}

// sourcesAndTargets checks from and to.
func (c testChecker) sourcesAndTargets() {
	from := c.entry.Sources() != nil || c.unreadKeys("from", "matrix")
	to := c.entry.To != nil || c.entry.Targets() != nil || c.unreadKeys("to", "matrix", "via")
	switch {
	case !from && !to:
		c.failWhole("write {from: all, to: all}, or run and on", "a test needs from and to")
	case !from:
		c.failWhole("", "a test needs from: the nodes that send probes")
	case !to:
		c.failWhole("", "a test needs to: the targets of the probes")
	}
	c.names("from", c.entry.From, false)
	c.names("to", c.entry.To, true)
	if c.entry.To == nil && c.entry.Via.Host != "" {
		c.name("via", c.entry.Via.Host, true)
	}
}

// known checks the names of a list that the decoder could read.
func (c testChecker) known(key testKey, names []string, targets bool) {
	for i, name := range names {
		if name != "" {
			c.name(c.item(key, i), name, targets)
		}
	}
}

// names checks a list of nodes and groups.
func (c testChecker) names(key testKey, names []string, targets bool) {
	if names != nil && len(names) == 0 && !c.unreadKeys(key) {
		c.fail(key, "", "%s is empty (want nodes or groups)", key)
	}
	for i, name := range names {
		place := c.item(key, i)
		if c.unreadKeys(key, place) {
			continue
		}
		if slices.Contains(names[:i], name) {
			c.fail(place, "", "%s names %q twice", key, name)
			continue
		}
		c.name(place, name, targets)
	}
}

// item returns the key of the i-th item of a list, which may be a single value.
func (c testChecker) item(key testKey, i int) testKey {
	return testKey(strings.TrimPrefix(c.itemPath(c.path+"."+string(key), i), c.path+"."))
}

// name checks that a name is that of a node or group or, for a target, of an interface
// or an address.
func (c testChecker) name(key testKey, name string, target bool) {
	addr, err := netip.ParseAddr(name)
	node, iface, colon := strings.Cut(name, ":")
	switch {
	case target && name == HostNode && !c.isNode(HostNode):
		if !c.mayBeNode(name, "") {
			c.fail(key, "link it to a node first", "%s is not part of this lab", name)
		}
	case c.namesNodes(name):
	case name == "":
		c.fail(key, "", "the name of a node is empty")
	case err == nil && !target:
		c.fail(key, "", "%s is an address (want a node or group)", addr)
	case err == nil:
		if fault := targetFault(addr); fault != "" {
			c.fail(key, "", "%s can't be a target: %s", addr, fault)
		}
	case colon && (c.isNode(node) || node == HostNode):
		if !target {
			c.fail(key, fmt.Sprintf("write %q", node), "%s is an interface (want a node or group)", name)
			return
		}
		if hint, missing := c.missing(node, iface); missing {
			c.fail(key, cmp.Or(portHint(name), hint), "node %s has no interface %q", node, iface)
		}
	case colon && c.namesNodes(node):
		c.fail(key, "", "%q stands for several nodes (want one for an interface)", node)
	case colon:
		c.unknownNode(key, node, cmp.Or(portHint(name), c.hint(node, c.nodeNames)), "unknown node %q")
	default:
		c.unknownNode(key, name, c.hint(name, c.nodeAndGroupNames), "unknown node or group %q")
	}
}

// unknownNode reports an unknown name unless it may be one that could not be read.
func (c testChecker) unknownNode(key testKey, name, hint, format string) {
	if !c.mayBeNode(name, hint) {
		c.fail(key, hint, format, name)
	}
}

func targetFault(a netip.Addr) string {
	switch {
	case a.Zone() != "":
		return "it has a zone"
	case a.IsUnspecified():
		return "it is the unspecified address"
	case a.IsMulticast():
		return "it is a multicast address"
	case a.Is4In6():
		return "it is an IPv4-mapped IPv6 address"
	}
	return ""
}

// isNode reports whether nodes or links name the node.
func (c *checker) isNode(name string) bool { return c.wiring.Node(name) != nil }

// namesNodes reports whether a word is the name of a node or group, or reserved.
func (c *checker) namesNodes(name string) bool {
	return name == HostNode || name == AllNodes || c.isNode(name) || c.groups[name] != nil
}

// nodeAndGroupNames returns all names for which namesNodes is true.
func (c *checker) nodeAndGroupNames() []string {
	names := c.nodeNames()
	for i := range c.t.Nodes {
		names = append(names, c.t.Nodes[i].Group...)
	}
	return append(names, AllNodes)
}

// nodeNames returns the names of all nodes, also of those that only links name.
func (c *checker) nodeNames() []string {
	var names []string
	for i := range c.t.Nodes {
		names = append(names, c.t.Nodes[i].Name)
	}
	for _, l := range c.t.Links {
		for _, e := range l.Endpoints {
			if !isUnknown(e.Node) {
				names = append(names, e.Node)
			}
		}
	}
	return append(names, HostNode)
}

// maxCount is the limit of probes to one address in one test.
const maxCount = 10_000

// values checks the value of each other key.
func (c testChecker) values() {
	if err := c.entry.Via.fault(); err != nil {
		c.fail("via", viaForm, "%s", err)
	}
	if e := string(c.entry.Expect); e != "" && !slices.Contains(outcomes(), e) {
		c.fail("expect", oneOf(e, outcomes()), "unknown outcome %q", e)
	}
	if fault := c.entry.Loss.fault(); fault != "" {
		c.fail("loss", "", "the share %s %s", c.entry.Loss, fault)
	}
	if fault := c.entry.Throughput.fault(); fault != "" {
		c.fail("throughput", "", "the rate %s %s", c.entry.Throughput, fault)
	}
	c.mtu(c.entry.MTU, c.entry.Pos, c.path+".mtu")
	if c.entry.Count < 0 || c.entry.Count > maxCount {
		c.fail("count", "", "count %d is out of range, which is 1 to %d", c.entry.Count, maxCount)
	}
	c.times()
}

func outcomes() []string { return []string{string(Reachable), string(Unreachable), string(Refused)} }

func (c testChecker) times() {
	for _, d := range []struct {
		key  testKey
		time Duration
	}{{"within", c.entry.Within}, {"timeout", c.entry.Timeout}, {"retry_for", c.entry.RetryFor}} {
		if d.time < 0 {
			c.fail(d.key, "", "the time %s is not above zero", d.time)
		}
	}
}

// contradictions reports keys that can't go together.
func (c testChecker) contradictions() {
	via, outcome := c.entry.Protocol(), c.entry.Outcome()
	if c.unreadKeys("expect") || !slices.Contains(outcomes(), string(outcome)) {
		return
	}
	if keys := c.given("within", "loss", "mtu", "throughput", "path"); outcome != Reachable && len(keys) > 0 {
		c.fail(keys[0], "write two tests", "%s can't go with expect: %s", joined(keys), outcome)
	}
	switch {
	case c.entry.Serve == nil || c.unreadKeys("via", "serve"):
	case !via.hasListener():
		c.fail("serve", "", "serve needs a listener (want via: tcp/PORT, udp/PORT, http://:PORT/ or dns/NAME)")
	case *c.entry.Serve && outcome == Refused:
		c.fail("serve", "", "serve: true can't go with expect: refused: a listener refuses nothing")
	}
}

// hopNames checks that each name in a path is a node that forwards packets.
func (c testChecker) hopNames() {
	for i, name := range c.entry.Path {
		key, n := c.item("path", i), c.nodes[name]
		switch {
		case isOnly(c.entry.Sources(), name) || isOnly(c.entry.Targets(), name):
			c.fail(key, "write the nodes between from and to", "%s is the source or target of this test, not a hop of its path", name)
		case c.groups[name] != nil || name == AllNodes:
			c.fail(key, "", "%q stands for several nodes (want one)", name)
		case c.unreadKeys("path", key) || c.unread.has("nodes."+name, "nodes."+name+".kind"):
		case name == "":
			c.fail(key, "", "the name of a node is empty")
		case name != HostNode && !c.isNode(name):
			c.unknownNode(key, name, c.hint(name, c.nodeNames), "unknown node %q")
		case name == HostNode:
		case n != nil && n.Kind == Switch:
			c.fail(key, "leave it out", "%s is a switch, which is not a hop", name)
		case !forwards(n):
			c.fail(key, "make it a router: kind: router", "%s is a host and does not forward packets", name)
		}
	}
}

// forwards reports whether a node forwards packets: it is a router, or its sysctls
// make it one.
func forwards(n *Node) bool {
	if n == nil {
		return false
	}
	for key, value := range n.Sysctls {
		if value != "0" && (strings.HasSuffix(key, "forward") || strings.HasSuffix(key, "forwarding")) {
			return true
		}
	}
	return n.Kind == Router
}

// isOnly reports whether names has that node and no other.
func isOnly(names []string, node string) bool { return len(names) == 1 && names[0] == node }

// groupNames checks the groups of a node.
func (c *checker) groupNames(n *Node, path string) {
	for i, g := range n.Group {
		place := c.itemPath(path+".group", i)
		_, addrErr := netip.ParseAddr(g)
		fault := nodeFault(g)
		switch {
		case c.unread.has(place):
		case g == AllNodes || g == HostNode:
			c.fail(n.Pos, place, "", "%q is reserved and can't be a group's name", g)
		case fault != "":
			c.fail(n.Pos, place, "", "the group's name %q %s", g, fault)
		case addrErr == nil:
			c.fail(n.Pos, place, "", "the group's name %q is an address", g)
		case slices.Contains(n.Group[:i], g):
			c.fail(n.Pos, place, "", "node %s is in group %q twice", n.Name, g)
		case c.isNode(g):
			c.fail(n.Pos, place, "give the group another name", "%q is the name of a node already", g)
		}
	}
}
