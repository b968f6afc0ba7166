package importer

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"ip  link\tset lo up\n":              {"ip", "link", "set", "lo", "up"},
		`bash -c "for i in 1; do x$i; done"`: {"bash", "-c", "for i in 1; do x$i; done"},
		`a "" '' b`:                          {"a", "", "", "b"},
		`a"b c"'d e'f`:                       {"ab cd ef"},
		`a\ b \$x \\ \'`:                     {"a b", "$x", `\`, "'"},
		`"\$x \n \" '\\'"`:                   {`$x n " '\'`},
		`'\$x \n'`:                           {`\$x \n`},
		"a\\\nb":                             {"a\nb"},
		"# all of it":                        nil,
		"a #b\nc":                            {"a", "c"},
		`a#b "#c" \#d`:                       {"a#b", "#c", "#d"},
		`a && b > c; d | $e ${f} *`:          {"a", "&&", "b", ">", "c;", "d", "|", "$e", "${f}", "*"},
		"ä\u00a0b":                           {"ä\u00a0b"},
	} {
		if got, err := splitWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("splitWords(%q) = %q, %v, want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]string{`a "b`: "quote", "a 'b": "quote", `a \`: "backslash", `a "b\`: "backslash"} {
		if _, err := splitWords(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("splitWords(%q): %v, want %q", line, err, want)
		}
	}
}
