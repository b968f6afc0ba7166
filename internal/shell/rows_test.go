package shell_test

import (
	"slices"
	"testing"
)

// The expected commands are those that bash runs.

func TestBuiltins(t *testing.T) {
	check(t, []row{
		one(`printf -v x %s-%s a b; p $x`, "p a-b"),
		one(`set -- a b; set c d e; p $# $1`, "p 3 c"),
		one(`set -- a; set -- ; p $#`, "p 0"),
		one(`set +x b; p $# $1`, "p 1 b"),
		one("mapfile -t l <<< $'a\\nb'; p ${#l[@]} ${l[1]}", "p 2 b"),
		{`OPTIND=1; set -- -ab -c x rest; while getopts abc: o; do p $o $OPTARG; done; p $OPTIND`, []string{"p a", "p b", "p c x", "p 4"}},
		one(`OPTIND=1; set -- rest; getopts a o; p $? $OPTIND "[$o]"`, "p 1 1 [?]"),
	})
}

// What depends on the position or cannot be followed is not in testdata/bash.txt.
func TestNotFollowed(t *testing.T) {
	for script, want := range map[string]string{
		"declare -u u=abc":            "1: declare -u u: this attribute of variables is not followed",
		"f() { local -u r=$1; }; f v": "1: local -u r: this attribute of variables is not followed",
		"declare -i n":                "1: declare -i n: this attribute of variables is not followed",
		"a=(x y z); unset 'a[1]'":     "1: unset a[1]: arrays with gaps are not followed",
		"printf '%5000d' 1":           "1: printf %5000d: a field is wider than 4096 characters",
		"printf '%*d' 5000 1":         "1: printf %*d: a field is wider than 4096 characters",
		"printf '%y' 1":               "1: printf %y: unknown directive \"%y\"",
	} {
		if r := follow(t, script); !slices.Contains(r.notes, want) {
			t.Errorf("%s\nnotes %q\nwant  %q", script, r.notes, want)
		}
	}
	check(t, []row{
		one(`f() { p "$@"; }; f`, "p"),
		one(`p "$(printf '%*d' 3 7)" "$(printf '%.*s' 2 abc)"`, "p   7 ab"),
		one(`declare -i n=4; p $n`, "p 4"),
	})
}

func TestArrayAssignments(t *testing.T) {
	check(t, []row{
		one(`a=(1 2); a+=(3); p ${a[@]}`, "p 1 2 3"),
		one(`a=(1 2); a+=x; p ${a[@]}`, "p 1x 2"),
		one(`a=(); a+=x; p ${a[@]}`, "p x"),
		one(`a=(1 2); a=y; p ${a[@]}`, "p y 2"),
		one(`a=(1 2); b=("${a[@]}"); b+=z; p ${a[@]} ${b[@]}`, "p 1 2 1z 2"),
		one(`p $((7 / 2)) $((2 ** 5)) $((x = 4, x + 1)) $x`, "p 3 32 5 4"),
	})
}

func TestFunctionsAndLoops(t *testing.T) {
	check(t, []row{
		{`f() { local v=in; declare w=2; p $v $w; }; v=out; f; p $v ${w-unset}`, []string{"p in 2", "p out unset"}},
		{`n=v; f() { local "$n=in"; p $v; }; v=out; f; p $v`, []string{"p in", "p out"}},
		{`f() { return 3; }; f; p $?; g() { :; }; p $?`, []string{"p 3", "p 0"}},
		one(`f() { for i in 1 2; do return 7; done; p no; }; f; p $?`, "p 7"),
		one(`f() { for i in 1 2; do exit 4; done; p no; }; (f; p no); p $?`, "p 4"),
		{`for i in 1 2 3; do for j in a b; do [ $j = b ] && continue 2; p $i$j; done; done`, []string{"p 1a", "p 2a", "p 3a"}},
	})
}

func TestPrograms(t *testing.T) {
	check(t, []row{
		one(`sh -e -c 'p $0 $1' name one`, "p name one"),
		one(`bash -o errexit -c 'p inline'`, "p inline"),
		one(`bash --norc -c 'p inline'`, "p inline"),
		one(`echo 'p input' | sh`, "p input"),
		one(`sh lib.sh; sh args.sh a b`, "p 2 a"),
		one(`p $(dirname a/b) $(dirname -- -x/y) $(dirname /a) $(dirname a) $(dirname a/b/)`, "p a -x / . a"),
	})
}

func TestTextTools(t *testing.T) {
	check(t, []row{
		one(`x=$(printf 'a+b\naab\n' | grep 'a+b'); p $x`, "p a+b"),
		one(`x=$(printf 'aab\nab\n' | grep 'a\{2\}b'); p $x`, "p aab"),
		one(`x=$(printf '|a\nb\n' | grep '|a'); p "$x"`, "p |a"),
		one(`x=$(printf 'a\nb\n' | grep -e a -e b | wc -l); p $x`, "p 2"),
		one(`x=$(grep c here.txt); p $x`, "p c d"),
		one(`x=$(printf '1\n2\n3\n' | head -n 0); p "[$x]"`, "p []"),
		one(`x=$(printf '1\n2\n3\n' | tail -n 9); p $x`, "p 1 2 3"),
		one(`x=$(printf '1\n2\n3\n' | head -2); p $x`, "p 1 2"),
		one(`x=$(printf 'a:b\nc\n' | cut -d: -f2); p $x`, "p b c"),
		one(`x=$(printf 'a:b\nc:d:e\n' | cut -d: -f3); p "$x"`, "p \ne"),
	})
}

func TestBracketConditions(t *testing.T) {
	check(t, []row{
		{`[[ b > a ]] && p more; [[ a > a ]] || p not more; [[ a < b ]] && p less`, []string{"p more", "p not more", "p less"}},
		{`[ ! a ] || p no; [ ! ] && p one word; [ "(" a ")" ] && p group; [ "(" ] && p bracket`, []string{"p no", "p one word", "p group", "p bracket"}},
	})
}
