package kernel

import (
	"cmp"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// vethInfoPeer is VETH_INFO_PEER (linux/veth.h).
const vethInfoPeer = 1

// vethKind is the row of veth pairs in linkKinds, which have an Op of their own. The
// peer is found when all namespaces are read.
var vethKind = linkKind{kind: alwaysKind(state.Veth{})}

// addVeth creates the pair through the socket of either end's namespace, each end
// in its own namespace. The kernel registers the peer first: in one namespace the
// second end gets the lower index, as with ip.
func (e *encoder) addVeth(op plan.AddVeth) error {
	here, there := op.Ends[0], op.Ends[1]
	if here.Link.Namespace != e.namespace {
		here, there = there, here
	}
	peerFd, err := e.fd(there.Link.Namespace)
	if err != nil {
		return err
	}
	marks, err := e.newMarks(op)
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWLINK, createNew, func() {
		e.newLink(here.Link.Link, cmp.Or(here.Index, marks.index(here.Link)), here.MAC, here.MTU)
		e.kindInfo(state.Veth{}.Kind(), func() {
			e.nest(vethInfoPeer, func() {
				e.newLink(there.Link.Link, cmp.Or(there.Index, marks.index(there.Link)), there.MAC, there.MTU)
				e.u32(unix.IFLA_NET_NS_FD, uint32(peerFd))
			})
		})
	})
	return e.mark(marks)
}
