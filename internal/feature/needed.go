package feature

import (
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
)

// neededBy has one row per type of Op that needs features beside those that every
// lab needs. Links need the feature that is called as their kind.
var neededBy = plan.NewTable(
	plan.RowOf[plan.SetSysctl]([]*Feature{Sysctls}),
	plan.RowOf[plan.Nft]([]*Feature{Nftables, NAT, Reject, Conntrack}),
)

// NeededBy returns the features whose lack may be the reason why an Op fails.
func NeededBy(op plan.Op) []*Feature {
	if kind := plan.KindOf(op); kind != "" {
		all := links()
		if i := slices.IndexFunc(all, func(f *Feature) bool { return f.Name == kind }); i >= 0 {
			return all[i : i+1]
		}
	}
	return neededBy.For(op)
}
