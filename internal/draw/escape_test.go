package draw_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/draw"
)

// oddName generates names with special characters of the languages.
func oddName() *rapid.Generator[string] {
	pieces := []string{
		"]", "[", "]]", "]]>", "<b>", "</TABLE>>]", "&", "&lt;", "&#10;", `"`, "'", `\`, `\N`, `\n`, "\n", "\r", "\u0085", "\u2028", "\u2029", "\x00", "\x1b[2J", "\u202e", "\ufeff",
		"\xff", "{", "}", "(", ")", "|", ";", "--", "->", "end", "1. ", "- ", "#", "%%", "${x}", "`", "*", "_", "a", " ", "b0", "n0", ":::x", "@{", "é", "橋",
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "pieces") {
			b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			b.Write(rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "bytes"))
		}
		return b.String()
	})
}

// statements match each line that a renderer may write, with its strings replaced by STR.
var statements = map[string]*regexp.Regexp{
	"d2": regexp.MustCompile(`^(?:direction: down|\}|n\d+: STR \{|  style\.stroke: STR|  b\d+: STR \{shape: hexagon\}|  p\d+: STR|  b\d+ -- p\d+|` +
		`n\d+(?:\.[bp]\d+)? -- n\d+(?:\.[bp]\d+)?(?::(?: STR)?(?: \{style\.[a-z-]+: \d\})?)?)$`),
	"mermaid": regexp.MustCompile(`^(?:flowchart TB|  end|  n\d+\[STR\]|  subgraph n\d+\[STR\]|    n\d+b\d+\[\[STR\]\]|    n\d+p\d+\(STR\)|` +
		`  n\d+(?:[bp]\d+)? (?:---|-\.-|===)(?:\|STR\|)? n\d+(?:[bp]\d+)?|  classDef [a-z]+ stroke:#[0-9a-f]{6},stroke-width:2px|  class [n0-9,]+ [a-z]+)$`),
	"dot": regexp.MustCompile(`^(?:graph \{|\}|  (?:graph|node|edge) \[[a-z]+=[A-Za-z0-9.,=STR ]+\]|  n\d+ \[label=<HTML>\]|` +
		`  n\d+(?::[bp]\d+)?(?::[ns])? -- n\d+(?::[bp]\d+)?(?::[ns])?(?: \[[a-z0-9=STR, ]+\])?)$`),
}

// withoutStrings replaces the strings of a picture by STR.
func withoutStrings(language, text string) string {
	quoted := regexp.MustCompile(`"(?:\\.|[^"\\\n])*"`)
	if language == "mermaid" { // has no backslashes
		quoted = regexp.MustCompile(`"[^"\n\\]*"`)
	}
	if language == "dot" {
		text = regexp.MustCompile(`(?s)<<TABLE.*?</TABLE>>`).ReplaceAllString(text, "<HTML>")
	}
	return quoted.ReplaceAllString(text, "STR")
}

// With any names, every line of a picture is a statement that the renderer writes.
func TestNamesAddNoStatements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scene := named(oddName().Draw(t, "name"))
		if len(scene.Boxes) == 0 {
			t.Fatal("nothing is drawn")
		}
		mermaid, _ := draw.Mermaid(scene)
		for language, text := range map[string]string{"d2": draw.D2(scene), "dot": draw.DOT(scene), "mermaid": mermaid} {
			if !utf8.ValidString(text) {
				t.Fatalf("%s: invalid UTF-8: %q", language, text)
			}
			for line := range strings.Lines(withoutStrings(language, text)) {
				if line = strings.TrimSuffix(line, "\n"); !statements[language].MatchString(line) {
					t.Fatalf("%s: unexpected statement %q:\n%s", language, line, text)
				}
			}
		}
	})
}

// Graphviz parses labels of DOT as XML (expat). It fails at brackets in text and at an
// empty <B>.
func TestLabelsOfDOT(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := draw.DOT(named(oddName().Draw(t, "name")))
		labels := regexp.MustCompile(`(?s)label=<(<TABLE.*?</TABLE>)>\]`).FindAllStringSubmatch(text, -1)
		if len(labels) != 4 {
			t.Fatalf("%d labels, want one for each of 4 boxes:\n%s", len(labels), text)
		}
		for _, label := range labels {
			d := xml.NewDecoder(strings.NewReader(label[1]))
			d.Strict = true
			for {
				_, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%v:\n%s", err, label[1])
				}
			}
			if d.InputOffset() != int64(len(label[1])) {
				t.Fatalf("text after the end of the table:\n%s", label[1])
			}
			if raw := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(label[1], ""); strings.ContainsAny(raw, "[]") || strings.Contains(label[1], "<B></B>") {
				t.Fatalf("Graphviz fails at\n%s", label[1])
			}
		}
	})
}

func TestNamesInMermaid(t *testing.T) {
	for name, want := range map[string]string{
		"1. a": `"1#46; a"`, "- a": `"#45; a"`, "+": `"#43;"`, "10.0.0.1/24": `"10.0.0.1/24"`, "a-b": `"a-b"`, "12)": `"12#41;"`, "]": `"#93;"`,
	} {
		text, _ := draw.Mermaid(&draw.Scene{Boxes: []draw.Box{{ID: "x", Name: name}}})
		if !strings.Contains(text, "n0["+want+"]") {
			t.Errorf("%q is not written %s:\n%s", name, want, text)
		}
	}
}
