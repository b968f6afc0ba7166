package consent_test

import (
	"testing"

	"github.com/vethlab/vethlab/internal/consent"
	"github.com/vethlab/vethlab/topo"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		run  []string
		want string
	}{
		{[]string{"true"}, "sh -c true"},
		{[]string{"curl -s b | grep x"}, `sh -c "curl -s b | grep x"`},
		{[]string{"curl", "-s", "b"}, "curl -s b"},
		{[]string{"echo", "", "a b", `"`, `\`, "é", "\x1b[2J"}, `echo "" "a b" "\"" "\\" "é" "\x1b[2J"`},
	} {
		if got := consent.CommandLine(topo.Test{Run: c.run}); got != c.want {
			t.Errorf("%q: got %s, want %s", c.run, got, c.want)
		}
	}
}

func TestCommandTests(t *testing.T) {
	tests := []topo.Test{{From: []string{"a"}}, {Run: []string{"true"}}, {Run: []string{"false"}}}
	if got := consent.CommandTests(tests); len(got) != 2 || got[1].Run[0] != "false" {
		t.Errorf("got %v", got)
	}
}

// The key depends on each word of the commands, where it ends, on the nodes, and on
// nothing else.
func TestKeyOfCommands(t *testing.T) {
	key := func(tests ...topo.Test) consent.Key {
		t.Helper()
		k, err := consent.KeyOfCommands(tests)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	base := topo.Test{Run: []string{"a", "b"}, On: []string{"n"}}
	for _, other := range []topo.Test{
		{Run: []string{"a b"}, On: []string{"n"}},
		{Run: []string{"a", "c"}, On: []string{"n"}},
		{Run: []string{"a", "b"}, On: []string{"n", "m"}},
		{Run: []string{"a", "b", "n"}},
	} {
		if key(base) == key(other) {
			t.Errorf("%v and %v have the same key", base, other)
		}
	}
	if key(base) == key(base, base) {
		t.Error("two commands have the key of one")
	}
	named := base
	named.Name = "x"
	if key(base) != key(named) {
		t.Error("the key depends on the name of the test")
	}
}
