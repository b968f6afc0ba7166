package draw

import (
	"fmt"
	"slices"
	"strings"
)

// MermaidLinks is the largest number of links that is safe: Mermaid refuses more than
// 500 links or 50,000 characters.
const MermaidLinks = 400

// Mermaid writes a Scene as a Mermaid flowchart, with a subgraph for each box and a node
// for each port and bridge. It returns the number of links, too.
func Mermaid(s *Scene) (text string, links int) {
	l := arrangeSVG(s)
	m := &mermaid{ids: newIDs(s, "")}
	m.line("flowchart TB")
	for i := range l.Boxes {
		m.box(&l.Boxes[i])
	}
	isLive, orient := s.live(), downward(l)
	for _, c := range s.Cables {
		c.Ends = orient(c.Ends)
		link := "---"
		switch {
		case !isLive(c):
			link = "-.-"
		case c.Count > 1:
			link = "==="
		}
		m.join(c.Ends[0], link, c.caption(), c.Ends[1])
	}
	for _, r := range s.Relations {
		ends := orient([2]End{r.From, r.To})
		m.join(ends[0], "-.-", r.Label, ends[1])
	}
	m.colours(s)
	return m.out.String(), m.links
}

type mermaid struct {
	*ids
	links int
	out   strings.Builder
}

func (m *mermaid) line(format string, args ...any) { fmt.Fprintf(&m.out, format+"\n", args...) }

func (m *mermaid) box(b *PlacedBox) {
	id := m.boxes[b.ID]
	if len(b.Ports)+len(b.Bars) == 0 {
		m.line("  %s[%s]", id, mermaidText(b.heading()...))
		return
	}
	m.line("  subgraph %s[%s]", id, mermaidText(b.heading()...))
	for i := range b.Bars {
		m.line("    %s[[%s]]", m.of(End{b.ID, b.Bars[i].Name}), mermaidText(barLines(&b.Bars[i].Bar)...))
	}
	for _, p := range b.Ports {
		m.line("    %s(%s)", m.of(End{b.ID, p.Name}), mermaidText(p.caption()...))
	}
	m.line("  end")
	for _, p := range b.Ports {
		if !slices.ContainsFunc(b.Bars, func(bar PlacedBar) bool { return bar.Name == p.Bar }) {
			continue
		}
		upper, lower := End{b.ID, p.Bar}, End{b.ID, p.Name}
		if p.Side == Top {
			upper, lower = lower, upper
		}
		m.join(upper, "---", "", lower)
	}
}

func (m *mermaid) join(a End, link, text string, b End) {
	m.links++
	if text != "" {
		text = "|" + mermaidText(text) + "|"
	}
	m.line("  %s %s%s %s", m.of(a), link, text, m.of(b))
}

// colours writes the colours of the kinds of boxes.
func (m *mermaid) colours(s *Scene) {
	of := map[Kind][]string{}
	for _, b := range s.Boxes {
		if icons[b.Kind] != "" {
			of[b.Kind] = append(of[b.Kind], m.boxes[b.ID])
		}
	}
	for _, kind := range []Kind{Container, Machine, Router, Switch} {
		if len(of[kind]) > 0 {
			m.line("  classDef %s stroke:%s,stroke-width:2px", kind, kind.lineColour())
			m.line("  class %s %s", strings.Join(of[kind], ","), kind)
		}
	}
}

// listMark returns the position, from 1, of the character that makes a line a Markdown
// list item, which Mermaid refuses to draw; 0: it is not a list item.
func listMark(line string) int {
	rest := strings.TrimLeft(line, "0123456789")
	digits := len(line) - len(rest)
	marks := "-+"
	if digits > 0 {
		marks = ".)"
	}
	if rest == "" || !strings.ContainsRune(marks, rune(rest[0])) || len(rest) > 1 && rest[1] != ' ' {
		return 0
	}
	return digits + 1
}

// mermaidText quotes lines. Characters that are special in HTML, Markdown or Mermaid
// become numeric entities.
func mermaidText(lines ...string) string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		mark, at := listMark(clean(line)), 0
		texts[i] = eachRune(line, func(r rune) (string, bool) {
			at++
			if at == mark || strings.ContainsRune("\"#&;<>`\\*_~[]{}|$%@", r) {
				return fmt.Sprintf("#%d;", r), true
			}
			return "", false
		})
	}
	return `"` + strings.Join(texts, "<br/>") + `"`
}
