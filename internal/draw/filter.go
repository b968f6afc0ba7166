package draw

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
)

// maxNAT is the largest number of different translations in the notes of a box.
const maxNAT = 3

// filterNotes summarizes a packet filter: each NAT, and the hooks of chains whose
// policy is drop.
func filterNotes(rs nft.Ruleset) []string {
	var translations, drops []string
	for _, t := range rs {
		for _, c := range t.Chains {
			for _, r := range c.Rules {
				translations = append(translations, translationsOf(r)...)
			}
			if c.Base != nil && c.Base.Type == "filter" && c.Base.Policy == "drop" && !slices.Contains(drops, c.Base.Hook) {
				drops = append(drops, c.Base.Hook)
			}
		}
	}
	slices.Sort(translations)
	notes := slices.Compact(translations)
	if len(notes) > maxNAT {
		notes = append(notes[:maxNAT:maxNAT], "… and more of NAT")
	}
	if len(drops) > 0 {
		slices.Sort(drops)
		notes = append(notes, "firewall: "+strings.Join(drops, ", "))
	}
	return notes
}

func translationsOf(r nft.Rule) []string {
	var list []string
	for _, s := range r.Statements {
		if n, ok := s.(nft.NAT); ok {
			list = append(list, "NAT: "+n.String())
		}
	}
	return list
}
