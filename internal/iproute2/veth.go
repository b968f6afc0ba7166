package iproute2

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// vethKind is the row of linkKinds for veth pairs, which have their own Op.
var vethKind = linkKind{add: parseVeth}

// hostFirst returns the ends with one in the host namespace first: ip can name every
// other namespace, but not that.
func hostFirst(ends [2]plan.VethEnd) [2]plan.VethEnd {
	if ends[1].Link.Namespace == state.Host && ends[0].Link.Namespace != state.Host {
		ends[0], ends[1] = ends[1], ends[0]
	}
	return ends
}

func printVeth(op plan.AddVeth) []string {
	ends := hostFirst(op.Ends)
	here, there := deviceOf(ends[0]), deviceOf(ends[1])
	namespace := here.netns
	if there.netns == namespace {
		there.netns = ""
	}
	here.netns = ""
	c := append(ip(namespace, "link", "add"), here.words()...)
	c = append(c, "type", state.Veth{}.Kind())
	peer := deviceGrammar.write(there)
	if there.name != "" {
		peer = append([]string{"name", there.name}, peer...)
	}
	if len(peer) == 0 {
		return c
	}
	return append(append(c, "peer"), peer...)
}

func deviceOf(end plan.VethEnd) device {
	return device{name: end.Link.Link, index: end.Index, mac: end.MAC, mtu: end.MTU, netns: end.Link.Namespace}
}

// parseVeth parses the peer. Without netns the peer is in the namespace of the command,
// even if the first end has a netns. The kernel names an end without a name.
func parseVeth(w *words, here device) (plan.Op, error) {
	there := device{netns: w.namespace}
	if err := here.noLower(w, state.Veth{}.Kind()); err != nil {
		return nil, err
	}
	if w.Skip("peer") {
		if err := deviceGrammar.read(w, &there); err != nil {
			return nil, err
		}
		if err := there.noLower(w, state.Veth{}.Kind()); err != nil {
			return nil, err
		}
		if there.after != (plan.SetLink{}) {
			return nil, fmt.Errorf("up, down and master are supported for the first end only: %w", &UnsupportedError{"set the peer by a command of its own"})
		}
	}
	return plan.AddVeth{Ends: hostFirst([2]plan.VethEnd{here.vethEnd(), there.vethEnd()})}, nil
}
