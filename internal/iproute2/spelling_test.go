package iproute2

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
)

// shorter are the abbreviations that ip accepts for the printed words.
var shorter = map[string][]string{
	"netns": {"net", "netn"}, "link": {"l", "li", "lin"}, "addr": {"a", "ad", "add", "address"}, "route": {"r", "ro", "rou"},
	"add": {"a", "ad"}, "del": {"d", "de", "delete"}, "set": {"s", "se"}, "replace": {"rep", "repl", "change", "c", "chg"}, "flush": {"f", "fl"},
	"-n": {"-ne", "-net", "-netns", "--netns"},
}

// Abbreviated words and reordered options are parsed as the same Op.
func TestShortAndInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := ops{t}.op()
		line := Print(op)
		list, err := split(line)
		if err != nil {
			t.Fatal(err)
		}
		list = shuffle(t, op, shorten(t, list))
		list = append(slices.Clone(rapid.SampledFrom([][]string{
			nil, {"sudo"}, {"sudo", "-n", "-u", "root"}, {"env", "LANG=C"}, {"command"},
		}).Draw(t, "in front")), list...)
		got, err := ParseWords(list)
		if d := cmp.Diff(plan.Plan{op}, got, compareOps); err != nil || d != "" {
			t.Fatalf("%s, which is %q: %v (-printed +parsed)\n%s", line, list, err, d)
		}
	})
}

// shorten rewrites ip's option -n, its object and its verb.
func shorten(t *rapid.T, list []string) []string {
	list = slices.Clone(list)
	if list[0] != "ip" {
		return list
	}
	left := 2 // object and verb
	for i := 1; i < len(list) && left > 0; i++ {
		word := list[i]
		if !strings.HasPrefix(word, "-") {
			left--
		}
		if others, ok := shorter[word]; ok {
			list[i] = rapid.SampledFrom(append([]string{word}, others...)).Draw(t, "spelling")
		}
		if word == "-n" {
			i++
		}
	}
	return list
}

// shuffle puts the parts of a command on an address or a route in another order.
func shuffle(t *rapid.T, op plan.Op, list []string) []string {
	var parts [][]string
	take := func(n int) {
		if n = min(n, len(list)); n > 0 {
			parts = append(parts, list[len(list)-n:])
			list = list[:len(list)-n]
		}
	}
	switch op := op.(type) {
	case plan.AddAddress:
		if op.Address.Addr().Is6() {
			take(1)
		}
		take(2)
		take(1)
	case plan.AddRoute:
		if op.Protocol != 0 {
			take(2)
		}
		if op.Route.Metric != 0 {
			take(2)
		}
		take(2)
		if op.Route.Via.IsValid() {
			take(1 + len((&route{Route: op.Route}).gateway()))
		}
		take(1)
	}
	head := slices.Clone(list)
	for _, part := range rapid.Permutation(parts).Draw(t, "order") {
		head = append(head, part...)
	}
	return head
}

// ParseSkipping returns the skipped options.
func TestParseSkipping(t *testing.T) {
	for line, want := range map[string][]string{
		"ip addr add 10.0.0.1/24 dev e":                     nil,
		"ip addr add 10.0.0.1/24 brd + dev e label e:1":     {"brd +", "label e:1"},
		"ip -6 addr add fd00::1/64 broadcast x dev e nodad": {"brd x"},
		"ip route add 10.1.0.0/16 dev e proto static":       {"proto static"},
		"ip link set e up":                                  nil,
	} {
		if _, got, err := ParseSkipping(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q %v, want %q", line, got, err, want)
		}
	}
}
