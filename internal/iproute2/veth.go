package iproute2

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// hostFirst returns the ends with the one in the machine's own namespace, if
// there is one, in front: ip can name every other namespace but not this one.
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
	c = append(c, "type", state.Veth{}.Kind(), "peer", "name", there.name)
	return append(c, deviceGrammar.write(there)...)
}

func deviceOf(end plan.VethEnd) device {
	return device{name: end.Link.Link, index: end.Index, mac: end.MAC, mtu: end.MTU, netns: end.Link.Namespace}
}

// parseVeth reads the other end. Where its namespace is not said it is that of
// the command, even if this end has one of its own.
func parseVeth(w *words, here device) (plan.Op, error) {
	if !w.skip("peer") {
		return nil, w.unexpected("peer")
	}
	there := device{netns: w.namespace}
	if err := deviceGrammar.read(w, &there); err != nil {
		return nil, err
	}
	if there.name == "" {
		return nil, w.missing("the name of the other end")
	}
	return plan.AddVeth{Ends: hostFirst([2]plan.VethEnd{here.vethEnd(), there.vethEnd()})}, nil
}
