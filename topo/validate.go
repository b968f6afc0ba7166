package topo

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// Validate returns all mistakes of a lab as [Errors]. [Parse] calls it. If the lab is
// not from a file, each message begins with the path of the mistake, such as links[2].
func (t *Topology) Validate() error {
	return t.Check().Err()
}

// A checker validates a Topology.
type checker struct {
	t      *Topology
	places map[string]Pos        // of values, by path; nil if the lab is not from a file
	texts  map[string]*yaml.Node // that have positions in source, by path
	source *source
	errs   Errors

	apartErrs int             // the number of those that no link and no address depends on
	faulty    map[string]bool // paths of the routes and tests with mistakes

	unread *unread // of the file
	hints  int     // so far

	nodes  map[string]*Node // the listed ones
	wiring *Wiring
	macs   map[MAC]string   // node:interface
	layers map[layer]string // the path that names the lower one

	namedByLinks map[Endpoint]bool

	groups map[string][]*Node // their members
}

func newChecker(t *Topology) *checker {
	c := &checker{
		t:      t,
		nodes:  make(map[string]*Node),
		wiring: &Wiring{nodes: make(map[string]*WiredNode), named: make(map[Endpoint]*WiredInterface)},
		macs:   make(map[MAC]string),
		layers: make(map[layer]string),
		groups: make(map[string][]*Node),
		faulty: make(map[string]bool),
		unread: newUnread(),

		namedByLinks: make(map[Endpoint]bool),
	}
	for _, l := range t.Links {
		for _, e := range l.Endpoints {
			c.namedByLinks[Endpoint{Node: e.Node, Interface: e.Interface}] = true
		}
	}
	return c
}

func (c *checker) check() {
	c.lab()
	for i := range c.t.Nodes {
		c.node(&c.t.Nodes[i])
	}
	c.wire()
	for i := range c.t.Links {
		c.link(i)
	}
	for i := range c.t.Nodes {
		c.interfaces(&c.t.Nodes[i])
	}
	c.segments()
	c.typos()
	for i := range c.t.Nodes {
		c.linkSysctls(&c.t.Nodes[i])
	}
	c.apart(c.references)
}

// references checks what names nodes, interfaces and groups.
func (c *checker) references() {
	for i := range c.t.Nodes {
		n := &c.t.Nodes[i]
		c.routes(n)
		c.nftables(n, "nodes."+n.Name+".nftables")
		c.groupNames(n, "nodes."+n.Name)
	}
	for i := range c.t.Tests {
		c.part(testPath(i), func() { c.test(i) })
	}
}

// fail reports a mistake at the value of a path. If the path's position in the file is
// known, it replaces pos.
func (c *checker) fail(pos Pos, path, hint, format string, args ...any) {
	if exact, ok := c.places[path]; ok && path != "" {
		pos = exact
	}
	msg := fmt.Sprintf(format, args...)
	if !pos.IsValid() && path != "" {
		msg = path + ": " + msg
	}
	c.errs = append(c.errs, &Error{Pos: pos, Msg: msg, Hint: hint})
}
