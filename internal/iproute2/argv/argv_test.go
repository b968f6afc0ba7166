package argv_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/iproute2/argv"
	"github.com/vethlab/vethlab/topo"
)

func wordsOf(line string) *argv.Words { return &argv.Words{List: strings.Fields(line)} }

// A value is read as ip(8) reads it, and only a valid one is taken. An error says which word
// is wrong and what is possible instead.
func TestValues(t *testing.T) {
	prefix := func(w *argv.Words) (any, error) { return w.Prefix() }
	addr := func(w *argv.Words) (any, error) { return w.Addr() }
	mac := func(w *argv.Words) (any, error) { return w.MAC() }
	number := func(w *argv.Words) (any, error) { return w.Number("a table", 252) }
	value := func(w *argv.Words) (any, error) { return w.Value("a name") }
	verb := func(w *argv.Words) (any, error) {
		return w.Verb(argv.Verb{"address", "a"}, argv.Verb{"addrlabel", "addrl"})
	}
	for _, c := range []struct {
		read func(*argv.Words) (any, error)
		line string
		want any // nil: refused
		err  string
	}{
		{prefix, "10.0.0.1/24", netip.MustParsePrefix("10.0.0.1/24"), ""},
		{prefix, "10.0.0.1", netip.MustParsePrefix("10.0.0.1/32"), ""},
		{prefix, "10/8", netip.MustParsePrefix("10.0.0.0/8"), ""},
		{prefix, "fd00::1", netip.MustParsePrefix("fd00::1/128"), ""},
		{prefix, "10.0.0.1/33", nil, `word 1, "10.0.0.1/33": expected an address such as 10.0.0.1/24`},
		{prefix, "fe80::1%eth0", nil, `word 1, "fe80::1%eth0": expected an address such as 10.0.0.1/24`},
		{addr, "10.1", netip.MustParseAddr("10.1.0.0"), ""},
		{addr, "", nil, "the command ends where an address such as 10.0.0.1 should be"},
		{addr, "fe80::1%eth0", nil, `word 1, "fe80::1%eth0": expected an address such as 10.0.0.1`},
		{mac, "02:00:00:00:00:01", topo.MAC{2, 5: 1}, ""},
		{mac, "00:00:00:00:00:00", nil, `word 1, "00:00:00:00:00:00": expected a MAC address such as 02:00:00:00:00:01`},
		{number, "0", 0, ""},
		{number, "252", 252, ""},
		{number, "253", nil, `word 1, "253": expected a table, 0 to 252`},
		{number, "-1", nil, `word 1, "-1": expected a table, 0 to 252`},
		{value, "x", "x", ""},
		{value, "", nil, "the command ends where a name should be"},
		{verb, "a", "address", ""},
		{verb, "addr", "address", ""},
		{verb, "addrl", "addrlabel", ""},
		{verb, "addrss", nil, `word 1, "addrss": expected address or addrlabel; did you mean "address"?`},
		{verb, "link", nil, `word 1, "link": expected address or addrlabel`},
	} {
		w := wordsOf(c.line)
		got, err := c.read(w)
		switch {
		case c.want == nil && (err == nil || err.Error() != c.err || w.Pos != 0):
			t.Errorf("%q: got %v, error %v at word %d; want the error %s at 0", c.line, got, err, w.Pos, c.err)
		case c.want != nil && (err != nil || got != c.want || w.More()):
			t.Errorf("%q: got %v, error %v, more words: %v; want %v", c.line, got, err, w.More(), c.want)
		}
	}
}

// Words are taken from left to right, and none beyond the end.
func TestOrder(t *testing.T) {
	w := wordsOf("dev eth0 up")
	steps := []string{
		fmt.Sprint(w.Skip("via", "dev")), w.Next(), fmt.Sprint(w.Skip("down")), w.Peek(), w.Next(), fmt.Sprint(w.More()),
		w.Next(), fmt.Sprint(w.Skip("")), w.Back().Peek(), w.Place(),
	}
	want := []string{"true", "eth0", "false", "up", "up", "false", "", "false", "up", `word 3, "up"`}
	for i := range want {
		if steps[i] != want[i] {
			t.Errorf("step %d: got %q, want %q", i, steps[i], want[i])
		}
	}
}
