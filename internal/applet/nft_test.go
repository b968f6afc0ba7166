//go:build linux

package applet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/topo"
)

func TestNftOptions(t *testing.T) {
	for _, c := range []struct {
		words string
		want  nftOptions
		rest  string
		err   string
	}{
		{"-a list ruleset", nftOptions{handles: true}, "list ruleset", ""},
		{"-c -f x", nftOptions{check: true, file: "x"}, "", ""},
		{"--check --file - --handle --stateless", nftOptions{check: true, file: "-", handles: true, stateless: true}, "", ""},
		{"-s -nn list ruleset -a", nftOptions{stateless: true}, "list ruleset -a", ""},
		{"-f", nftOptions{}, "", "-f needs a file"},
		{"-x", nftOptions{}, "", "unknown option -x"},
	} {
		var got nftOptions
		rest, err := got.read(strings.Fields(c.words))
		if err != nil && err.Error() != c.err || err == nil && (c.err != "" || got != c.want || strings.Join(rest, " ") != c.rest) {
			t.Errorf("%q: got %+v, %q, %v", c.words, got, rest, err)
		}
	}
}

func TestNftUsage(t *testing.T) {
	for words, want := range map[string]string{
		"":                  "missing command, such as list ruleset",
		"-f x list ruleset": "give a file or a command, not both",
		"-x":                "unknown option -x",
	} {
		err := Nft(t.Context(), strings.Fields(words), new(recorder).io(""))
		if usage, ok := errors.AsType[*UsageError](err); !ok || usage.Error() != want {
			t.Errorf("%q: got %v, want %q", words, err, want)
		}
	}
}

// A mistake is shown with its line, that of a typed command without a line number.
func TestNftMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(file, []byte("flush ruleset\nfrob table x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words string
		line  int
		want  string
	}{
		{"-f " + file, 2, "frob table x"},
		{"frob table x", 0, "frob table x"},
	} {
		err := Nft(t.Context(), strings.Fields(c.words), new(recorder).io(""))
		all := topo.Errors{}
		if !errors.As(err, &all) || len(all) != 1 || all[0].Pos.Line != c.line || !strings.Contains(err.Error(), c.want+"\n") {
			t.Errorf("%q: got %v", c.words, err)
		}
	}
	err := Nft(t.Context(), []string{"-f", file + ".none"}, new(recorder).io(""))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestNft(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	for _, c := range []struct{ words, out, err string }{
		{"add table inet t", "", ""},
		{"-c add table inet checked", "", ""}, // only checked
		{"list tables", "table inet t\n", ""},
		{"add chain inet t c", "", ""},
		{"add rule inet t c counter accept", "", ""},
		{"-a list chain inet t c", "# handle ", ""},
		{"list chain inet t c", "counter packets 0 bytes 0 accept", ""},
		{"-s list chain inet t c", "\t\tcounter accept", ""},
		{"add rule inet t no accept", "", "add rule inet t no accept: "},
		{"-c add rule inet t no accept", "", "add rule inet t no accept: "},
		{"list chain inet t no", "", "no"},
		{"add table inet u; list tables", "table inet t\ntable inet u\n", ""},
		{"flush ruleset; list tables", "", ""},
	} {
		var r recorder
		err := Nft(t.Context(), strings.Fields(c.words), r.io(""))
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("nft %s: got %v, want %q", c.words, err, c.err)
		}
		if got := r.out.String(); !strings.Contains(got, c.out) || c.out == "" && got != "" {
			t.Errorf("nft %s: got %q, want %q", c.words, got, c.out)
		}
	}
}
