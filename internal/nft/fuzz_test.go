package nft_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vethlab/vethlab/internal/nft"
)

// For any text the parser returns without a panic, and a parsed ruleset is listed as
// text that is parsed as the same ruleset.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.nft")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{
		"define x = { 1, 2 }\nadd table ip a\nadd chain ip a c\nadd rule ip a c tcp dport $x accept",
		"add rule ip a c tcp flags & (syn|ack) == syn accept", "table ip a { set s { type ipv4_addr; elements = { 1.2.3.4 }; }; }",
		"add rule ip a c ct state vmap { new : accept, invalid: jump x }", "define a = $a\n$a", "insert rule ip6 a c dnat to [::1]:80-90",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rs, err := nft.ParseRuleset(text)
		if err != nil {
			return
		}
		listed := rs.String()
		again, err := nft.ParseRuleset(listed)
		if err != nil {
			t.Fatalf("%v:\n%s", err, listed)
		}
		if got := again.String(); got != listed {
			t.Fatalf("listed and parsed again:\n%s\nbecomes\n%s", listed, got)
		}
	})
}
