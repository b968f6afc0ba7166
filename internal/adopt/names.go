package adopt

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// nameVeths gives the ends of a pair the names that the kernel would, where a
// command leaves them out: ip link add type veth.
func (d *Draft) nameVeths(where string, words []string) []string {
	kind := slices.Index(words, "veth")
	add := slices.IndexFunc(words, func(w string) bool { return w == "add" })
	if kind < 1 || words[kind-1] != "type" || add < 1 || add > kind || !strings.HasPrefix("link", words[add-1]) {
		return words
	}
	named := slices.Clone(words)
	if add+1 == kind-1 {
		named = slices.Insert(named, add+1, d.freeVeth(where))
		kind++
	}
	if len(named) == kind+1 {
		named = append(named, "peer", "name", d.freeVeth(where, named[add+1]))
	}
	return named
}

// freeVeth returns the first of veth0, veth1 … that no link has.
func (d *Draft) freeVeth(where string, besides ...string) string {
	for i := 0; ; i++ {
		name := "veth" + strconv.Itoa(i)
		if d.state.Link(state.Endpoint{Namespace: where, Link: name}) == nil && !slices.Contains(besides, name) {
			return name
		}
	}
}
