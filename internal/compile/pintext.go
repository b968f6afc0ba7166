package compile

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// FormatPins returns the lines of a file that write pins into it. Those of the host and
// those without addresses are left out, as a file cannot have them.
func FormatPins(pins []Pin) []string {
	t := &topo.Topology{}
	for _, p := range pins {
		if len(p.Addresses) == 0 || p.Node == topo.HostNode {
			continue
		}
		at := slices.IndexFunc(t.Nodes, func(n topo.Node) bool { return n.Name == p.Node })
		if at < 0 {
			at = len(t.Nodes)
			t.Nodes = append(t.Nodes, topo.Node{Name: p.Node})
		}
		t.Nodes[at].Interfaces = append(t.Nodes[at].Interfaces, topo.Interface{Name: p.Interface, Addresses: p.Addresses})
	}
	if len(t.Nodes) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(t.Format()), "\n"), "\n")
}
