package feature

import (
	"errors"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
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

// Required returns the features without which the kernel can't carry out an Op: as
// NeededBy, but of a packet filter only those that the rule itself uses.
func Required(op plan.Op) []*Feature {
	command := op.Traits().Nft
	if command == nil {
		return NeededBy(op)
	}
	needed := []*Feature{Nftables}
	for _, s := range command.Rule.Statements {
		switch s := s.(type) {
		case nft.NAT:
			needed = append(needed, NAT)
		case nft.Reject:
			needed = append(needed, Reject)
		case nft.Match:
			if strings.HasPrefix(s.Key, "ct ") {
				needed = append(needed, Conntrack)
			}
		}
	}
	return needed
}

// Lacking returns those of some features that the kernel lacks, see [Lacks]. It tries them
// concurrently, without a namespace of their own where that is possible.
func Lacking(features []*Feature) []*Feature {
	features = slices.DeleteFunc(slices.Clone(features), func(f *Feature) bool { return f.has != nil && f.has() })
	Try(features...)
	return slices.DeleteFunc(features, func(f *Feature) bool { return !Lacks(f.Err()) })
}

// Lacks reports whether a feature is missing in the kernel, and not for lack of permission
// or memory, or because it could not be tried.
func Lacks(err error) bool {
	lack := (*Error)(nil)
	return errors.As(err, &lack) && !Untried(err) && notSupported(lack.Reason)
}
