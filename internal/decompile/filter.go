package decompile

import (
	"slices"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/state"
)

// filter takes out of the packet filter of a namespace what a file can't say,
// and returns the rest as a text.
func (w *writer) filter(ns *state.Namespace) string {
	at := state.Endpoint{Namespace: ns.Name}
	ns.Nftables = slices.DeleteFunc(slices.Clone(ns.Nftables), func(t nft.Table) bool {
		reason := ""
		switch what := t.NotKnown(); {
		case ns.Name == state.Host:
			reason = "it is the packet filter of the machine itself, which a lab does not change"
		case what != "":
			reason = "it has a part that is not understood here: " + what
		default:
			return false
		}
		w.lose(at, "nft table "+t.String(), reason)
		return true
	})
	return ns.Nftables.Stateless().String()
}
