package topo

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// node checks a node without its interfaces and routes.
func (c *checker) node(n *Node) {
	path := "nodes." + n.Name
	fault := nodeFault(n.Name)
	if n.Name == HostNode {
		c.hostNode(n, path)
	}
	switch {
	case n.Name == AllNodes:
		c.fail(n.Pos, path, "", "%q stands for all nodes and can't be a node's name", n.Name)
	case fault != "":
		c.fail(n.Pos, path, "", "the node's name %q %s", n.Name, fault)
	case len(c.t.NamespacePrefix()+n.Name) > maxNamespace:
		c.fail(n.Pos, path, "use a shorter prefix", "the namespace's name %q has more than %d bytes",
			c.t.NamespacePrefix()+n.Name, maxNamespace)
	case c.nodes[n.Name] != nil:
		c.fail(n.Pos, path, "", "two nodes have the name %q", n.Name)
	}
	c.nodes[n.Name] = n
	for _, g := range n.Group {
		c.groups[g] = append(c.groups[g], n)
	}
	c.kind(n, path)
	c.sysctls(n, path)
	c.subnets(n.Subnet, n.Pos, path+".subnet")
}

// hostNode checks the node of the host namespace: a lab may add interfaces and routes
// there, but not change other settings.
func (c *checker) hostNode(n *Node, path string) {
	if n.Kind != "" && n.Kind != Host {
		c.fail(n.Pos, path+".kind", "leave it out", "%q is the host namespace and can't be a %s", n.Name, n.Kind)
	}
	if len(n.Sysctls) > 0 {
		c.fail(n.Pos, path+".sysctls", "set them by hand", "%q is the host namespace: a lab can't change its sysctls", n.Name)
	}
	if n.Nftables != "" {
		c.fail(n.Pos, path+".nftables", "put a router between the lab and the host namespace, and filter there",
			"%q is the host namespace: a lab can't change its packet filter", n.Name)
	}
}

func (c *checker) kind(n *Node, path string) {
	kinds := []string{string(Host), string(Router), string(Switch)}
	if n.Kind != "" && !slices.Contains(kinds, string(n.Kind)) {
		c.fail(n.Pos, path+".kind", oneOf(string(n.Kind), kinds), "unknown kind of node %q", n.Kind)
		meant := similar(string(n.Kind), kinds)
		if meant == "" {
			c.unread.add(path + ".kind")
		}
		if c.places != nil { // Parse discards a lab with a mistake
			n.Kind = Kind(meant)
		}
	}
	if len(n.Subnet) > 0 && n.Kind != Switch && !c.unread.has(path, path+".kind") {
		c.fail(n.Pos, path+".subnet", "write the subnet at the link, or kind: switch",
			"node %s is not a switch and can't have a subnet", n.Name)
	}
}

func (c *checker) sysctls(n *Node, path string) {
	for _, key := range slices.Sorted(maps.Keys(n.Sysctls)) {
		c.apartFromIPv6(key, func() { c.sysctl(n, key, path+".sysctls."+key) })
	}
}

// apartFromIPv6 calls f, which checks a sysctl. Those of IPv6 decide which interfaces get
// IPv6 addresses.
func (c *checker) apartFromIPv6(sysctl string, f func()) {
	if strings.HasPrefix(sysctl, "net.ipv6.") {
		f()
	} else {
		c.apart(f)
	}
}

func (c *checker) sysctl(n *Node, key, place string) {
	value, hint := n.Sysctls[key], ""
	if strings.Contains(key, "/") {
		hint = "keys are written with dots, as in net.ipv4.ip_forward"
	}
	switch {
	case !strings.HasPrefix(key, "net."):
		c.fail(n.Pos, place, hint, "sysctl %q is not of the network (want a key that begins with net.)", key)
	case strings.Contains(key, "..") || strings.HasSuffix(key, ".") || strings.ContainsFunc(key, notInSysctl) && !linkSysctl.MatchString(key):
		c.fail(n.Pos, place, hint, "%q is not the key of a sysctl", key)
	case !isSysctlValue(value):
		c.fail(n.Pos, place, "", "sysctl %s: %q is not a value", key, value)
	}
}

func isSysctlValue(s string) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, notInValue)
}

// linkSysctl matches sysctls of a link. In the link's name a slash stands for a dot.
// sysctl(8) takes = for the end of a key, and *, ? and [ for patterns.
var linkSysctl = regexp.MustCompile(`^net\.[a-z0-9]+\.(?:conf|neigh)\.([^.:=*?[\s[:cntrl:]]+)\.[a-z0-9_]+$`)

// linkSysctls checks that the links in a node's sysctls exist.
func (c *checker) linkSysctls(n *Node) {
	for _, key := range slices.Sorted(maps.Keys(n.Sysctls)) {
		m := linkSysctl.FindStringSubmatch(key)
		if m == nil || slices.Contains([]string{"all", "default", Loopback}, m[1]) {
			continue
		}
		link := strings.ReplaceAll(m[1], "/", ".")
		if hint, missing := c.missing(n.Name, link); missing {
			c.apartFromIPv6(key, func() {
				c.fail(n.Pos, "nodes."+n.Name+".sysctls."+key, hint,
					"sysctl %s: no link uses interface %s of node %s", key, link, n.Name)
			})
		}
	}
}

func notInSysctl(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
}

func notInValue(r rune) bool {
	return r != '\t' && unicode.IsControl(r) || r == unicode.ReplacementChar
}
