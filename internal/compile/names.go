package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/vethlab/vethlab/topo"
)

// nameInterfaces names the interfaces that the file leaves unnamed, and finds
// what the file says about each.
func (c *compiler) nameInterfaces() {
	for _, n := range c.nodes {
		if !n.isHostNode() {
			n.nameEach(ethNames())
		}
	}
	// Names in the machine's own namespace are made from those of the peers.
	if host := c.byName[topo.HostNode]; host != nil {
		host.nameEach(hostNames(c.topo.Name))
	}
	for _, n := range c.nodes {
		for _, i := range n.ifaces {
			i.decl = n.given[i.name]
			if i.decl == nil {
				i.decl = &topo.Interface{Name: i.name}
			}
		}
	}
}

// nameEach gives every unnamed interface the first name of propose that no
// other has. Names in links are taken beforehand, wherever they stand.
func (n *node) nameEach(propose func(i *iface, attempt int) string) {
	taken := make(map[string]bool, len(n.ifaces))
	for _, i := range n.ifaces {
		taken[i.name] = true
	}
	for _, i := range n.ifaces {
		for attempt := 0; i.name == ""; attempt++ {
			if name := propose(i, attempt); !taken[name] {
				i.name, taken[name] = name, true
			}
		}
	}
}

// ethNames proposes eth0, eth1 and so on, each once: those before are taken.
func ethNames() func(*iface, int) string {
	next := -1
	return func(*iface, int) string {
		next++
		return "eth" + strconv.Itoa(next)
	}
}

// hostNames proposes names for interfaces in the machine's own namespace, which
// all labs share: the names of lab and peer are in them, as a hash since the
// kernel holds 15 bytes.
func hostNames(lab string) func(*iface, int) string {
	return func(i *iface, attempt int) string {
		peer := i.peer()
		sum := digest(attempt, "host", lab, peer.node.name, peer.name)
		return "vl-" + hex.EncodeToString(sum[:4])
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
