package feature

import (
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
)

// neededBy has one row per type of Op that needs more features than every lab does.
// A link needs the feature with the name of its kind.
var neededBy = plan.NewTable(
	plan.RowOf[plan.SetSysctl]([]*Feature{Sysctls}),
	plan.RowOf[plan.Nft]([]*Feature{Nftables, NAT, Reject, Conntrack}),
)

// NeededBy returns the features without which an Op fails.
func NeededBy(op plan.Op) []*Feature {
	if kind := op.Traits().Kind; kind != "" {
		all := links()
		if i := slices.IndexFunc(all, func(f *Feature) bool { return f.Name == kind }); i >= 0 {
			return all[i : i+1]
		}
	}
	return neededBy.For(op)
}
