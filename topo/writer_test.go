package topo_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/topo"
)

// anyText draws bytes that end a scalar in YAML if they are not escaped.
func anyText() *rapid.Generator[string] {
	pieces := []string{
		"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\x00", "\ufeff", "\xff", "\x85", "\t", ": ", " #", "# ", "- ", "? ", "[", "]", "{", "}", ",",
		`"`, "'", `\`, "|", ">", "&a", "*a", "!!map", "---", "...", "run: [sh, -c, id]", "tests: [{run: [id]}]", "a", "x: y", "null", "\U0001f600", "  ",
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			b.Write(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes"))
		}
		if rapid.IntRange(0, 30).Draw(t, "long") == 0 {
			return strings.Repeat(b.String()+"x", 2000)
		}
		return b.String()
	})
}

// Whatever a Topology and its comments contain, valid or not, the file has the intended
// keys and no others.
func TestFormatEscapesText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string) string { return anyText().Draw(t, what) }
		name := rapid.OneOf(anyText(), rapid.Just("plain"))
		lab := &topo.Topology{Name: draw("lab")}
		prefix := draw("prefix")
		lab.Prefix = &prefix
		lab.Nodes = topo.Nodes{{
			Name: name.Draw(t, "node"), Group: []string{draw("group"), draw("group")}, Sysctls: map[string]string{draw("sysctl"): draw("setting")},
			Nftables: draw("nftables"), Interfaces: topo.Interfaces{{Name: draw("interface"), Kind: &topo.Bridge{Ports: []string{draw("port"), "p"}}}},
		}, {Name: "last"}}
		lab.Links = []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: draw("end"), Interface: "a"}, {Node: "b"}}}}
		lab.Tests = []topo.Test{{Name: draw("test"), From: []string{draw("from")}, To: []string{draw("to")}, Stdout: draw("stdout")}, {Run: []string{draw("argument"), draw("argument")}}}
		plain := lab.Format()
		comments := topo.Comments{"": {draw("comment"), draw("comment")}, "last": {draw("comment")}, lab.Nodes[0].Name: {draw("comment")}, "other": {draw("comment")}}
		file := lab.FormatWith(comments)
		want := fmt.Sprintf("name prefix nodes links tests; %q; group interfaces sysctls nftables; 2 tests", []string{runes(lab.Nodes[0].Name), "last"})
		if runes(lab.Nodes[0].Name) == "last" {
			t.Skip("two nodes of one name")
		}
		if lab.Name == "" {
			want = strings.TrimPrefix(want, "name ")
		}
		if lab.Nodes[0].Nftables == "" {
			want = strings.Replace(want, " nftables", "", 1)
		}
		for _, text := range [][]byte{plain, file} {
			if got := outline(t, text); got != want {
				t.Fatalf("got  %s\nwant %s\n%.2000q", got, want, text)
			}
		}
		if a, b := content(t, plain), content(t, file); a != b {
			t.Fatalf("comments change the values of the file:\n%s\n%s", a, b)
		}
	})
}

// runes returns a text with invalid UTF-8 replaced, as YAML has it.
func runes(s string) string { return string([]rune(s)) }

// outline returns the keys of a file.
func outline(t *rapid.T, text []byte) string {
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		t.Fatalf("%v\n%.2000q", err, text)
	}
	root := doc.Content[0]
	var nodes, node []string
	tests := 0
	for i, key := range keys(root) {
		value := root.Content[2*i+1]
		switch key {
		case "nodes":
			nodes = keys(value)
			node = keys(value.Content[1])
		case "tests":
			tests = len(value.Content)
		}
	}
	return fmt.Sprintf("%s; %q; %s; %d tests", strings.Join(keys(root), " "), nodes, strings.Join(node, " "), tests)
}

func keys(n *yaml.Node) []string {
	var list []string
	for i := 0; i < len(n.Content); i += 2 {
		list = append(list, n.Content[i].Value)
	}
	return list
}

// content returns the values of a file, without comments.
func content(t *rapid.T, text []byte) string {
	var v any
	if err := yaml.Load(text, &v); err != nil {
		t.Fatalf("%v\n%.2000q", err, text)
	}
	return fmt.Sprintf("%#v", v)
}

func TestCheckName(t *testing.T) {
	for _, name := range []string{"a", "web-1", "ü.b", "a#b", "x]"} {
		if err := topo.CheckName(name); err != nil {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"":     `the name "" is empty`,
		"a\nb": `the name "a\nb" contains "\n"`,
		"a/b":  `the name "a/b" contains "/"`,
		"\xff": `the name "\xff" is not UTF-8`,
	} {
		if err := topo.CheckName(name); err == nil || err.Error() != want {
			t.Errorf("CheckName(%q) = %v, want %s", name, err, want)
		}
	}
}
