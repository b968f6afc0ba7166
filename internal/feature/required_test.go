package feature

import (
	"errors"
	"slices"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A rule requires the features of its own statements only.
func TestRequired(t *testing.T) {
	rule := func(statements ...nft.Statement) plan.Op {
		return plan.Nft{Namespace: "a", Command: nft.Command{Rule: nft.Rule{Statements: statements}}}
	}
	for _, test := range []struct {
		name string
		op   plan.Op
		want []*Feature
	}{
		{"verdict", rule(nft.Verdict{Word: "drop"}), []*Feature{Nftables}},
		{"masquerade", rule(nft.NAT{Word: "masquerade"}), []*Feature{Nftables, NAT}},
		{"reject", rule(nft.Reject{}), []*Feature{Nftables, Reject}},
		{"ct state", rule(nft.Match{Key: "ct state"}, nft.Verdict{Word: "accept"}), []*Feature{Nftables, Conntrack}},
		{"veth", plan.AddVeth{}, []*Feature{Veth}},
		{"bridge", plan.AddLink{Kind: state.Bridge{}}, []*Feature{Bridge}},
		{"address", plan.AddAddress{}, nil},
	} {
		if got := Required(test.op); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %d features, want %d", test.name, len(got), len(test.want))
		}
	}
}

// Lacks is true where the kernel answers that it does not have something.
func TestLacks(t *testing.T) {
	for reason, want := range map[error]bool{
		syscall.EOPNOTSUPP: true, syscall.ENOENT: true, syscall.EPERM: false, syscall.ENOMEM: false, &untriedError{syscall.EOPNOTSUPP}: false,
	} {
		if got := Lacks(&Error{Name: "vxlan", Reason: reason}); got != want {
			t.Errorf("%v: got %v, want %v", reason, got, want)
		}
	}
	if Lacks(nil) || Lacks(errors.New("another")) {
		t.Error("true for no or another error")
	}
}
