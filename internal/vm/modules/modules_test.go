package modules

import (
	"slices"
	"strings"
	"testing"
)

// list are modules as those of a kernel are: named with "-" and "_" alike,
// depending on one another in a diamond, and one on what is built in.
func list() []Module {
	return []Module{
		{Path: "kernel/net/top-most.ko", Depends: []string{"left", "right"}, Aliases: []string{"rtnl-link-top", "net-pf-16-proto-*"}},
		{Path: "kernel/net/left.ko", Depends: []string{"bottom"}, Before: []string{"hash", "built_in"}},
		{Path: "kernel/net/right.ko", Depends: []string{"bottom", "built_in"}, Aliases: []string{"nft-expr-right"}},
		{Path: "kernel/lib/bottom.ko"},
		{Path: "kernel/crypto/hash.ko", Aliases: []string{"crypto-hash", "nft-expr-right"}},
	}
}

// Each file stands after those it needs, in an index that was made as in one
// that was written and read.
func TestFiles(t *testing.T) {
	made := New(list())
	dir := t.TempDir()
	if err := made.Write(dir); err != nil {
		t.Fatal(err)
	}
	read, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"top_most":          "hash bottom left right top-most",
		"top-most":          "hash bottom left right top-most",
		"rtnl-link-top":     "hash bottom left right top-most",
		"net-pf-16-proto-4": "hash bottom left right top-most",
		"bottom":            "bottom",
		"nft-expr-right":    "hash bottom right",
		"nft_expr_right":    "hash bottom right",
		"nothing":           "",
	} {
		for how, index := range map[string]*Index{"made": made, "read": read} {
			got := bases(index.Files(name))
			if !slices.Equal(sorted(got), sorted(strings.Fields(want))) {
				t.Errorf("%s index: files for %q are %q, want %q", how, name, got, want)
			}
			for _, pair := range [][2]string{{"bottom", "left"}, {"bottom", "right"}, {"left", "top-most"}, {"right", "top-most"}, {"hash", "left"}} {
				if !inOrder(got, pair[0], pair[1]) {
					t.Errorf("%s index: files for %q are %q: %s is needed by %s", how, name, got, pair[0], pair[1])
				}
			}
		}
	}
}

// inOrder reports whether first stands before second where both are in list.
func inOrder(list []string, first, second string) bool {
	i, j := slices.Index(list, first), slices.Index(list, second)
	return i < 0 || j < 0 || i < j
}

func bases(files []string) []string {
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file[strings.LastIndex(file, "/")+1:], ".ko"))
	}
	return names
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestParse(t *testing.T) {
	info := strings.Join([]string{
		"license=GPL", "depends=nf-tables,nfnetlink", "softdep=pre: crc32c sha-1 post: late", "softdep=post: other",
		"alias=nft-chain-2-nat", "alias=nft-expr-nat", "vermagic=6.1 SMP", "",
	}, "\x00")
	got := parse([]byte(info), "kernel/net/netfilter/nft-nat.ko.xz")
	if got.Name() != "nft_nat" {
		t.Errorf("the name is %q", got.Name())
	}
	for what, pair := range map[string][2][]string{
		"depends": {got.Depends, {"nf_tables", "nfnetlink"}},
		"before":  {got.Before, {"crc32c", "sha_1"}},
		"aliases": {got.Aliases, {"nft-chain-2-nat", "nft-expr-nat"}},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
}

// A cycle of dependencies ends.
func TestDependencyCycle(t *testing.T) {
	x := New([]Module{{Path: "a.ko", Depends: []string{"b"}}, {Path: "b.ko", Depends: []string{"a"}}})
	if got := bases(x.Files("a")); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("got %q", got)
	}
}
