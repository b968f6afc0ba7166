package nft_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/nft"
)

// TestPrograms compares the compiled rules and sets of the corpus with a golden file.
// It finds numbers that are wrong in both Compile and Decompile.
func TestPrograms(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the golden file is for little-endian machines")
	}
	_, listings := readCorpus(t)
	var b strings.Builder
	for _, source := range slices.Sorted(maps.Keys(listings)) {
		for _, table := range parse(t, source) {
			for _, s := range table.Sets {
				inner, err := s.Inner()
				if err != nil {
					t.Fatalf("%s: %v", source, err)
				}
				fmt.Fprintf(&b, "%s set %s %q\n\t%+v\n", table.Family, s.Type, s.Elements, *inner)
			}
			for _, c := range table.Chains {
				for _, r := range c.Rules {
					fmt.Fprintf(&b, "%s %s\n%s", table.Family, r, program(t, table.Family, r))
				}
			}
		}
	}
	golden.Compare(t, "testdata/programs.golden", b.String())
}

func program(t *testing.T, f nft.Family, r nft.Rule) string {
	t.Helper()
	list, err := nft.Compile(f, r, links{"lo", "eth1"})
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	var b strings.Builder
	for _, e := range list {
		if l, ok := e.(nft.Lookup); ok && l.Inner != nil {
			inner := *l.Inner
			l.Inner = nil
			fmt.Fprintf(&b, "\t%T %+v in %+v\n", e, l, inner)
			continue
		}
		fmt.Fprintf(&b, "\t%T %+v\n", e, e)
	}
	return b.String()
}
