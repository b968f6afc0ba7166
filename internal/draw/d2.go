package draw

import (
	"fmt"
	"slices"
	"strings"
)

// D2 writes a Scene in the D2 language: a container for each box, with a shape for each
// port and bridge.
func D2(s *Scene) string {
	d := &d2{ids: newIDs(s, ".")}
	d.line("direction: down")
	for i := range s.Boxes {
		d.box(&s.Boxes[i])
	}
	live, turned := s.live(), downward(arrangeSVG(s))
	for _, c := range s.Cables {
		c.Ends = turned(c.Ends)
		style := ""
		switch {
		case !live(c):
			style = " {style.stroke-dash: 4}"
		case c.Count > 1:
			style = " {style.stroke-width: 4}"
		}
		d.join(c.Ends[0], c.Ends[1], c.caption(), style)
	}
	for _, r := range s.Relations {
		ends := turned([2]End{r.From, r.To})
		d.join(ends[0], ends[1], r.Label, " {style.stroke-dash: 2}")
	}
	return d.out.String()
}

type d2 struct {
	*ids
	out strings.Builder
}

func (d *d2) line(format string, args ...any) { fmt.Fprintf(&d.out, format+"\n", args...) }

func (d *d2) box(b *Box) {
	d.line("%s: %s {", d.boxes[b.ID], d2Text(b.heading()...))
	d.line("  style.stroke: %q", b.Kind.lineColour())
	for i := range b.Bars {
		d.line("  b%d: %s {shape: hexagon}", i, d2Text(barLines(&b.Bars[i])...))
	}
	for i, p := range b.Ports {
		d.line("  p%d: %s", i, d2Text(p.caption()...))
		if k := slices.IndexFunc(b.Bars, func(bar Bar) bool { return bar.Name == p.Bar }); k >= 0 {
			d.line("  b%d -- p%d", k, i)
		}
	}
	d.line("}")
}

func (d *d2) join(a, b End, text, style string) {
	if text != "" {
		text = ": " + d2Text(text)
	} else if style != "" {
		text = ":"
	}
	d.line("%s -- %s%s%s", d.of(a), d.of(b), text, style)
}

// d2Text quotes lines; only ", \ and $ are special in D2's quotes.
func d2Text(lines ...string) string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = eachRune(line, func(r rune) (string, bool) {
			return `\` + string(r), strings.ContainsRune(`"\$`, r)
		})
	}
	return `"` + strings.Join(texts, `\n`) + `"`
}
