package shell_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/shell"
)

// Expressions with unknown values are unknown.
func TestUnknownValues(t *testing.T) {
	for script, want := range map[string]string{
		`p $(nproc)`: "p ⟨nproc⟩",

		`p a$(nproc)b`:                                "p ⟨nproc⟩",
		`p $(ip route show default)`:                  "p ⟨ip route show default⟩",
		`p $(nproc) $(uname -m)`:                      "p ⟨nproc⟩ ⟨uname -m⟩",
		`x=$(nproc); p $x`:                            "p ⟨nproc⟩",
		`x=$(nproc); p $((x * 2)) $(($x + 1)) $((1))`: "p ⟨nproc⟩ ⟨nproc⟩ 1",
		`p $(( $(nproc) - 1 ))`:                       "p ⟨nproc⟩",
		`x=$(nproc); y=x; p $((y))`:                   "p ⟨nproc⟩",
		`x=$(nproc); ((x++)); ((y = x)); z=1; ((z += x)); p $x $y $z`: "p ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩",
		`x=$(nproc); p ${#x} ${x%%.*} ${x##*/}`:                       "p ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩",
		`x=$(nproc); p ${x:0:1} ${x/n/m} ${x//[^a]/} ${x^^} ${x:1}`:   "p ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩",
		`x=abc; p ${x:0:$(nproc)} ${x:$(nproc)}`:                      "p ⟨nproc⟩ ⟨nproc⟩",
		`x=$(nproc); p ${x:-d} ${x:+e} ${x-f}`:                        "p ⟨nproc⟩ ⟨nproc⟩ ⟨nproc⟩",
		`x=$(nproc); p "${!x}"`:                                       "p ⟨nproc⟩",
		`a=(1 $(nproc)); p ${a[0]} ${a[1]} ${#a[@]}`:                  "p 1 ⟨nproc⟩ ⟨nproc⟩",
		`a=(1 2); i=$(nproc); p ${a[i]} ${a[$i]}`:                     "p ⟨nproc⟩ ⟨nproc⟩",
		`declare -A m; m[a]=$(nproc); p ${m[a]} ${#m[@]}`:             "p ⟨nproc⟩ ⟨nproc⟩",
		`IFS=no; x=$(nproc); set -- $x; p $# $1`:                      "p 1 ⟨nproc⟩",
		`read a b <<< "$(ip route)"; p $a $b`:                         "p ⟨ip route⟩ ⟨ip route⟩",
		`read a; p $a`:                                                "p ⟨read a⟩",
		`p $(printf %d $(nproc)) $(printf %s $(nproc))`:               "p ⟨nproc⟩ ⟨nproc⟩",
		`p $(seq 1 $(nproc))`:                                         "p ⟨seq 1 nproc⟩",
		`p $(dirname $(which_one)) $(basename $(which_one) .x)`:       "p ⟨dirname which_one⟩ ⟨basename which_one .x⟩",
		`p $(ip addr | awk '{print $2}') $(ip addr | wc -l)`:          "p ⟨awk {print $2}⟩ ⟨wc -l⟩",
		`p $(ip addr | tr -d a | head -1)`:                            "p ⟨ip addr⟩",
		`p $(cat /none) $(</none)`:                                    "p ⟨cat /none⟩ ⟨cat /none⟩",
		`p <(ip x)`:                                                   "p ⟨<(ip x)⟩",
		`. ./gone.sh; y=1; p $x $y ${1-none}`:                         "p ⟨$x of gone.sh⟩ 1 none",
		`[[ $(nproc) =~ ^(.*)$ ]]; p ${BASH_REMATCH[1]}`:              "p ⟨nproc⟩",
	} {
		r := follow(t, script)
		if last := r.runs[len(r.runs)-1]; last != want {
			t.Errorf("%s\nruns %q\nwant %q", script, last, want)
		}
	}
}

// The result of an unknown condition is a guess, which is noted with its line. A branch that
// ends the script is not followed unless the other one ends it too.
func TestGuesses(t *testing.T) {
	const nproc = `the output of "nproc" is unknown`
	for _, tt := range []struct {
		script string
		runs   string // without nproc
		notes  string
	}{
		{"\n[ $(nproc) = 2 ] || exit 1\np on", "p on", "2: [ $(nproc) = 2 ]: " + nproc + ", taken as true"},
		{"[ $(nproc) = 2 ] && exit 1; p on", "p on", "1: [ $(nproc) = 2 ]: " + nproc + ", taken as false"},
		{"[ $(nproc) != 2 ] || exit 1; p on", "p on", "1: [ $(nproc) != 2 ]: " + nproc + ", taken as true"},
		{"[ $(nproc) -lt 2 ] && { echo few; exit 1; }; p on", "p on", "1: [ $(nproc) -lt 2 ]: " + nproc + ", taken as false"},
		{"if [[ $(nproc) == 1* ]]; then exit; fi; p on", "p on", "1: [[ $(nproc) == 1* ]]: " + nproc + ", taken as false"},
		{"if (( $(nproc) > 1 )); then :; else exit 1; fi; p on", "p on", "1: (($(nproc) > 1)): " + nproc + ", taken as true"},
		{"if ! [ $(nproc) = 2 ]; then exit 1; fi; p on", "p on", "1: ! [ $(nproc) = 2 ]: " + nproc + ", taken as false"},
		{"if nproc | grep -q 4; then p 4; else exit 1; fi", "p 4", "1: nproc | grep -q 4: " + nproc + ", taken as true"},
		{"nproc | grep -q 4 || p on", "p on", "1: nproc | grep -q 4: " + nproc + ", taken as false"},
		{"nproc | grep -q 4 && p off; p on", "p on", "1: nproc | grep -q 4: " + nproc + ", taken as false"},
		{"die() { echo $*; exit 1; }; [ $(nproc) = 2 ] || die few; p on", "p on", "1: [ $(nproc) = 2 ]: " + nproc + ", taken as true"},
		{"no_die() { p off; return 1; }; [ $(nproc) != 2 ] && no_die; p on", "p on", "1: [ $(nproc) != 2 ]: " + nproc + ", taken as false"},
		{"f() { [ $(nproc) = 2 ]; }; f || exit 1; p on", "p on", "1: f: " + nproc + ", taken as true"},
		{"f() { [ $(nproc) = 2 ] || return 1; p in; }; f; p on", "p in|p on", "1: [ $(nproc) = 2 ]: " + nproc + ", taken as true"},
		{"f() { if [ $(nproc) -ne 2 ]; then return 0; else return 1; fi; }; f || exit 1; p on", "p on", "1: [ $(nproc) -ne 2 ]: " + nproc + ", taken as true"},
		{"if [ $(nproc) = 2 ]; then exit 1; else exit 2; fi; p off", "", "1: [ $(nproc) = 2 ]: " + nproc + ", taken as true"},
		{"if [ $(nproc) = 2 ]; then p two; exit 0; fi; exit 1", "p two", "1: [ $(nproc) = 2 ]: " + nproc + ", taken as true"},
		{"[ $(nproc) = 2 ]; [ $? = 0 ] || exit 1; p on", "p on", ""},
		{"maybe || exit 1; p on", "p on", "1: maybe: whether it works is not known, taken as true"},
		{"x=$(maybe) && p on", "p on", "1: x=$(maybe): whether it works is not known, taken as true"},
		{"[ -e /etc/odd ] || exit 1; p on", "p on", "1: [ -e /etc/odd ]: the existence of /etc/odd is unknown, taken as true"},
		{"[ -e /etc/odd ] && p off; p on", "p on", "1: [ -e /etc/odd ]: the existence of /etc/odd is unknown, taken as false"},
		{"[ -n \"$(nproc)\" ] && p on", "p on", "1: [ -n \"$(nproc)\" ]: " + nproc + ", taken as true"},
		{"[ -z \"$(nproc)\" ] && p off; p on", "p on", "1: [ -z \"$(nproc)\" ]: " + nproc + ", taken as false"},
		{"case $(nproc) in 1) exit 1;; 2|3) p few;; *) exit 2;; esac", "p few", "1: case $(nproc): " + nproc + ", taken as 2 | 3"},
		{"case $(nproc) in *) p any;; esac", "p any", ""},
		{"while [ $(nproc) = 1 ]; do p off; done; p on", "p on", "1: [ $(nproc) = 1 ]: " + nproc + ", taken as false"},
		{"until [ $(nproc) = 1 ]; do p off; done; p on", "p on", "1: [ $(nproc) = 1 ]: " + nproc + ", taken as true"},
		{"for ((i = 0; i < $(nproc); i++)); do p off; done; p on", "p on", "1: ((i < $(nproc))): " + nproc + ", taken as false"},
		{"for i in $(nproc); do p on; done", "p on", "1: for i: " + nproc + ", taken as one word"},
		{"read a; [ $a = y ] || exit 1; p on", "p on", `1: [ $a = y ]: the output of "read a" is unknown, taken as true`},

		// Nothing is guessed if both branches only print, or the condition is certain.
		{"[ $(nproc) = 2 ] && echo two || echo more; p on", "p on", ""},
		{"while [ $(nproc) = 1 ]; do sleep 1; done; p on", "p on", ""},
		{"[ a = b ] && [ $(nproc) = 2 ] && p off; p on", "p on", ""},
		{"[ a = b -a $(nproc) = 2 ] || p on", "p on", ""},
		{"[ a = a -o $(nproc) = 2 ] && p on", "p on", ""},
		{"[[ a == b && $(nproc) == 2 ]] || p on", "p on", ""},
		{"echo 4 | grep -q 4 && p on", "p on", ""},
	} {
		r := follow(t, tt.script)
		runs := slices.DeleteFunc(r.runs, func(s string) bool { return s == "nproc" })
		if got := strings.Join(runs, "|"); got != tt.runs {
			t.Errorf("%s\nruns %q\nwant %q", tt.script, got, tt.runs)
		}
		if got := strings.Join(r.notes, "|"); got != tt.notes {
			t.Errorf("%s\nnotes %q\nwant  %q", tt.script, got, tt.notes)
		}
	}
}

func TestKnown(t *testing.T) {
	a, b := shell.UnknownValue("a b"), shell.UnknownValue("c ü 🦆")
	for text, want := range map[string]string{
		"": "", "plain": "", a: "a b", "x" + a + "y": "a b", a + b: "a b", b: "c ü ?", shell.UnknownValue(a): "a b",
		a[len(a)-4:]: "", a[:4]: "a", strings.ToUpper(a): "a b",
	} {
		what, ok := shell.Known(text)
		if what != want || ok != (text == "" || text == "plain") {
			t.Errorf("%q: %q %v, want %q", text, what, ok, want)
		}
	}
	if what, _ := shell.Known(shell.UnknownValue(strings.Repeat("x", 10_000))); len(what) != 200 {
		t.Error(len(what))
	}
}

// Following any script ends within the limits and without a panic, with the same calls of
// the World each time.
func FuzzShell(f *testing.F) {
	for _, script := range []string{
		"x=$(uname); [ \"$x\" = Linux ] || exit 1\nip netns add a",
		"f() { local a=$1; p ${a%%x*} ${a[1]}; }; f 1 | while read x; do p $x; done",
		"case $x in a*|b) ip x;; esac; for ((i=0;i<3;i++)); do p $((i**2)); done; ((a[1]++)); let x=a[0]",
		"a=(1 2 3); a[7]=x; declare -A m; m[k]=v; p ${!m[@]} ${m[k]} ${#a[@]} ${a[@]:1:2} ${a[@]/1/2} ${m[@]^^}",
		"trap 'p x' EXIT; set -eu; while getopts ab: o -a -b x; do p $o; done; printf -v x %s y; read -r a b <<< '1 2'; mapfile -t z <<< 'a'",
		"[[ $x =~ a ]] && (( x += 1 )) ; let x++; p $((1<<2)) ${x:-y} ${x/a/b} ${x^^} ${!x} ${x@Q} ${x:1:2}",
		"cat <<-EOF | grep -c x\n\t$x\n\tEOF\ntest -f a -a ! -d b; shift 2; select a in 1 2; do break; done",
		". ./lib.sh; eval \"p $(nproc)\"; sh -c 'p $1' a b; exec 3>x; p <(p y) >&2; p {1..3}{a,b} ~ *",
		"if nproc; then p; elif (( $(nproc) )); then exit; else return 1; fi; until false; do break 2; done; time p; coproc p",
		"getopt -o a: -- -a 1 x; head -n 1 <<< x; awk -F: '{print $1}' <<< a:b; seq 1 2 9; expr 1 + 1; basename -s x y; sort -run < /proc/x",
	} {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 4096 {
			return
		}
		begin := time.Now()
		first, again := &recorder{}, &recorder{}
		err := shell.Follow(shell.Script{File: "x.sh", Text: script, Args: []string{"a", "b c"}}, first)
		_ = shell.Follow(shell.Script{File: "x.sh", Text: script, Args: []string{"a", "b c"}}, again)
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("%v (%v)", took, err)
		}
		if !slices.Equal(first.runs, again.runs) || !slices.Equal(first.notes, again.notes) {
			t.Errorf("%q\nis not %q", first.runs, again.runs)
		}
	})
}
