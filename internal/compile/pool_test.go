package compile

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestPoolCut(t *testing.T) {
	tests := []struct {
		pool     string
		reserved []string
		bits     []int
		want     []string // "": full
	}{
		{"10.0.0.0/8", nil, []int{30, 16, 30, 16}, []string{"10.0.0.0/30", "10.1.0.0/16", "10.0.0.4/30", "10.2.0.0/16"}},
		{"10.0.0.0/8", []string{"10.0.0.0/24", "10.0.1.4/30"}, []int{30, 30, 16}, []string{"10.0.1.0/30", "10.0.1.8/30", "10.1.0.0/16"}},
		{"fd00::/48", []string{"fd00::1/64"}, []int{64, 64}, []string{"fd00:0:0:1::/64", "fd00:0:0:2::/64"}},
		{"10.0.0.0/30", nil, []int{30, 30, 30}, []string{"10.0.0.0/30", "", ""}},
		{"255.255.255.248/29", nil, []int{30, 30, 30}, []string{"255.255.255.248/30", "255.255.255.252/30", ""}},
		{"10.0.0.0/24", []string{"10.0.0.0/8"}, []int{30}, []string{""}},
		{"10.0.0.0/24", nil, []int{16}, []string{""}},
		{"fd00::/80", nil, []int{64}, []string{""}},
	}
	for _, tt := range tests {
		pl := newPool(netip.MustParsePrefix(tt.pool))
		for _, r := range tt.reserved {
			pl.reserve(netip.MustParsePrefix(r))
		}
		for i, bits := range tt.bits {
			got, ok := pl.cut(bits)
			if want := tt.want[i]; ok != (want != "") || ok && got.String() != want {
				t.Errorf("%s less %v: cut %d is %v, want %q", tt.pool, tt.reserved, i, got, want)
			}
		}
	}
}

// A subnet is the first that does not overlap earlier ones.
func TestPoolCutIsFirstFit(t *testing.T) {
	whole := netip.MustParsePrefix("255.255.255.0/24")
	rapid.Check(t, func(t *rapid.T) {
		pl := newPool(whole)
		var used []netip.Prefix
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			bits := rapid.IntRange(26, 32).Draw(t, "bits")
			if rapid.Bool().Draw(t, "reserve") {
				last := rapid.Byte().Draw(t, "last byte")
				p := netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, last}), bits)
				pl.reserve(p)
				used = append(used, p)
				continue
			}
			got, ok := pl.cut(bits)
			if want := firstFit(whole, used, bits); ok != want.IsValid() || got != want {
				t.Fatalf("/%d beside %v is %v, want %v", bits, used, got, want)
			}
			used = append(used, got)
		}
	})
}

func firstFit(whole netip.Prefix, used []netip.Prefix, bits int) netip.Prefix {
	for p := netip.PrefixFrom(whole.Addr(), bits); whole.Contains(p.Addr()); p = netip.PrefixFrom(lastAddr(p).Next(), bits) {
		free := true
		for _, u := range used {
			free = free && !u.Overlaps(p)
		}
		if free {
			return p
		}
	}
	return netip.Prefix{}
}
