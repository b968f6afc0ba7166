package shell_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/shell"
)

func TestExpansions(t *testing.T) {
	check(t, []row{
		one(`x=1; p $x ${x} "$x" '$x' \$x`, "p 1 1 1 $x $x"),
		one(`p $1 "$2" $2 $# ${3}4`, "p first second arg second arg 3 third4"),
		one(`p "$@"; `, "p first second arg third"),
		one(`p ${none:-d} ${1:-d} ${none-e} ${1:+set} ${none:+set}.`, "p d first e set ."),
		one(`p ${none:=v} $none`, "p v v"),
		one(`f=a/b.tar.gz; p ${f%.*} ${f%%.*} ${f#*/} ${f##*.} ${#f}`, "p a/b.tar a/b b.tar.gz gz 10"),
		one(`x=hello; p ${x/l/L} ${x//l/L} ${x:1:3} ${x: -2} ${x^} ${x^^} ${x,,}`, "p heLlo heLLo ell lo Hello HELLO hello"),
		one(`n=x; x=v; p ${!n}`, "p v"),
		one(`x="a  b"; p $x; `, "p a b"),
		one(`x="a  b"; p "$x"`, "p a  b"),
		one(`p {a,b}{1..3}`, "p a1 a2 a3 b1 b2 b3"),
		one(`p {08..10} {c..a}`, "p 08 09 10 c b a"),
		one(`p *.none ~ ~joe`, "p *.none /root /home/joe"),
		one(`p $'a\tb' $"c"`, "p a\tb c"),
		one(`IFS=:; x=a:b; set -- $x; p $2 $1`, "p b a"),
		one(`x=; p a$x $x b`, "p a b"),
		one(`set -- a b c; shift; p $1 $#; `, "p b 2"),
		one(`p "${*}" "${@:2}" ${@:1:1}`, "p first second arg third second arg third first"),
		one(`p $0 $? $LINENO $UID $HOME`, "p x.sh 0 1 0 /root"),
		one(`p $$ $PWD $HOSTNAME $VISUAL`, "p 1000 /here localhost"),
	})
}

func TestArithmetic(t *testing.T) {
	check(t, []row{
		one(`p $((1 + 2 * 3)) $(( (1+2)*3 )) $((7/2)) $((7%3)) $((2**10)) $((-3))`, "p 7 9 3 1 1024 -3"),
		one(`i=5; p $((i)) $(($i + 1)) $((i++)) $((++i)) $((i--)) $i`, "p 5 6 5 7 7 6"),
		one(`p $((1 < 2)) $((1 == 2)) $((1 && 0)) $((1 || 0)) $((!1)) $((3 > 2 ? 4 : 5))`, "p 1 0 0 1 0 4"),
		one(`p $((0x10)) $((010)) $((2#101)) $((1 << 4)) $((6 & 3)) $((6 | 3)) $((6 ^ 3)) $((~0))`, "p 16 8 5 16 2 7 5 -1"),
		one(`((x = 3, x += 4)); let y=x*2 z=1; p $x $y $z`, "p 7 14 1"),
		one(`a=b; b=4; p $((a + 1))`, "p 5"),
		one(`i=1; p $i $((i++)) $i`, "p 1 1 2"),
		one(`i=1; p "$i-$((i++))-$i"`, "p 1-1-2"),
		one(`p $(( $(out 3) + 1 )) $(($(out 2) * $((1 + 1)) ))`, "p 4 4"),
		one(`x=$(expr 3 + 4); p $x $(expr 6 / 2) $(expr 7 % 4) $(expr 3 \* 2) $(expr 2 \< 3) $(expr 2 = 3)`, "p 7 3 3 6 1 0"),
		one(`(( 0 )) || p zero; (( 5 )) && :`, "p zero"),
	})
}

func TestConditions(t *testing.T) {
	check(t, []row{
		one(`if ok; then p yes; else p no; fi`, "p yes"),
		one(`if no; then p 1; elif ok; then p 2; else p 3; fi`, "p 2"),
		one(`if no; then p 1; elif no; then p 2; else p 3; fi`, "p 3"),
		one(`if ! no; then p yes; fi`, "p yes"),
		none(`if no; then p 1; fi`),
		one(`ok && p 1 || p 2`, "p 1"),
		one(`no && p 1 || p 2`, "p 2"),
		one(`[ a = a ] && p 1; [ a = b ] && p 2; [ a != b ] || p 3`, "p 1"),
		one(`[ 2 -lt 10 -a 2 -gt 1 ] && p 1; [ 1 -eq 2 -o 2 -ge 3 ] && p 2`, "p 1"),
		one(`[ -z "" ] && [ -n x ] && [ x ] && [ ! "" ] && ! [ -n "" ] && p 1`, "p 1"),
		one(`test 1 -ne 2 && test 1 -le 1 && p 1`, "p 1"),
		one(`[ \( 1 = 2 \) -o \( 1 = 1 \) ] && p 1`, "p 1"),
		one(`[[ abc == a* && abc != b* ]] && p 1; [[ abc == "a*" ]] && p 2`, "p 1"),
		one(`[[ eth12 =~ ^eth([0-9]+)$ ]] && p ${BASH_REMATCH[1]}`, "p 12"),
		one(`[[ -z $none || a < b ]] && [[ ! ( 1 -gt 2 ) ]] && p 1`, "p 1"),
		one(`x=1; [[ -v x ]] && p set; [[ -v y ]] && p unset`, "p set"),
		one(`[ -e /proc/x ] && p 1; [ -f /proc/y ] && p 2; [ -d "" ] && p 3`, "p 1"),
		{`no; p $?; ok; p $?`, []string{"p 1", "p 0"}},
		{`false; p $?; (exit 3); p $?`, []string{"p 1", "p 3"}},
		one(`! ok; p $?`, "p 1"),
		{`! run it`, []string{"! run it"}},
		one(`command -v ip >/dev/null && type tc >/dev/null && p 1`, "p 1"),
	})
}

func TestLoops(t *testing.T) {
	check(t, []row{
		{`for i in a "b c"; do p $i; done`, []string{"p a", "p b c"}},
		{`for i; do p $i; done`, []string{"p first", "p second arg", "p third"}},
		{`for ((i = 0; i < 2; i++)); do p $i; done`, []string{"p 0", "p 1"}},
		{`i=0; while [ $i -lt 2 ]; do p $i; i=$((i + 1)); done`, []string{"p 0", "p 1"}},
		{`i=2; until [ $i -eq 0 ]; do p $i; i=$((i - 1)); done`, []string{"p 2", "p 1"}},
		{`for i in 1 2 3; do [ $i = 2 ] && continue; p $i; done`, []string{"p 1", "p 3"}},
		{`for i in 1 2 3; do [ $i = 2 ] && break; p $i; done`, []string{"p 1"}},
		{`for i in 1 2; do for j in 1 2; do [ $j = 2 ] && continue 2; p $i$j; done; done`, []string{"p 11", "p 21"}},
		{`for i in 1 2; do for j in 1 2; do break 2; done; p never; done; p end`, []string{"p end"}},
		{`out a b | while read x y; do p $y $x; done`, []string{"p b a"}},
		{`while read -r x y; do p $x; done <here.txt`, []string{"p a", "p c"}},
		{`while read x; do p "$x"; done < <(out z)`, []string{"p z"}},
		{`for i in $(seq 2); do p $i; done`, []string{"p 1", "p 2"}},
		{`for i in $(seq -w 9 10) $(seq -s, 1 2 5); do p $i; done`, []string{"p 09", "p 10", "p 1,3,5"}},
	})
}

func TestEndlessLoops(t *testing.T) {
	r := follow(t, "while :; do :; done\np end")
	if !slices.Equal(r.runs, []string{"p end"}) || len(r.remarks) != 1 || !strings.Contains(r.remarks[0], "left after 2000 iterations") {
		t.Errorf("%q %q", r.runs, r.remarks)
	}
}

func TestCase(t *testing.T) {
	check(t, []row{
		one(`case $1 in first) p 1;; *) p 2;; esac`, "p 1"),
		one(`case abc in b*) p 1;; x|a?c) p 2;; *) p 3;; esac`, "p 2"),
		none(`case abc in b) p 1;; esac`),
		{`case a in a) p 1;& b) p 2;; c) p 3;; esac`, []string{"p 1", "p 2"}},
		{`case a in a) p 1;;& ?) p 2;; esac`, []string{"p 1", "p 2"}},
		one(`case "" in "") p empty;; esac`, "p empty"),
		one(`x='*'; case y in "$x") p 1;; *) p 2;; esac`, "p 2"),
	})
}

func TestFunctions(t *testing.T) {
	check(t, []row{
		one(`f() { p $1 $#; }; f a b`, "p a 2"),
		one(`function f { p "$@"; }; f "x y"`, "p x y"),
		{`f() { return 3; p never; }; f; p $?`, []string{"p 3"}},
		{`f() { no; }; f || p failed`, []string{"p failed"}},
		{`f() { local x=2; p $x; }; x=1; f; p $x`, []string{"p 2", "p 1"}},
		{`f() { x=2; }; x=1; f; p $x`, []string{"p 2"}},
		{`f() { local x; x=3; g; }; g() { p $x; }; f; p ${x-unset}`, []string{"p 3", "p unset"}},
		{`f() { declare x=2; typeset y=3; }; f; p ${x-a} ${y-b}`, []string{"p a b"}},
		{`f() { g; p after; }; g() { return; }; f`, []string{"p after"}},
		one(`f() { echo $(( $1 * 2 )); }; p $(f 4)`, "p 8"),
		one(`f() { [ $1 -le 0 ] && return; echo $1; f $(( $1 - 1 )); }; p $(f 3)`, "p 3 2 1"),
		one(`f() { p f; }; unset -f f; unset none; command f`, "f"),
		{`f() { for i in 1 2; do return 5; done; }; f; p $?`, []string{"p 5"}},
	})
}

func TestDocuments(t *testing.T) {
	for _, tt := range []struct{ script, stdin string }{
		{"x=1\nip -b - <<EOF\na $x $((x+1)) $(out b) \\$x\nEOF", "a 1 2 b $x\n"},
		{"x=1\nip -b - <<'EOF'\na $x\nEOF", "a $x\n"},
		{"ip -b - <<-EOF\n\ta\n\tEOF", "a\n"},
		{"x=1; ip -b - <<< \"a $x\"", "a 1\n"},
		{"echo a | ip -b -", "a\n"},
		{"{ echo a; echo b; } | ip -b -", "a\nb\n"},
		{"printf '%s-%d\\n' a 1 b 2 | ip -b -", "a-1\nb-2\n"},
		{"cat <<EOF | ip -b -\na\nEOF", "a\n"},
		{"cat here.txt | ip -b -", "a b\nc d\n"},
	} {
		if r := follow(t, tt.script); !slices.Equal(r.stdin, []string{tt.stdin}) || len(r.notes) > 0 {
			t.Errorf("%s\nstdin %q, notes %q, want %q", tt.script, r.stdin, r.notes, tt.stdin)
		}
	}
}

func TestSubstitution(t *testing.T) {
	check(t, []row{
		one("p $(out a) `out b` \"$(out c d)\"", "p a b c d"),
		one(`p $(echo $(echo deep))`, "p deep"),
		one(`x=$(no) || p failed`, "p failed"),
		one(`x=$(x=2; echo $x); p $x`, "p 2"),
		{`(x=2; p $x); p ${x-unset}`, []string{"p 2", "p unset"}},
		{`{ x=2; }; p $x`, []string{"p 2"}},
		{`(exit 1) || p left`, []string{"p left"}},
		{`exit; p never`, nil},
		{`(p in; exit; p never); p out`, []string{"p in", "p out"}},
		one(`p $(</proc/x) $(cat /proc/x)`, "p 7 7"),
		{`x=1 run; p ${x-unset}`, []string{"run", "p unset"}},
		{`run & p 2`, []string{"run", "p 2"}},
		{`in ns p a; in ns sh -c 'p "$0" $1; in x p b' c d`, []string{"ns: p a", "ns: p c d", "x: p b"}},
		{`bash -c 'p $0 $1' a b; sh -ec 'exit 2'; p $?`, []string{"p a b", "p 2"}},
		{`echo 'p in' | sh; bash -s <<< 'p doc'`, []string{"p in", "p doc"}},
		{`eval 'x=1; p $x'; eval p $(out a)`, []string{"p 1", "p a"}},
		{`sudo -u joe p 1; env A=b p 2; timeout -k 1 5 p 3; nohup nice -n 5 p 4; time p 5`, []string{"p 1", "p 2", "p 3", "p 4", "p 5"}},
		{`. ./lib.sh; hello you`, []string{"p hello you lib"}},
		{`. ret.sh; p $?`, []string{"p before", "p 3"}},
		one(`f() { p $0 ${BASH_SOURCE[0]}; }; f`, "p x.sh x.sh"),
		{`. ./args.sh one; p $#`, []string{"p 1 one", "p 3"}},
		{`export X=1; y=2; sh -c 'p $X ${y-unset}'`, []string{"p 1 unset"}},
		{`exec p last; p never`, []string{"p last"}},
	})
}

func TestArrays(t *testing.T) {
	check(t, []row{
		one(`a=(x "y z" w); p ${a[0]} "${a[1]}" ${#a[@]} ${a[-1]} $a`, "p x y z 3 w x"),
		one(`a=(x y); a+=(z); a[1]=Y; p "${a[@]}" "${a[*]}"`, "p x Y z x Y z"),
		one(`a=(1 2 3 4); p ${a[@]:1:2} ${!a[@]}`, "p 2 3 0 1 2 3"),
		one(`declare -A m; m[k]=v; m[l]=w; p ${m[k]} ${#m[@]} ${m[none]-none}`, "p v 2 none"),
		one(`declare -A m=([a]=1 [b]=2); x=b; p ${m[$x]} ${m[a]}`, "p 2 1"),
		one(`a=(); a[3]=x; p ${a[3]} $((a[3] + 1))`, "p x 1"),
		one(`a=(5); i=0; p $((a[i] + 1)) ${a[i]}`, "p 6 5"),
		one(`x=s; x[1]=t; p ${x[0]} ${x[1]}`, "p s t"),
		one(`mapfile -t a <<< "$(out q)"; mapfile -t b < here.txt; p ${a[0]} ${#b[@]} "${b[1]}"`, "p q 2 c d"),
		one(`read -r a b c <<< "1 2 3 4"; p "$a/$b/$c"`, "p 1/2/3 4"),
		one(`readonly r=1; declare -i n=4; p $r $n`, "p 1 4"),
	})
}

func TestOptions(t *testing.T) {
	check(t, []row{
		{`while getopts "n:cv" o; do p $o $OPTARG; done; shift $((OPTIND - 1)); p $1`, []string{"p first"}},
		{`set -- -n 3 -cv x; while getopts "n:cv" o; do p $o $OPTARG; done; shift $((OPTIND - 1)); p $1`, []string{"p n 3", "p c", "p v", "p x"}},
		{`set -- -n3 -q -n; while getopts ":n:" o; do p $o $OPTARG; done`, []string{"p n 3", "p ? q", "p : n"}},
		{`set -- -a -- -b; while getopts ab o; do p $o; done; shift $((OPTIND - 1)); p $1`, []string{"p a", "p -b"}},
		one(`eval set -- "$(getopt -o n: -l name: -- x -n 1 --name y)"; p "$@"`, "p -n 1 --name y -- x"),
		one(`set -eux -o pipefail -- a b; p $1 $#`, "p a 2"),
	})
}

// A failure under set -e is a remark and does not end the script; set -u makes a note.
func TestSetOptions(t *testing.T) {
	for _, tt := range []struct {
		script  string
		remarks []string
		notes   []string
	}{
		{"set -e\nno\np after", []string{"2: no: fails, which ends the script under set -e; the rest is read all the same"}, nil},
		{"set -euo pipefail\nno || ok\nif no; then :; fi\n! ok\nno && ok\nwhile no; do :; done\np after", nil, nil},
		{"set -e; f() { no; p in; }\nf || ok\np after", nil, nil},
		{"set -e; set +e\nno\np after", nil, nil},
		{"set -o errexit\n(exit 2)\np after", []string{"2: (exit 2): fails, which ends the script under set -e; the rest is read all the same"}, nil},
		{"set -u\nq $x\np after ${x:-d}", nil, []string{"2: q $x: x: unbound variable"}},
		{"set -u\nx=1 y=\nq $x $y ${z-}\np after", nil, nil},
	} {
		r := follow(t, tt.script)
		if !slices.Equal(r.remarks, tt.remarks) || !slices.Equal(r.notes, tt.notes) {
			t.Errorf("%s\nremarks %q\nwant    %q\nnotes %q\nwant  %q", tt.script, r.remarks, tt.remarks, r.notes, tt.notes)
		}
		if last := r.runs[len(r.runs)-1]; !strings.HasPrefix(last, "p after") {
			t.Errorf("%s ends with %s", tt.script, last)
		}
	}
}

func TestTraps(t *testing.T) {
	r := follow(t, "trap 'p gone' EXIT TERM\ntrap 'p x' ERR\ntrap - INT\ntrap '' TERM\n(trap 'p sub' 0)\np end")
	if !slices.Equal(r.runs, []string{"p sub", "p end", "exiting at 6", "p gone"}) || len(r.notes) > 0 ||
		!slices.Equal(r.remarks, []string{"2: trap p x ERR: traps of ERR are not followed"}) {
		t.Errorf("%q %q %q", r.runs, r.notes, r.remarks)
	}
}

func TestWrites(t *testing.T) {
	r := follow(t, "echo 1 > /a\necho 2 >> b 2>/dev/null\nprintf 3 | cat > c\n{ echo 4; echo 5; } > d\nno 2> e\necho 6 >&2\necho $(nproc) > f\n: > g\n"+
		"echo 7 > h > i\n{ echo 8 >&3; echo 9; } 3> j > k\n{ echo 10 >&2; } 2> l\necho 11 >&m\nexec 3> n; echo 12 >&3; echo 13 >&3\necho 14 > >(cat > o)\nexec > q; echo 15\n")
	want := []string{
		`/a: "1\n"`, `b: "2\n"`, `c: "3"`, `d: "4\n5\n"`, `/dev/stderr: "6\n"`, `f: "⟨nproc⟩"`, `g: ""`,
		`h: ""`, `i: "7\n"`, `j: "8\n"`, `k: "9\n"`, `l: "10\n"`, `m: "11\n"`, `n: ""`, `n: "12\n"`, `n: "13\n"`, `o: "14\n"`, `q: ""`, `q: "15\n"`,
	}
	if !slices.Equal(r.writes, want) {
		t.Errorf("%q\nwant %q", r.writes, want)
	}
}

func TestTools(t *testing.T) {
	check(t, []row{
		one(`p $(dirname a/b/c) $(dirname -- a/b) $(dirname a) $(dirname /a) $(dirname a//b/) $(dirname /) $(dirname a/../b) $(dirname x/y z)`, "p a/b a . / a / a/.. x ."),
		one(`p $(basename a/b.sh) $(basename -- a/b.sh .sh) $(basename a/) $(basename /) $(basename -a x/y z/w) $(basename -s .c x.c y.c) $(basename .c .c)`, "p b.sh b a / y w x y .c"),
		one(`p $(printf 'c\na\nb\na\n' | sort -u) $(printf '10\n9\n' | sort -n) $(printf 'a\nb\n' | sort -r)`, "p a b c 9 10 b a"),
		one(`p $(printf '1\n2\n3\n' | head -n 1) $(printf '1\n2\n3\n' | tail -2) $(printf '1\n2\n' | wc -l)`, "p 1 2 3 2"),
		one(`p $(echo a:b:c | cut -d: -f2) $(echo abc | tr a-z A-Z) $(echo a-b | tr - _) $(echo a b c | awk '{print $2}') $(echo a:b | awk -F: '{print $NF}')`, "p b ABC a_b b b"),
		one(`p $(printf 'ab\ncd\n' | grep c) $(printf 'ab\ncd\n' | grep -v c) $(printf 'ab\ncd\n' | grep -c .) $(echo a12b | grep -oE '[0-9]+') $(echo x | grep -e y -e x)`, "p cd ab 2 12 x"),
		one(`p $(echo 'a+b' | grep 'a+b') $(echo 'a+b' | grep -F '+') $(echo aab | grep 'a\+b') $(echo 'a|b' | grep -E 'a\|b')`, "p a+b a+b aab a|b"),
		{`echo ab | grep -qw a || p word; echo Ab | grep -qi ^a && echo a | grep -qx a && grep -q 7 /proc/x; p $?`, []string{"p word", "p 0"}},
		one(`p $(id -u) $(id -un) $(whoami) $(mktemp) $(mktemp -d /tmp/x.XX)`, "p 0 root root /tmp/tmp.000001 /tmp/x.02"),
		one(`p $(readlink -f a/b) $(realpath -- c)`, "p a/b c"),
		one(`printf -v x '%03d' 7; p $x $(printf '%x' 255) "$(echo -e 'a\tb')" $(echo -n a)`, "p 007 ff a\tb a"),
		{`cd /a/b; p $PWD $(pwd); cd ..; p $PWD`, []string{"p /a/b /a/b", "p /a"}},
	})
}

// A syntax error has a position; an endless script is stopped.
func TestFaults(t *testing.T) {
	err := shell.Follow(shell.Script{File: "x.sh", Text: "a\nif b\n"}, &recorder{})
	if err == nil || !strings.HasPrefix(err.Error(), "x.sh:2:1: ") {
		t.Error(err)
	}
	for _, script := range []string{
		"f() { f; }\nf",
		"f() { f | f; }; f",
		"x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
		"for ((;;)); do for ((;;)); do :; done; done",
		"a() { x=$(a); }; a",
		"x=:; for i in {1..100}; do x=\"eval $x\"; done; $x",
	} {
		err := shell.Follow(shell.Script{File: "x.sh", Text: script}, &recorder{})
		if stop := (*shell.StoppedError)(nil); !errors.As(err, &stop) {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// Positions are those of the command in its own file, wherever it is called.
func TestPositions(t *testing.T) {
	for script, want := range map[string]string{
		"\nq $(nproc) | cat\nselect x in a; do :; done":        "3: select: the choice of the user is unknown",
		"f() {\n[ $((1/0)) = 1 ]\n}\n\nf":                      "2: [ $((1 / 0)) = 1 ]: division by zero",
		"eval '\nselect x in a; do :; done'":                   "2: select: the choice of the user is unknown",
		"sh -c '\nselect x in a; do :; done'":                  "2: select: the choice of the user is unknown",
		"a=1\n. ./none.sh":                                     "2: source ./none.sh: none.sh is not here",
		"echo x >&7":                                           "1: >&7: the descriptor is not open",
		"declare -n r=a[0]":                                    "1: declare -n r=a[0]: a reference to this is not followed",
		"exec 3<>/dev/tcp/10.0.0.1/80":                         "1: 3<>/dev/tcp/10.0.0.1/80: connections are not followed",
		"a[-1]=x":                                              "1: [-1]: the index is out of range",
		"printf '%99999d' 1":                                   "1: printf %99999d: a field is wider than 4096 characters",
		"for i in 1; do\n\ncase x in $(nproc)) q;; esac\ndone": "3: $(nproc): the output of \"nproc\" is unknown, taken as no match",
	} {
		if r := follow(t, script); !slices.Contains(r.notes, want) {
			t.Errorf("%s\nnotes %q\nwant  %q", script, r.notes, want)
		}
	}
}

// Texts nested too deeply for the parser's stack are refused.
func TestDeepScripts(t *testing.T) {
	const n = 1 << 20
	for _, tt := range []struct{ begin, text, end, want string }{
		{"", "(", "", "levels"},
		{"", "{ ", "", "levels"},
		{"p $((", "(", "", "levels"},
		{"p ", "${x:-", "", "levels"},
		{"[[ ", "! ", "x ]]", "levels"},
		{"p $((", "- ", "1))", "levels"},
		{"", "x", "x", "larger"},
		{"p $((1", "+1", "))", ""},
		{"p $((", "a=", "1))", ""},
		{"p $((1", "**1", "))", ""},
		{"p $((1", "?1:1", "))", ""},
		{"", "(case x in a) ", "", "must end"},
		{"", "if ok; then ", "", "must be followed"},
		{"", "p && ", "p", ""},
		{"f() { ", "f; ", "}; [ $(x) ] && f", "exceeds the limit"},
	} {
		size := n - len(tt.begin) - len(tt.end)
		if tt.want == "larger" {
			size = n
		}
		script := tt.begin + strings.Repeat(tt.text, size/len(tt.text)) + tt.end
		err := shell.Follow(shell.Script{File: "x.sh", Text: script}, &recorder{})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.begin+tt.text, err, tt.want)
		}
	}
}
