package compile

import "github.com/vethlab/vethlab/topo"

// setMACs gives each interface that can have one the MAC that the file says, or one
// derived from the names of lab, node and interface.
func (c *compiler) setMACs() {
	taken := make(map[topo.MAC]bool, 2*len(c.wiring.Links))
	for _, n := range c.nodes {
		for _, i := range n.ifaces {
			i.mac = i.Decl.MAC
			taken[i.mac] = true
		}
	}
	for _, n := range c.nodes {
		for _, i := range n.ifaces {
			if !i.HasMAC() {
				continue
			}
			for attempt := 0; i.mac.IsZero(); attempt++ {
				if mac := deriveMAC(attempt, c.checked.Topology().Name, i); !taken[mac] {
					i.mac, taken[mac] = mac, true
				}
			}
		}
	}
}

// deriveMAC returns a locally administered unicast address (02:…), which no hardware has.
func deriveMAC(attempt int, lab string, i *iface) topo.MAC {
	sum := digest(attempt, "mac", lab, i.node.Name, i.Name)
	return topo.MAC{0x02, sum[0], sum[1], sum[2], sum[3], sum[4]}
}
