package cli

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/words"
)

// maxMoves is how many interfaces are shown whose addresses move, and maxPins how many
// lines of a file would keep them.
const (
	maxMoves = 5
	maxPins  = 20
)

// reportMoves reports whose addresses a plan changes that the file leaves out, and what would
// keep them.
func (p *program) reportMoves(change *vethlab.Plan) {
	moves := change.Moves()
	if len(moves) == 0 {
		return
	}
	var list []string
	var pins []compile.Pin
	for _, m := range moves {
		if !m.Taken {
			pins = append(pins, compile.Pin{Node: m.Node, Interface: m.Interface, Addresses: m.Was})
		}
		list = append(list, fmt.Sprintf("%s:%s from %s to %s", m.Node, m.Interface, prefixes(m.Was), prefixes(m.Now)))
	}
	p.out.notice("this edit moves addresses that the file leaves out: %s", words.List(list, maxMoves))
	lines := compile.FormatPins(pins)
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
