package state

import (
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// A Mark says whose a namespace or a link is. It is kept in the kernel, as the
// alias of the namespace's lo or of a link in the host namespace, so
// every later process finds it. What carries no mark is never changed.
type Mark struct {
	Lab  string `json:"lab,omitempty"`
	Node string `json:"node,omitempty"`
}

const markScheme = "vethlab:"

// MaxMark is the longest mark the kernel holds, in bytes (IFALIASZ - 1).
const MaxMark = 255

// Protocol is the protocol number of a lab's routes (rtm_protocol) and permanent neighbour
// entries (NDA_PROTOCOL) in the host namespace: there others may have some too through the
// links of the lab, which are not changed. Administrators and daemons are free to use any
// number from RTPROT_STATIC (4) on; 169 is unassigned in linux/rtnetlink.h and in
// rt_protos of iproute2.
const Protocol = 169

// ParseMark reads a link alias. ok is false if vethlab did not write it. Every user with
// rights in a namespace can write any alias there, so lab and node must be names that
// [topo.CheckName] accepts: only these reach a listing or a file.
func ParseMark(alias string) (Mark, bool) {
	rest, ok := strings.CutPrefix(alias, markScheme)
	if !ok {
		return Mark{}, false
	}
	lab, node, _ := strings.Cut(rest, "/")
	if topo.CheckName(lab) != nil || topo.CheckName(node) != nil || node == topo.AllNodes {
		return Mark{}, false
	}
	return Mark{Lab: lab, Node: node}, true
}

// ParseNamespaceMark reads the alias of the lo of a namespace, which can't be the node
// [topo.HostNode]: the host namespace has marks on links only.
func ParseNamespaceMark(alias string) (Mark, bool) {
	m, ok := ParseMark(alias)
	if !ok || m.Node == topo.HostNode {
		return Mark{}, false
	}
	return m, true
}

// IsZero reports whether m marks nothing.
func (m Mark) IsZero() bool { return m == Mark{} }

// String returns the mark as it stands in an alias: "vethlab:lab/node".
func (m Mark) String() string {
	if m.IsZero() {
		return ""
	}
	return markScheme + m.Lab + "/" + m.Node
}
