package escape_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/topotest"
)

func TestTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"eth0\tup\n":            "eth0\tup\n",
		"\x1b[31mdown\x1b[0m":   "\x1b[31mdown\x1b[0m",
		"\x1b[41mdown":          "␛[41mdown",
		"v\x1b[2Jx":             "v␛[2Jx",
		"\x1b[8mhidden":         "␛[8mhidden",
		"\x1b]0;title\a":        "␛]0;title␇",
		"a\rb\x7f\u009bc\x00é橋": "a␍b\ufffd\ufffdc␀é橋",
		"\x9b31m":               "\ufffd31m",
	} {
		if got := escape.Terminal(in); got != want {
			t.Errorf("Terminal(%q) = %q, want %q", in, got, want)
		}
	}
}

// The escaped text means the same and is safe on a terminal.
func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		`"plain é"` + "\n":       `"plain é"` + "\n",
		"\"a\x7fb\u009b\u202e\"": `"a\u007fb\u009b\u202e"`,
		"\"\U000e0041\"":         `"\udb40\udc41"`,
	} {
		if got := string(escape.JSON([]byte(in))); got != want {
			t.Errorf("JSON(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(topotest.OddText().Draw(t, "text"))
		if err != nil {
			t.Fatal(err)
		}
		escaped := escape.JSON(text)
		if !escape.SafeOnTerminal(string(escaped)) {
			t.Fatalf("%q is not safe on a terminal", escaped)
		}
		var before, after string
		if err := json.Unmarshal(text, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(escaped, &after); err != nil || after != before {
			t.Fatalf("%q became %q: %v", before, after, err)
		}
	})
}
