package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// maxMoves is how many interfaces are shown whose addresses move, and maxPins how many
// lines of a file would keep them.
const (
	maxMoves = 5
	maxPins  = 20
)

// sayMoves says whose addresses a plan changes that the file leaves out, and what would
// keep them.
func (p *program) sayMoves(change *vethlab.Plan) {
	moves := change.Moves()
	if len(moves) == 0 {
		return
	}
	var list []string
	for _, m := range moves {
		list = append(list, fmt.Sprintf("%s:%s from %s to %s", m.Node, m.Interface, prefixes(m.Was), prefixes(m.Now)))
	}
	p.out.notice("this edit moves addresses that the file leaves out: %s", words.List(list, maxMoves))
	lines := pinLines(moves)
	if len(lines) == 0 {
		return
	}
	p.out.hint("to keep them, write them into the file, as vethlab fmt --pin does before up:")
	for _, line := range lines[:min(len(lines), maxPins)] {
		p.out.hint("  %s", line)
	}
	if more := len(lines) - maxPins; more > 0 {
		p.out.hint("  … and %d more", more)
	}
}

func prefixes(list []netip.Prefix) string {
	if len(list) == 0 {
		return "none"
	}
	var texts []string
	for _, p := range list {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, " ")
}

// pinLines returns the lines of a file that keep the old addresses.
func pinLines(moves []vethlab.Move) []string {
	t := &topo.Topology{}
	for _, m := range moves {
		if m.Taken || len(m.Was) == 0 || m.Node == topo.HostNode {
			continue
		}
		at := slices.IndexFunc(t.Nodes, func(n topo.Node) bool { return n.Name == m.Node })
		if at < 0 {
			at = len(t.Nodes)
			t.Nodes = append(t.Nodes, topo.Node{Name: m.Node})
		}
		t.Nodes[at].Interfaces = append(t.Nodes[at].Interfaces, topo.Interface{Name: m.Interface, Addresses: m.Was})
	}
	if len(t.Nodes) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(t.Format()), "\n"), "\n")
}
