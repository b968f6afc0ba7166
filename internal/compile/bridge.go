package compile

import (
	"time"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// plugIn finds the ports of all bridges: of a switch all other interfaces, else
// those that the bridge names.
func (c *compiler) plugIn() {
	for _, n := range c.nodes {
		byName := make(map[string]*iface, len(n.ifaces))
		for _, i := range n.ifaces {
			byName[i.name] = i
			if n.kind == topo.Switch && i.link != nil {
				i.bridge = n.ifaces[0]
			}
		}
		for _, bridge := range n.ifaces {
			for _, port := range bridge.decl.Bridge {
				byName[port].bridge = bridge
			}
		}
	}
}

// forwardDelay is what the kernel gives a new bridge, in hundredths of a second.
const forwardDelay = 1500

// stateBridge returns the settings of a bridge. Without a spanning tree there is
// nothing to wait for.
func stateBridge(decl *topo.Interface) state.Bridge {
	switch {
	case !decl.STP:
		return state.Bridge{}
	case decl.ForwardDelay == 0:
		return state.Bridge{STP: true, ForwardDelay: forwardDelay}
	}
	return state.Bridge{STP: true, ForwardDelay: int(time.Duration(decl.ForwardDelay) / (10 * time.Millisecond))}
}
