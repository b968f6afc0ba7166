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

// Compile checks a lab and fills in what it leaves out.
//
// The error is [topo.Errors]. It has the mistakes of the check ([topo.Topology.Validate])
// and those that only the compiler can find: a pool or subnet that is full, a route whose
// gateway is not in an automatic subnet of its node. The latter are reported beside the
// former unless links or addresses may depend on these.
func Compile(t *topo.Topology) (*Lab, error) { return CompileChecked(t.Check()) }

// CompileChecked is [Compile] for a lab that is checked already. It does not change the
// wiring, which other labs may be compiled from.
func CompileChecked(checked *topo.Checked) (*Lab, error) {
	if checked.Wiring() == nil {
		return nil, checked.Err()
	}
	c := &compiler{checked: checked, topo: checked.Named(), wiring: checked.Wiring()}
	c.start()
	c.nameHostEnds()
	c.setMACs()
	c.setMTUs()
	c.cutSubnets()
	c.setAddresses()
	c.setRoutes()
	lab := c.lab()
	lab.Checked, lab.Topology = checked, checked.Topology()
	lab.pins = c.pinsOf()
	lab.TestNodes = c.testNodes()
	lab.Tests = c.tests(lab.TestNodes)
	if err := checked.Join(c.errs); err != nil {
		return nil, err
	}
	return lab, nil
}

// compiler holds a lab while it is filled in.
type compiler struct {
	checked  *topo.Checked
	topo     *topo.Topology // with the name that the lab runs under
	wiring   *topo.Wiring   // of checked; shared, so it must not be changed
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
