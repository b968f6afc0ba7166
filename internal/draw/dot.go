package draw

import (
	"fmt"
	"slices"
	"strings"
)

// DOT writes a Scene in the DOT language of Graphviz: each box is a table whose cells are
// its ports. The sides of ports and the order of ranks are those of this package's
// layout.
func DOT(s *Scene) string {
	l := arrangeSVG(s)
	d := &dot{ids: newIDs(s, ":"), sides: map[End]Side{}}
	d.line("graph {")
	d.line("  graph [ranksep=0.6, nodesep=0.4]")
	d.line(`  node [shape=plain, fontname="Helvetica,Arial,sans-serif", fontsize=11]`)
	d.line(`  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, color="#46586a"]`)
	for i := range l.Boxes {
		d.box(&l.Boxes[i])
	}
	live, turned := s.live(), downward(l)
	for _, c := range s.Cables {
		c.Ends = turned(c.Ends)
		d.cable(c, live(c))
	}
	for _, r := range s.Relations {
		ends := turned([2]End{r.From, r.To})
		d.line("  %s -- %s [style=dotted, label=%s]", d.portRef(ends[0]), d.portRef(ends[1]), dotText(r.Label))
	}
	d.line("}")
	return d.out.String()
}

type dot struct {
	*ids
	sides map[End]Side
	out   strings.Builder
}

func (d *dot) line(format string, args ...any) { fmt.Fprintf(&d.out, format+"\n", args...) }

func (d *dot) box(b *PlacedBox) {
	var above, below []PlacedPort
	for _, p := range b.sorted() {
		d.sides[End{b.ID, p.Name}] = p.Side
		if p.Side == Top || p.Side == Left {
			above = append(above, p)
		} else {
			below = append(below, p)
		}
	}
	wide := max(1, len(above)) * max(1, len(below))
	d.line(`  %s [label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" STYLE="ROUNDED" COLOR="%s">`,
		d.boxes[b.ID], b.Kind.lineColour())
	d.ports(b, above, wide)
	for i, line := range b.heading() {
		text := htmlText(line)
		if i == 0 && strings.TrimSpace(line) != "" { // Graphviz refuses an empty <B>
			text = "<B>" + text + "</B>"
		}
		d.line(`    <TR><TD COLSPAN="%d">%s</TD></TR>`, wide, text)
	}
	for i, bar := range b.Bars {
		d.line(`    <TR><TD COLSPAN="%d" BORDER="1" PORT="b%d">%s</TD></TR>`, wide, i, htmlText(strings.Join(barLines(&bar.Bar), " ")))
	}
	d.ports(b, below, wide)
	d.line("  </TABLE>>]")
}

func (d *dot) ports(b *PlacedBox, ports []PlacedPort, wide int) {
	if len(ports) == 0 {
		return
	}
	var row strings.Builder
	for _, p := range ports {
		_, port, _ := strings.Cut(d.of(End{b.ID, p.Name}), ":")
		var lines []string
		for _, line := range p.caption() {
			lines = append(lines, htmlText(line))
		}
		fmt.Fprintf(&row, `<TD COLSPAN="%d" PORT="%s">%s</TD>`, wide/len(ports), port, strings.Join(lines, "<BR/>"))
	}
	d.line("    <TR>%s</TR>", row.String())
}

func (d *dot) cable(c Cable, live bool) {
	var attributes []string
	if !live {
		attributes = append(attributes, "style=dashed")
	}
	if c.Count > 1 {
		attributes = append(attributes, "penwidth=3")
	}
	if side := d.sides[c.Ends[0]]; side == Left || side == Right {
		attributes = append(attributes, "constraint=false") // the boxes are side by side
	}
	if text := c.caption(); text != "" {
		attributes = append(attributes, "label="+dotText(text))
	}
	text := ""
	if len(attributes) > 0 {
		text = " [" + strings.Join(attributes, ", ") + "]"
	}
	d.line("  %s -- %s%s", d.portRef(c.Ends[0]), d.portRef(c.Ends[1]), text)
}

// portRef returns the table cell of a port with the compass point at which its cable ends.
func (d *dot) portRef(e End) string {
	switch d.sides[e] {
	case Top:
		return d.of(e) + ":n"
	case Bottom:
		return d.of(e) + ":s"
	}
	return d.of(e)
}

// dotText quotes a text. Graphviz reads HTML entities in quotes, too.
func dotText(s string) string {
	return `"` + eachRune(s, func(r rune) (string, bool) {
		switch r {
		case '"', '\\':
			return `\` + string(r), true
		case '&':
			return "&amp;", true
		}
		return "", false
	}) + `"`
}

// htmlText escapes a text for Graphviz's HTML-like labels. Some versions fail at a
// bracket at the end of a text.
func htmlText(s string) string {
	return eachRune(s, func(r rune) (string, bool) {
		return fmt.Sprintf("&#%d;", r), slices.Contains([]rune(`&<>"'[]`), r)
	})
}
