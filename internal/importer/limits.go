package importer

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A TooLargeError is the error of a source with more than a lab file can have.
type TooLargeError struct {
	At    shell.Pos // Line 0: the whole source
	What  string    // such as nodes
	Limit string
}

func (e *TooLargeError) Error() string {
	place := e.At.File
	if e.At.Line > 0 {
		place = e.At.String()
	}
	return fmt.Sprintf("%s: too many %s for a lab file (the limit is %s)", place, e.What, e.Limit)
}

// maxCommands bounds the commands of a source with those that the settings of its nodes
// stand for: kinds and groups multiply them.
const maxCommands = 300_000

// countCommand counts a command. It reports false if the source has too many of them.
func (d *Draft) countCommand(at shell.Pos) bool {
	if d.runs++; d.runs > maxCommands {
		d.refuseSize(at, "commands", maxCommands)
	}
	if d.runs%1000 == 0 {
		d.countTotal(at)
	}
	return d.tooLarge == nil
}

// refuseSize records that the source has too much of something. From then on nothing of it
// is applied, and a script is followed no further.
func (d *Draft) refuseSize(at shell.Pos, what string, limit int) {
	if d.tooLarge == nil {
		d.tooLarge = &TooLargeError{at, what, fmt.Sprint(limit)}
		d.budget.Stop()
	}
}

// countAll checks the size of the State.
func (d *Draft) countAll(at shell.Pos) {
	if host := d.state.Namespace(state.Host); host != nil && len(host.Links) > 1 && len(d.state.Namespaces) > topo.MaxNodes {
		d.refuseSize(at, "nodes", topo.MaxNodes)
	}
	d.countNodes(at)
	for name := range d.state.Namespaces {
		d.countLinks(at, name)
	}
	d.countTotal(at)
	if host := d.state.Namespace(state.Host); host != nil && interfaces(host) > topo.MaxInterfaces {
		d.refuseSize(at, "interfaces of the host", topo.MaxInterfaces)
	}
}

// countTotal records that there are too many links in all, of which a link of a lab has two.
func (d *Draft) countTotal(at shell.Pos) {
	total := 0
	for _, ns := range d.state.Namespaces {
		total += len(ns.Links) - 1 // lo
	}
	if total > 2*topo.MaxLinks {
		d.refuseSize(at, "links", topo.MaxLinks)
	}
}

// countLinks records that a node has too many interfaces. Scripts make links in the host
// namespace that they then move: its links count at the end.
func (d *Draft) countLinks(at shell.Pos, namespace string) {
	ns := d.state.Namespace(namespace)
	if namespace == state.Host || ns == nil || len(ns.Links) <= topo.MaxInterfaces {
		return
	}
	if interfaces(ns) > topo.MaxInterfaces {
		d.refuseSize(at, "interfaces of node "+namespace, topo.MaxInterfaces)
	}
}

// interfaces returns the number of links of a namespace that a lab file lists: neither lo nor
// ports of bridges, which may be those of a switch.
func interfaces(ns *state.Namespace) int {
	n := -1
	for _, l := range ns.Links {
		if l.Master == "" {
			n++
		}
	}
	return n
}

// countNodes records that the source has too many nodes.
func (d *Draft) countNodes(at shell.Pos) {
	nodes := len(d.state.Namespaces)
	if d.state.Namespaces[state.Host] != nil {
		nodes-- // it is a node only if the lab has links there
	}
	if nodes > topo.MaxNodes {
		d.refuseSize(at, "nodes", topo.MaxNodes)
	}
}

// checkSize returns a [*TooLargeError] if the lab file would exceed a limit of lab files.
// from is the name of the source.
func (r *Result) checkSize(from string) error {
	at := shell.Pos{File: from}
	t := r.Topology
	switch {
	case len(t.Nodes) > topo.MaxNodes:
		return &TooLargeError{at, "nodes", fmt.Sprint(topo.MaxNodes)}
	case len(t.Links) > topo.MaxLinks:
		return &TooLargeError{at, "links", fmt.Sprint(topo.MaxLinks)}
	}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if len(n.Interfaces) > topo.MaxInterfaces {
			return &TooLargeError{at, "interfaces of node " + n.Name, fmt.Sprint(topo.MaxInterfaces)}
		}
		if len(n.Routes) > topo.MaxRoutes {
			return &TooLargeError{at, "routes of node " + n.Name, fmt.Sprint(topo.MaxRoutes)}
		}
	}
	if len(r.File()) > topo.MaxFile {
		return &TooLargeError{at, "bytes", "4 MiB"}
	}
	return nil
}

// flat returns an empty State without upper links, until an Op creates one. To search for them
// with each command would take time that is quadratic.
func flat() *state.State {
	s := state.New()
	s.Flat = true
	return s
}
