package topo

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// Each byte of a text of several lines is found in the file, however it is written.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"table", "ip", "ü", "#", ":", "- ", `"`, "'", `\`, " ", "  ", "\n", "\n\n", "\t", "{", "}", "日本", "\x1b", "\u00a0"}
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(words)).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "joined by"))
		style := rapid.SampledFrom([]yaml.Style{0, yaml.LiteralStyle, yaml.FoldedStyle, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle}).Draw(t, "style")
		doc := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Value: "a"},
			{Kind: yaml.MappingNode, Content: []*yaml.Node{
				{Kind: yaml.ScalarNode, Value: "ünter"},
				{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style},
			}},
		}}
		data, err := yaml.Dump(doc, yaml.WithLineWidth(rapid.SampledFrom([]int{20, -1}).Draw(t, "width")))
		if err != nil {
			t.Skip("the library does not write it")
		}
		if rapid.Bool().Draw(t, "CR LF") {
			data = []byte(strings.ReplaceAll(string(data), "\n", "\r\n"))
		}
		checkPositions(t, data)
	})
}

func checkPositions(t interface {
	Helper()
	Fatalf(string, ...any)
}, data []byte,
) {
	t.Helper()
	root, _, err := load(data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	n := root.Content[0].Content[1].Content[1]
	src := newSource("f", data)
	at, ok := src.positions(n)
	if !ok || len(at) != len(n.Value) {
		t.Fatalf("%d positions for %q in\n%s", len(at), n.Value, data)
	}
	for i := range at {
		line := src.line(at[i].Line)
		inFile := strings.TrimSpace(line[min(at[i].Col-1, len(line)):])
		if b := n.Value[i]; b > ' ' && b < 0x7f && !strings.HasPrefix(inFile, string(rune(b))) && !strings.HasPrefix(inFile, `\`) {
			t.Fatalf("%q of %q is %q in\n%s", b, n.Value, inFile, data)
		}
	}
}

func TestPositionsOfStyles(t *testing.T) {
	for _, value := range []string{
		"|\n  table ip a {\n\n    }\n", "|2-\n    x\n   y\n", ">\n  one\n  two\n\n  three\n    more\n  four\n",
		"# no\n  |\n  x\n", "!!str &a |\n  x\n", "\"a\\n\n\n  b \\\n  c\\x41\\u00fc\\\"\"", "'it''s\n\n  two'", "plain\n  text # c\n", "\n  plain\n\n  text\n",
	} {
		checkPositions(t, []byte("a:\n ü: "+strings.ReplaceAll(value, "\n", "\n ")+"\n"))
	}
}
