package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/vethlab/vethlab/topo"
)

// nameHostEnds names the interfaces in the host namespace that the file leaves
// unnamed. All labs share it: the names of lab and peer are in them, as a hash
// since the kernel holds 15 bytes.
func (c *compiler) nameHostEnds() {
	wired := c.wiring.Node(topo.HostNode)
	if wired == nil {
		return
	}
	host := c.nodes[wired.Number]
	taken := make(map[string]bool)
	for _, i := range host.ifaces {
		taken[i.Name] = true
	}
	for _, i := range host.ifaces {
		for attempt := 0; i.Name == ""; attempt++ {
			peer := i.Peer() // in a namespace of the lab, so it has a name
			sum := digest(attempt, "host", c.topo.Name, peer.Node.Name, peer.Name)
			if name := "vl-" + hex.EncodeToString(sum[:4]); !taken[name] {
				i.Name, taken[name] = name, true
			}
		}
	}
}

// digest hashes words; attempt leads to a different hash where one is taken.
func digest(attempt int, words ...string) [sha256.Size]byte {
	buf := make([]byte, 0, 128)
	for _, w := range words {
		buf = append(append(buf, w...), 0)
	}
	return sha256.Sum256(strconv.AppendInt(buf, int64(attempt), 10))
}
