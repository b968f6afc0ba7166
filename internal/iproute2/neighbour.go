package iproute2

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// neighbour holds the arguments of an ip neighbour command.
type neighbour struct {
	state.Neighbour
	state    string // of the entry (NUD); "": not given
	protocol uint8  // 0: not given, or another than those that an Op holds
}

// neighbourGrammar has no keyword for the address, which may come anywhere.
var neighbourGrammar = grammar[neighbour]{
	options: []option[neighbour]{
		mac(func(n *neighbour) *topo.MAC { return &n.MAC }, "lladdr"),
		text("the name of a link", func(n *neighbour) *string { return &n.Dev }, "dev"),
		text("the state of an entry", func(n *neighbour) *string { return &n.state }, "nud", "state"),
		{
			words: []string{"to"},
			read:  func(w *words, n *neighbour) error { return n.readAddress(w) },
		},
		protocol(func(n *neighbour) *uint8 { return &n.protocol }, "protocol"),
		refused[neighbour]("proxy", "a proxy entry is not supported"),
		refused[neighbour]("router", "an entry with flags is not supported"),
		refused[neighbour]("use", "an entry with flags is not supported"),
		refused[neighbour]("managed", "an entry with flags is not supported"),
		refused[neighbour]("extern_learn", "an entry with flags is not supported"),
	},
	bare: func(w *words, n *neighbour) (bool, error) {
		if n.Address.IsValid() {
			return false, nil
		}
		return true, n.readAddress(w)
	},
}

func (n *neighbour) readAddress(w *words) (err error) {
	n.Address, err = w.Addr()
	return err
}

func printAddNeighbour(op plan.AddNeighbour) []string {
	return printNeighbour(choose(op.Replace, "replace", "add"), op.Namespace, neighbour{Neighbour: op.Neighbour, protocol: op.Protocol})
}

func printDelNeighbour(op plan.DelNeighbour) []string {
	return printNeighbour("del", op.Namespace, neighbour{Neighbour: state.Neighbour{Address: op.Key.Address, Dev: op.Key.Dev}})
}

func printNeighbour(verb, namespace string, n neighbour) []string {
	return append(ip(namespace, "neigh", verb, n.Address.String()), neighbourGrammar.write(n)...)
}

func parseNeighbour(w *words) (plan.Plan, error) {
	verb, err := w.Verb(
		verb{"add", "a"}, verb{"change", "c"}, verb{"chg", "chg"}, verb{"replace", "r"}, verb{"delete", "d"}, verb{"flush", "f"})
	switch {
	case err != nil:
		return nil, err
	case verb == "flush":
		w.Next()
		return nil, w.unsupported("ip neigh flush is not supported: delete the entries one by one")
	}
	var n neighbour
	if err := neighbourGrammar.read(w, &n); err != nil {
		return nil, err
	}
	switch {
	case n.Address == (netip.Addr{}):
		return nil, w.Missing("an address")
	case n.Dev == "":
		return nil, w.Missing("dev LINK")
	case verb == "delete":
		return plan.Plan{plan.DelNeighbour{Namespace: w.namespace, Key: n.Key()}}, nil
	case n.MAC.IsZero():
		return nil, w.Missing("lladdr MAC")
	case n.state != "" && n.state != "permanent":
		return nil, &UnsupportedError{"only permanent entries are supported"}
	}
	return plan.Plan{plan.AddNeighbour{Namespace: w.namespace, Neighbour: n.Neighbour, Replace: verb != "add", Protocol: n.protocol}}, nil
}
