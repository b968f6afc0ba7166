package topo

import "fmt"

// Validate reports everything about a lab that cannot be meant, as [Errors].
// [Parse] has done it already. Where a mistake is in no file, its message
// begins with the path to it, such as links[2].
func (t *Topology) Validate() error {
	return newChecker(t).check().err()
}

// A checker looks for mistakes of meaning.
type checker struct {
	t      *Topology
	places map[string]Pos // of values, by path; nil if the lab is from no file
	blocks map[string]block
	errs   Errors

	// partial: some of the file could not be read. What is missing, or does
	// not fit together, may be there then.
	partial bool

	unread map[int]bool // tests of which the same is true; what they name is known

	nodes  map[string]*Node // the declared ones
	wiring *Wiring
	macs   map[MAC]string // whose they are

	namedByLinks map[Endpoint]bool

	groups map[string][]*Node // their members
}

func newChecker(t *Topology) *checker {
	c := &checker{
		t:      t,
		nodes:  make(map[string]*Node),
		wiring: &Wiring{nodes: make(map[string]*WiredNode), named: make(map[Endpoint]*WiredInterface)},
		macs:   make(map[MAC]string),
		groups: make(map[string][]*Node),

		namedByLinks: make(map[Endpoint]bool),
	}
	for _, l := range t.Links {
		for _, e := range l.Endpoints {
			c.namedByLinks[Endpoint{Node: e.Node, Interface: e.Interface}] = true
		}
	}
	return c
}

func (c *checker) check() Errors {
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
	if !c.partial {
		c.segments()
		c.references()
	}
	return c.errs
}

// references checks what names other parts of the lab.
func (c *checker) references() {
	c.typos()
	for i := range c.t.Nodes {
		n := &c.t.Nodes[i]
		c.routes(n)
		c.linkSysctls(n)
		c.groupNames(n, "nodes."+n.Name)
	}
	for i := range c.t.Tests {
		c.test(i)
	}
}

// fail notes a mistake at the value of that path. Of pos and the place of the
// path in the file the latter is the more exact, where it is known.
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
