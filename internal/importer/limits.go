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
	if d.runs++; d.runs > maxCommands && d.tooLarge == nil {
		d.tooLarge = &TooLargeError{at, "commands", fmt.Sprint(maxCommands)}
	}
	return d.tooLarge == nil
}

// countNodes records that the source has too many nodes. From then on nothing of it is
// applied.
func (d *Draft) countNodes(at shell.Pos) {
	nodes := len(d.state.Namespaces)
	if d.state.Namespaces[state.Host] != nil {
		nodes-- // it is a node only if the lab has links there
	}
	if nodes > topo.MaxNodes && d.tooLarge == nil {
		d.tooLarge = &TooLargeError{at, "nodes", fmt.Sprint(topo.MaxNodes)}
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
