// Package compile turns the wiring of a lab into the State wanted in the kernel: it adds
// the addresses, MACs and routes that the file leaves out.
//
// The same file gives the same State, byte for byte, on every machine. Names,
// addresses and MACs are assigned in the order of the file, so appended nodes, links or
// tests do not change earlier ones, with two exceptions: values written in the file are
// reserved before any is assigned, and routes depend on the whole lab.
//
// The package is pure. There is one file per noun.
package compile

import (
	"fmt"

	"github.com/vethlab/vethlab/topo"
)

// Compile fills in what t leaves out.
//
// It fails, with [topo.Errors] that name all places at once, where t is not
// valid ([topo.Topology.Validate]) and where there is nothing to fill in with: a
// pool or subnet that is full, a route whose gateway is not in a subnet of its
// node.
func Compile(t *topo.Topology) (*Lab, error) { return CompileAs(t.Name, t) }

// CompileAs is [Compile] for a lab that runs under another name than that of its
// description, beside others of the same description. Names that are unique on the
// machine (namespaces, marks, links in the host namespace) derive from that name; all
// others inside the lab stay the same, MACs too.
func CompileAs(name string, t *topo.Topology) (*Lab, error) {
	named := t
	if name != t.Name {
		other := *t
		other.Name, other.Prefix = name, nil
		named = &other
	}
	wiring, err := named.Wiring()
	if err != nil {
		return nil, err
	}
	c := &compiler{topo: named, macSeed: t.Name, wiring: wiring}
	c.nameHostEnds()
	c.start()
	c.setMACs()
	c.setMTUs()
	c.cutSubnets()
	c.setAddresses()
	c.setRoutes()
	lab := c.lab()
	lab.Topology = t
	lab.pins = c.pinsOf()
	lab.TestNodes = c.testNodes()
	lab.Tests = c.tests(lab.TestNodes)
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return lab, nil
}

// compiler holds a lab while it is filled in.
type compiler struct {
	topo     *topo.Topology
	macSeed  string // the lab's name in its description
	wiring   *topo.Wiring
	nodes    []*node
	ifaces   map[*topo.WiredInterface]*iface
	segments []*segment
	networks [2]*network // of IPv4, of IPv6
	errs     topo.Errors
}

// fail notes an error and, in hint, what to do about it.
func (c *compiler) fail(pos topo.Pos, hint, format string, args ...any) {
	c.errs = append(c.errs, &topo.Error{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint})
}
