package escape

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"mvdan.cc/sh/v3/syntax"
	"pgregory.net/rapid"
)

// breaks are the line ends of all formats and their readers.
var breaks = []string{"\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\u0085", "\x85", "\u2028", "\u2029", "\x00"}

// hostile draws bytes, with many special characters of the formats.
func hostile() *rapid.Generator[string] {
	pieces := append([]string{
		": ", " #", "#", "- ", "? ", "run: [sh, -c, id]", "tests:", "{", "}", "[", "]", ",", "&a", "*a", "!!str", "|", ">", "%", "@", "`",
		"'", `"`, `\`, "$(id)", "${x}", "~", "---", "...", "<<", "=", "null", "true", "yes", "0x1f", "1e3", "\t", " ", "\ufeff", "\u202e", "\u200b",
		"\xff", "\xc3", "\xed\xa0\x80", "\U000e0041", "\ufffe", "\U0010ffff", "\x1b[2J", "\x7f", "\u009b", "é", "日本", "👩\u200d💻", "a", "eth0", "-", "EOF",
	}, breaks...)
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 8).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "known") {
				b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			} else {
				b.Write(rapid.SliceOfN(rapid.Byte(), 0, 6).Draw(t, "bytes"))
			}
		}
		if rapid.IntRange(0, 40).Draw(t, "long") == 0 {
			return strings.Repeat(b.String()+"x", 3000)
		}
		return b.String()
	})
}

func TestLineIsOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "text")
		line := Line(s)
		if !utf8.ValidString(line) {
			t.Fatalf("Line(%q) = %q is not UTF-8", s, line)
		}
		for _, r := range line {
			if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == 0xfeff {
				t.Fatalf("Line(%q) = %q has %U", s, line, r)
			}
		}
		if Line(line) != line {
			t.Fatalf("Line(%q) = %q, but Line of that is %q", s, line, Line(line))
		}
	})
	for s, want := range map[string]string{
		"a\nb": "a b", "a\u2028b\u2029c\u0085d": "a b c d", "\x1b[2J": "␛[2J", "\x7f": "␡", "é 日本 👩\u200d💻": "é 日本 👩\u200d💻",
		"a\u202eb": "a\ufffdb", "\xff": "\ufffd", "": "",
	} {
		if got := Line(s); got != want {
			t.Errorf("Line(%q) = %q, want %q", s, got, want)
		}
	}
}

// valid replaces invalid UTF-8 by U+FFFD.
func valid(s string) string {
	var b strings.Builder
	for _, r := range s { // each invalid byte becomes one U+FFFD, as in YAML
		b.WriteRune(r)
	}
	return b.String()
}

// yaml11Lines splits a text at the line ends of YAML 1.1.
func yaml11Lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\r\n\u0085\u2028\u2029", r) })
}

func TestYAMLScalarsMeanTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key, value, comment := hostile().Draw(t, "key"), hostile().Draw(t, "value"), hostile().Draw(t, "comment")
		block := YAMLEntry(key, "\n") + " " + YAML(value) + "\n" + YAMLComment(comment) + "\nend: {" + YAMLEntry(key, "") + " [" + YAML(value) + "]}\n" + YAMLComment(comment)
		var got yaml.Node
		if err := yaml.Load([]byte(block), &got); err != nil {
			t.Fatalf("%v\n%q", err, block)
		}
		root := got.Content[0]
		if len(root.Content) != 4 {
			t.Fatalf("%d keys and values instead of 4:\n%q", len(root.Content), block)
		}
		inner := root.Content[3]
		for _, pair := range []struct {
			node *yaml.Node
			want string
		}{{root.Content[0], key}, {root.Content[1], value}, {root.Content[2], "end"}, {inner.Content[0], key}, {inner.Content[1].Content[0], value}} {
			if pair.node.Kind != yaml.ScalarNode || pair.node.Value != valid(pair.want) {
				t.Fatalf("got %q, want %q:\n%q", pair.node.Value, valid(pair.want), block)
			}
		}
		// Readers of YAML 1.1 find the same number of lines.
		if n := strings.Count(block, "\n") + 1; len(yaml11Lines(block)) > n {
			t.Fatalf("%d lines of YAML 1.1, %d meant:\n%q", len(yaml11Lines(block)), n, block)
		}
		for _, r := range block {
			if !yamlAllowed(r) {
				t.Fatalf("%U is not allowed in a file of YAML:\n%q", r, block)
			}
		}
	})
}

// yamlAllowed is c-printable of YAML 1.2.
func yamlAllowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0x7e || r == 0x85 ||
		0xa0 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || 0x10000 <= r && r <= 0x10ffff
}

func TestYAMLBlocksMeanTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "text")
		if rapid.Bool().Draw(t, "lines") {
			s = strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "  b", "\t", "", " ", "# c", "run: x", "--- d", "...", "- e", "é"})).Draw(t, "lines"), "\n")
		}
		if !IsYAMLBlock(s) {
			return
		}
		text := "top:\n  key: " + YAMLBlock(s, "    ") + "  end: 1\nlast: 2\n"
		var got struct {
			Top  map[string]string
			Last int
		}
		if err := yaml.Load([]byte(text), &got); err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		if len(got.Top) != 2 || got.Top["key"] != s || got.Last != 2 {
			t.Fatalf("got %q, want %q of\n%q", got.Top, s, text)
		}
	})
}

func TestShellWordsAreTheWordsMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Map(hostile(), valid), 1, 4).Draw(t, "words") // the parser requires UTF-8
		comment := hostile().Draw(t, "comment")
		for _, lang := range []syntax.LangVariant{syntax.LangPOSIX, syntax.LangBash} {
			calls := parseShell(t, lang, ShellComment(comment)+"\n"+ShellLine(words)+"\n"+ShellComment(comment)+"\ntrue\n")
			if len(calls) != 2 || calls[1][0] != "true" || len(calls[0]) != len(words) {
				t.Fatalf("%q became %q", words, calls)
			}
			for i, w := range words {
				// The parser reads CR LF in a script as LF, as a shell does.
				want := strings.ReplaceAll(w, "\x00", "")
				if got := calls[0][i]; got != want && got != strings.ReplaceAll(want, "\r\n", "\n") && got != strings.ReplaceAll(want, "\r", "") {
					t.Fatalf("%q became %q", w, got)
				}
			}
		}
	})
}

// The installed shell must read the same words, for any bytes.
func TestShellReadsTheWordsMeant(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(hostile(), 20, 40).Draw(t, "words")
		comment := hostile().Draw(t, "comment")
		script := ShellComment(comment) + "\n" + ShellLine(append([]string{"printf", `%s\0`}, words...)) + "\n" + ShellComment(comment) + "\n"
		cmd := exec.Command(sh)
		cmd.Stdin = strings.NewReader(script)
		out, err := cmd.Output()
		want := ""
		for _, w := range words {
			want += strings.ReplaceAll(w, "\x00", "") + "\x00"
		}
		if err != nil || string(out) != want {
			t.Fatalf("%v: %.300q became %.300q", err, want, out)
		}
	})
}

// parseShell returns the words of each command of a script. The test fails if the
// script has other constructs.
func parseShell(t *rapid.T, lang syntax.LangVariant, script string) [][]string {
	file, err := syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatalf("%v\n%q", err, script)
	}
	var calls [][]string
	for _, stmt := range file.Stmts {
		call, ok := stmt.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Assigns) > 0 || len(stmt.Redirs) > 0 || stmt.Background || stmt.Negated {
			t.Fatalf("%T is not a simple command:\n%q", stmt.Cmd, script)
		}
		var words []string
		for _, arg := range call.Args {
			word := ""
			for _, part := range arg.Parts {
				switch part := part.(type) {
				case *syntax.Lit:
					word += strings.ReplaceAll(part.Value, `\'`, "'")
				case *syntax.SglQuoted:
					word += part.Value
				default:
					t.Fatalf("%T means something to a shell:\n%q", part, script)
				}
			}
			words = append(words, word)
		}
		calls = append(calls, words)
	}
	return calls
}

func TestNamesForShellsAndHosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "name")
		if ShellName(s) {
			calls := parseShell(t, syntax.LangBash, "true "+s+"\n")
			if len(calls) != 1 || len(calls[0]) != 2 || calls[0][1] != s {
				t.Fatalf("ShellName(%q), which is %q", s, calls)
			}
		}
		if HostsName(s) {
			line, _, _ := strings.Cut("10.0.0.1\t"+s+" end", "#")
			if f := strings.Fields(line); len(f) != 3 || f[1] != s {
				t.Fatalf("HostsName(%q), which is %q", s, f)
			}
		}
	})
	for _, good := range []string{"a", "web-1", "lab/ns1", "ü", "a:b", "a.b_c@d"} {
		if !ShellName(good) || !HostsName(good) {
			t.Errorf("%q is not accepted", good)
		}
	}
	for _, bad := range []string{"", "a b", "a\nb", "a#b", "a\u2028b", "a\x00"} {
		if ShellName(bad) || HostsName(bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
}
