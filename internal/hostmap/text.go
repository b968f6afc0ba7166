package hostmap

import (
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// Text returns the namespaces as text, each with its interfaces below it. Without all,
// isolated namespaces are one line, and addresses are left out as in [Namespace.Lines].
func (m *Map) Text(all bool, paint words.Painter) string {
	w := textWriter{all: all, paint: paint}
	var isolated []string
	for _, ns := range m.Namespaces {
		if !all && ns.Isolated() {
			isolated = append(isolated, ns.Name)
			continue
		}
		w.add(ns)
	}
	blocks := w.blocks()
	if len(isolated) > 0 {
		blocks = append(blocks, paint(words.Dim, isolatedLine(isolated))+"\n")
	}
	return strings.Join(blocks, "\n")
}

// A textWriter aligns the columns of all namespaces.
type textWriter struct {
	all        bool
	paint      words.Painter
	namespaces []*Namespace
	lines      [][]Line // by namespace

	name, state, address int // widths of the columns
}

func (w *textWriter) add(ns *Namespace) {
	lines := ns.Lines(w.all)
	for i := range lines {
		l := &lines[i]
		l.Name, l.State, l.Note = escape.Line(l.Name), escape.Line(l.State), escape.Line(l.Note)
		w.name = max(w.name, words.Columns(l.Tree+l.Name))
		w.state = max(w.state, words.Columns(l.State))
		for _, a := range l.Address {
			w.address = max(w.address, words.Columns(a))
		}
	}
	w.namespaces, w.lines = append(w.namespaces, ns), append(w.lines, lines)
}

// blocks returns the text of each namespace.
func (w *textWriter) blocks() []string {
	blocks := make([]string, len(w.namespaces))
	for i, ns := range w.namespaces {
		var b strings.Builder
		b.WriteString(w.heading(ns))
		for _, l := range w.lines[i] {
			b.WriteString(w.line(l))
		}
		blocks[i] = b.String()
	}
	return blocks
}

// heading returns the name of a namespace, its description and the source of its name.
func (w *textWriter) heading(ns *Namespace) string {
	about := ns.About()
	if about != "" {
		about = words.ColumnGap + about
	}
	why := ""
	if len(ns.Containers) > 0 && !ns.Host && len(ns.Why) > 0 {
		why = words.ColumnGap + ns.Why[0]
	}
	if ns.Unseen != "" {
		why += words.ColumnGap + "(" + ns.Unseen + ")"
	} else if !ns.Host && len(ns.Lines(false)) == 0 && !w.all {
		why += words.ColumnGap + "(lo only)"
	}
	return w.paint(words.Bold, escape.Line(ns.Name)) + escape.Line(about) + w.paint(words.Dim, escape.Line(why)) + "\n"
}

// line returns an interface, with its second and further addresses on lines of their own.
func (w *textWriter) line(l Line) string {
	state := words.Pad(l.State, w.state)
	if l.State != dump.StateUp {
		state = w.paint(words.Amber, state)
	}
	first := ""
	if len(l.Address) > 0 {
		first = l.Address[0]
	}
	text := "  " + w.paint(words.Dim, l.Tree) + words.Pad(l.Name, w.name-words.Columns(l.Tree)) + words.ColumnGap + state
	text += words.ColumnGap + words.Pad(first, w.address) + words.ColumnGap + l.Note
	text = strings.TrimRight(text, " ") + "\n"
	indent := strings.Repeat(" ", 2+w.name+len(words.ColumnGap)+w.state+len(words.ColumnGap))
	for _, a := range l.Address[min(1, len(l.Address)):] {
		text += indent + a + "\n"
	}
	return text
}

// isolatedLine counts isolated namespaces and names the first.
func isolatedLine(names []string) string {
	const most = 4
	return words.Plural(len(names), "isolated namespace") + " (lo only): " + escape.Line(words.List(names, most))
}
