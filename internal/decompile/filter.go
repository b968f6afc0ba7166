package decompile

import (
	"slices"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// filter removes from the State the tables that a lab file cannot express, and returns
// the others as text.
func (w *writer) filter(ns *state.Namespace) string {
	at := state.Endpoint{Namespace: ns.Name}
	ns.Nftables = slices.DeleteFunc(slices.Clone(ns.Nftables), func(t nft.Table) bool {
		reason := ""
		switch what := t.Unsupported(); {
		case ns.Name == state.Host:
			reason = "a lab does not change the packet filter of the host namespace"
		case what != "":
			reason = "it has an unsupported part: " + what
		default:
			return false
		}
		w.lose(at, "nft table "+t.String(), reason)
		return true
	})
	return ns.Nftables.Stateless().String()
}
