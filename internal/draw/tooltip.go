package draw

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// cleanLines joins texts with newlines, after escaping newlines in each.
func cleanLines(lines []string) string {
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// tooltip returns the tooltip of a box: kind, name and details.
func tooltip(b *Box) string {
	var lines []string
	if b.Kind != "" {
		lines = append(lines, string(b.Kind)+" "+b.Name)
	}
	return cleanLines(append(lines, b.Details...))
}

// portTooltip returns the tooltip of a port.
func portTooltip(p *PlacedPort) string {
	lines := []string{p.Name}
	switch {
	case !p.Up:
		lines[0] += " is down"
	case !p.Carrier:
		lines[0] += " has no carrier"
	}
	if len(p.label) == 0 {
		lines = append(lines, p.Addresses...)
	}
	if _, paired := state.KindNamed(p.Kind).PeerEnd(); p.Kind != "" && !paired { // a pair is drawn as a cable
		lines = append(lines, p.Kind)
	}
	if p.MAC != "" {
		lines = append(lines, p.MAC)
	}
	if p.MTU > 0 && p.MTU != state.DefaultMTU {
		lines = append(lines, fmt.Sprintf("MTU %d", p.MTU))
	}
	return cleanLines(lines)
}
