package draw

import (
	"fmt"
	"strings"
)

// cleanLines makes lines of texts, each one line whatever is in it.
func cleanLines(lines []string) string {
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// about says what a pointer tells of a box, beyond what is written in it.
func about(b *Box) string {
	var lines []string
	if b.Kind != "" {
		lines = append(lines, string(b.Kind)+" "+b.Name)
	}
	return cleanLines(append(lines, b.Details...))
}

// plainMTU is that of Ethernet, in bytes, of which nobody has to be told.
const plainMTU = 1500

// aboutPort says what a pointer tells of a port.
func aboutPort(p *PlacedPort) string {
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
	if p.Kind != "" && p.Kind != "veth" {
		lines = append(lines, p.Kind)
	}
	if p.MAC != "" {
		lines = append(lines, p.MAC)
	}
	if p.MTU > 0 && p.MTU != plainMTU {
		lines = append(lines, fmt.Sprintf("MTU %d", p.MTU))
	}
	return cleanLines(lines)
}
