package labtest

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

func TestLabName(t *testing.T) {
	for test, want := range map[string]string{
		"TestX":                            "TestX",
		"TestX/with_a_case":                "TestX-with_a_case",
		"TestX/10.0.0.1:80,_ä/#01":         "TestX-10.0.0.1-80-_---01",
		"BenchmarkX-2":                     "BenchmarkX-2",
		"FuzzX/seed#0":                     "FuzzX-seed-0",
		"Test/" + strings.Repeat("x", 100): "Test-" + strings.Repeat("x", longestName-5) + "-cbae501e",
	} {
		got := labName(test)
		if got != want {
			t.Errorf("%s: got %s, want %s", test, got, want)
		}
		if _, err := vethlab.NewAs(got, topo.MustParse("links: [[a, b]]")); err != nil {
			t.Errorf("%s: %v", test, err)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	var n labNames
	one, two, other := n.claim("TestX/a"), n.claim("TestX/a"), n.claim("TestX-a")
	if one == two || two == other || other == one {
		t.Errorf("got %s, %s, %s", one, two, other)
	}
	n.release(one)
	if again := n.claim("TestX/a"); again != one {
		t.Errorf("got %s, want %s again", again, one)
	}
}
