package topo

import (
	"fmt"
	"slices"
)

// A Checked is a lab after its check: its wiring, its mistakes, or both. One check serves
// all that is made of a lab: package vethlab makes a Lab of it, see [ParseChecked]. The
// Topology must not be changed while its Checked is used; the check of a changed one is
// another.
type Checked struct {
	described *Topology // nil if the file could not be read
	named     *Topology // the lab under the name that it runs under
	wiring    *Wiring   // nil: there are mistakes that links or addresses may depend on
	errs      Errors    // in the order of the file
	faulty    map[string]bool

	groups map[string][]*Node
	file   string // of which data are the contents
	data   []byte
}

// Check checks the lab. [Topology.Validate] and [Topology.Wiring] do so too, and return a
// part of the result.
func (t *Topology) Check() *Checked { return newChecker(t).checked() }

// CheckAs checks the lab as one that runs under another name than its own. Its namespaces
// then have the default prefix of that name.
func (t *Topology) CheckAs(name string) *Checked {
	if name == t.Name {
		return t.Check()
	}
	named := *t
	named.Name, named.Prefix = name, nil
	c := named.Check()
	c.described = t
	return c
}

// checked checks the lab and returns the result.
func (c *checker) checked() *Checked {
	c.check()
	k := &Checked{described: c.t, named: c.t, errs: c.errs.sorted(), faulty: c.faulty, groups: c.groups}
	if c.apartErrs == len(c.errs) {
		k.wiring = c.wiring
	}
	return k
}

// Err returns all mistakes that the check found as [Errors], or nil.
func (c *Checked) Err() error { return c.Join(nil) }

// Topology returns the lab that was checked, which may have mistakes. It is nil if the file
// could not be read at all.
func (c *Checked) Topology() *Topology { return c.described }

// Named returns the lab with the name and the prefix that it runs under, see
// [Topology.CheckAs].
func (c *Checked) Named() *Topology { return c.named }

// Wiring returns the wiring. It is nil if the lab has mistakes, except for those that no
// link and no address depends on: in tests, routes, packet filters, groups and names. Then
// the wiring can be searched for more mistakes, which [Checked.Join] adds to those of
// [Checked.Err].
func (c *Checked) Wiring() *Wiring { return c.wiring }

// NodeKinds returns the kinds of the nodes by name, also of those that only links name. It
// is nil if Wiring is, or if c is nil.
func (c *Checked) NodeKinds() map[string]Kind {
	if c == nil || c.wiring == nil {
		return nil
	}
	kinds := make(map[string]Kind, len(c.wiring.Nodes))
	for _, n := range c.wiring.Nodes {
		kinds[n.Name] = n.Kind
	}
	return kinds
}

// Routes returns the routes of a node that have no mistakes.
func (c *Checked) Routes(n *Node) []Route {
	if len(c.errs) == 0 {
		return n.Routes
	}
	var routes []Route
	for i, r := range n.Routes {
		if !c.faulty[routePath(n, i)] {
			routes = append(routes, r)
		}
	}
	return routes
}

// Tests returns the tests that have no mistakes.
func (c *Checked) Tests() []Test {
	if len(c.errs) == 0 {
		return c.named.Tests
	}
	var tests []Test
	for i, t := range c.named.Tests {
		if !c.faulty[testPath(i)] {
			tests = append(tests, t)
		}
	}
	return tests
}

// Join returns the mistakes that the check found and others of the same lab as one error,
// which is [Errors] in the order of the file, or nil if there are none.
func (c *Checked) Join(others Errors) error {
	all := slices.Concat(c.errs, others)
	if c.data != nil && len(all) > 0 {
		all.AddSource(c.file, c.data)
	}
	return all.err()
}

// Renamed returns the same lab under another name, with the default prefix of that name.
func (c *Checked) Renamed(name string) *Checked {
	renamed := c.As(name)
	if renamed != c {
		renamed.described = renamed.named
	}
	return renamed
}

// As returns the same lab as one that runs under another name, as [Topology.CheckAs] does,
// without another check.
func (c *Checked) As(name string) *Checked {
	if c.described == nil || name == c.described.Name {
		return c
	}
	named, as := *c.described, *c
	named.Name, named.Prefix = name, nil
	as.named = &named
	if fault := nameFault(name); fault != "" {
		as.errs = append(slices.Clone(c.errs), labNameError(&named, fault))
	}
	return &as
}

func labNameError(t *Topology, fault string) *Error {
	return &Error{Pos: t.Pos, Msg: fmt.Sprintf("the lab's name %q %s", t.Name, fault)}
}

// CheckTests returns the mistakes of other tests for a lab that has no mistakes, as
// [Errors], or nil.
func (c *Checked) CheckTests(tests []Test) error {
	if c.wiring == nil {
		return c.Err()
	}
	t := *c.named
	t.Tests = tests
	k := newChecker(&t)
	k.wiring, k.groups = c.wiring, c.groups
	for i := range t.Nodes {
		k.nodes[t.Nodes[i].Name] = &t.Nodes[i]
	}
	for i := range tests {
		k.test(i)
	}
	return k.errs.err()
}

// apart calls f. The mistakes that it reports are such that no link and no address depends
// on them.
func (c *checker) apart(f func()) {
	before := len(c.errs)
	f()
	c.apartErrs += len(c.errs) - before
}

// part checks a route or test, which is faulty if it has a mistake.
func (c *checker) part(path string, check func()) {
	before := len(c.errs)
	check()
	if len(c.errs) > before || c.unread.partly(path) {
		c.faulty[path] = true
	}
}

// apart calls f. The mistakes that it reports are such that no link and no address depends
// on them.
func (d *decoder) apart(f func()) {
	before := len(d.errs)
	f()
	d.apartErrs += len(d.errs) - before
}
