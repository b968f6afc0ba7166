package topo

import (
	"errors"
	"testing"
)

// The position of a mistake is that of an editor, whatever else YAML takes for the end of
// a line.
func TestPlacesOfOddLines(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"links: [[a]]\n", "f:1:9: links: [[a]]"},
		{"\ufefflinks: [[a]]\n", "f:1:9: links: [[a]]"},
		{"x-a: 1\r\nlinks: [[a]]\r\n", "f:2:9: links: [[a]]"},
		{"x-a: 1\rlinks: [[a]]\r", "f:1:16: x-a: 1\rlinks: [[a]]"},
		{"# ü\u0085# ü\nlinks: [[a]]\n", "f:2:9: links: [[a]]"},
		{"# ü\u0085links: [[ü]]\n", "f:1:15: # ü\u0085links: [[ü]]"},
		{"x-a: \"a\u2028b\"\nlinks: [[a]]\n", "f:2:9: links: [[a]]"},
	} {
		_, err := Parse("f", []byte(tt.text))
		got := ""
		if es := Errors(nil); errors.As(err, &es) && len(es) == 1 && es[0].Source != "" {
			got = es[0].Pos.String() + ": " + es[0].Source
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
	if _, err := Parse("f", []byte("\xff\xfel\x00")); err == nil || err.Error() != "f: the file is UTF-16 (want UTF-8)" {
		t.Errorf("got %v", err)
	}
}
