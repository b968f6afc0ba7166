package draw_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/draw"
)

func TestFormatOf(t *testing.T) {
	for file, want := range map[string]draw.Format{
		"a.txt": draw.FormatText, "a.SVG": draw.FormatSVG, "x/a.mmd": draw.FormatMermaid, "a.b.mermaid": draw.FormatMermaid,
		"a.dot": draw.FormatDOT, "a.gv": draw.FormatDOT, "a.d2": draw.FormatD2, "a.json": draw.FormatJSON,
		"a": "", "svg": "", "a.png": "", "": "",
	} {
		if got, ok := draw.FormatOf(file); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", file, got, ok, want)
		}
	}
}

// Each format begins as its own, and names every box.
func TestRender(t *testing.T) {
	for format, start := range map[draw.Format]string{
		draw.FormatText: "┌", draw.FormatSVG: "<svg", draw.FormatMermaid: "flowchart", draw.FormatDOT: "graph {",
		draw.FormatD2: "direction:", draw.FormatJSON: "{",
	} {
		picture, warning, err := draw.Render(star(t, 2), format, draw.Page{})
		text := string(picture)
		if err != nil || warning != "" || !strings.HasPrefix(strings.TrimSpace(text), start) || !strings.Contains(text, "hub") || !strings.Contains(text, "h1") {
			t.Errorf("%s: got %q, %v:\n%s", format, warning, err, text)
		}
	}
	if _, _, err := draw.Render(star(t, 2), "png", draw.Page{}); err == nil {
		t.Error("an unknown format is rendered")
	}
	_, warning, err := draw.Render(star(t, draw.MermaidLinks+1), draw.FormatMermaid, draw.Page{Unfold: true})
	if !strings.HasSuffix(warning, " links: readers of Mermaid refuse more than 500") || err != nil {
		t.Errorf("got %q, %v", warning, err)
	}
	if _, warning, _ := draw.Render(star(t, draw.MermaidLinks+1), draw.FormatMermaid, draw.Page{}); warning != "" {
		t.Errorf("folded: got %q", warning)
	}
}
