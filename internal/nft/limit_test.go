package nft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
)

// rules returns a table with n rules, which use a variable.
func rules(n int) string {
	var b strings.Builder
	b.WriteString("define port = 22\ntable ip f {\n chain c {\n")
	for i := range n {
		fmt.Fprintf(&b, "  ip saddr 10.%d.%d.%d tcp dport $port accept\n", i>>16&255, i>>8&255, i&255)
	}
	return b.String() + " }\n}\n"
}

func TestTooManyRules(t *testing.T) {
	if _, err := nft.ParseRuleset(rules(20_000)); err != nil {
		t.Error(err)
	}
	if _, err := nft.ParseRuleset(rules(20_001)); err == nil || err.Error() != "20005:3: these are more than 20000 rules, the limit of a text" {
		t.Errorf("got %v", err)
	}
}

func BenchmarkParseRuleset(b *testing.B) {
	for _, n := range []int{5_000, 10_000, 20_000} {
		text := rules(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := nft.ParseRuleset(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
