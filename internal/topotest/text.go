package topotest

import (
	"strings"

	"pgregory.net/rapid"
)

// OddText draws untrusted text: control characters, and characters and words with a
// meaning in the formats that vethlab writes.
func OddText() *rapid.Generator[string] {
	pieces := []string{
		"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\x00", "\x1b[2J", "\x1b[31m", "\u009b", "\u202e", "\ufeff", "\ufffe", "\xff", "\t",
		"#", " # SKIP", "# TODO", "ok 2 - x", "not ok 1", "Bail out!", "1..0", "  ...\n", "  ---\n", "::error::x", "::add-path::/tmp", "##[command]", "%", "%0A", ",", ":",
		"<", ">", "&", "]]>", "<!--", `"`, "'", `\`, "$(id)", "`id`", "|", "a", "é", "  ",
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "pieces") {
			b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			b.Write(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes"))
		}
		return b.String()
	})
}
