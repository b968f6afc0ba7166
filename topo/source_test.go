package topo

import (
	"encoding/binary"
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
}

// A file in another encoding of Unicode is refused by the name of the encoding.
func TestEncodings(t *testing.T) {
	const lab = "links: [[a, b]]\n"
	for name, order := range map[string]binary.AppendByteOrder{"LE": binary.LittleEndian, "BE": binary.BigEndian} {
		for _, mark := range []string{"", byteOrderMark} {
			var utf16, utf32 []byte
			for _, r := range mark + lab {
				utf16, utf32 = order.AppendUint16(utf16, uint16(r)), order.AppendUint32(utf32, uint32(r))
			}
			for want, data := range map[string][]byte{"UTF-16": utf16, "UTF-32": utf32} {
				if _, err := Parse("f", data); err == nil || err.Error() != "f: the file is "+want+" (want UTF-8)" {
					t.Errorf("%s %s, mark %q: got %v", want, name, mark, err)
				}
			}
		}
	}
	for _, text := range []string{lab, byteOrderMark + lab} {
		if _, err := Parse("f", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
