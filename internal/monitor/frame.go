// Package monitor renders what a live view shows as frames of text, each as large as
// the terminal: a table of interfaces with their rates, and the last events. It is pure.
package monitor

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A Frame is one screen.
type Frame struct {
	Subject        string // what is watched: "lab x"
	Now            time.Time
	Events         []Event
	ByRate         bool // sort by rate, not by name
	Columns, Lines int  // of the terminal
	Paint          words.Painter

	rows  []row
	nodes int
	bare  int // nodes without an interface to show
}

// A row is an interface.
type row struct {
	netns int32
	node  string
	link  live.Interface
	rate  live.Rate
}

// Add adds the interfaces of a node. lo is left out if it has loopback addresses only.
func (f *Frame) Add(n live.Node, rates *live.Rates) {
	f.nodes++
	before := len(f.rows)
	for _, i := range n.Interfaces {
		if i.Name == state.Lo && !slices.ContainsFunc(i.Addresses, func(a netip.Prefix) bool { return !a.Addr().IsLoopback() }) {
			continue
		}
		f.rows = append(f.rows, row{n.ID, n.Name, i, rates.Of(dump.LinkRef{Netns: n.ID, Index: i.Index})})
	}
	if len(f.rows) == before {
		f.bare++
	}
}

// eventShare bounds the events to 1/eventShare of the lines.
const eventShare = 3

// Render returns the lines of the frame and the namespaces that have a row in it. Where
// not all rows fit, those with the highest rates are shown.
func (f *Frame) Render() (lines []string, shown map[int32]bool) {
	const fixed = 4 // two headings, the blank line above the events, the line of keys
	events := f.Events[max(0, len(f.Events)-f.Lines/eventShare):]
	height := max(1, f.Lines-fixed-len(events))
	rows := f.rows
	if f.ByRate || len(rows) > height {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.rate.Bits(), a.rate.Bits()) })
	}
	hidden := 0
	if len(rows) > height {
		hidden, rows = len(rows)-height+1, rows[:height-1]
	}
	shown = map[int32]bool{}
	for _, r := range rows {
		shown[r.netns] = true
	}
	lines = append([]string{f.heading()}, f.table(rows)...)
	if hidden > 0 {
		lines = append(lines, f.Paint(words.Dim, fmt.Sprintf("… %s with lower rates", words.Plural(hidden, "interface"))))
	}
	for len(lines) < f.Lines-len(events)-2 {
		lines = append(lines, "")
	}
	lines = append(lines, "")
	for _, e := range events {
		lines = append(lines, e.Text(f.Paint))
	}
	lines = append(lines, f.Paint(words.Dim, "q quit  s "+map[bool]string{false: "sort by rate", true: "sort by name"}[f.ByRate]))
	for i := range lines {
		lines[i] = clip(lines[i], f.Columns)
	}
	return lines[:min(len(lines), f.Lines)], shown
}

func (f *Frame) heading() string {
	text := fmt.Sprintf("%s, %s, %s", f.Paint(words.Bold, f.Subject), words.Plural(f.nodes, "node"), words.Plural(len(f.rows), "interface"))
	if f.bare > 0 && f.bare < f.nodes {
		text += fmt.Sprintf(" (%s with none)", words.Plural(f.bare, "node"))
	}
	return text + "  " + f.Paint(words.Dim, f.Now.Format(time.TimeOnly))
}

// table returns the heading of the table and its rows.
func (f *Frame) table(rows []row) []string {
	cells := [][]string{{"NODE", "INTERFACE", "STATE", "IN", "OUT", "PACKETS/S", "DROPS/S", "ADDRESSES", "PEER"}}
	for _, r := range rows {
		cells = append(cells, []string{
			r.node, r.link.Name, r.link.State, bits(r.rate.In), bits(r.rate.Out),
			perSecond(r.rate.PacketsIn + r.rate.PacketsOut), perSecond(r.rate.Drops), addresses(r.link), peer(r.link),
		})
	}
	cells = words.EscapeCells(cells)
	widths := []int{0, 0, 0, rateWidth, rateWidth, 0, 0, 0, 0}
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], words.Columns(cell))
		}
	}
	lines := make([]string, len(cells))
	for n, row := range cells {
		if lines[n] = words.Row(row, widths); n == 0 {
			lines[n] = f.Paint(words.Bold, lines[n])
		} else {
			lines[n] = f.colour(lines[n], row, widths)
		}
	}
	return lines
}

// rateWidth is the least width of a rate, so that columns stay where they are while rates
// change.
const rateWidth = len("1.23gbit")

// colour colours the state in a row.
func (f *Frame) colour(text string, row []string, widths []int) string {
	const stateColumn = 2
	start := widths[0] + widths[1] + 2*len(words.ColumnGap)
	before, after := text[:start], text[start:]
	s := map[string]words.Style{dump.StateUp: words.Green, dump.StateDown: words.Dim}[row[stateColumn]]
	if s == words.Plain {
		s = words.Red
	}
	rest := strings.TrimPrefix(after, row[stateColumn])
	return before + f.Paint(s, row[stateColumn]) + rest
}

func bits(rate float64) string {
	if rate < 1 {
		return ""
	}
	return words.Rate(rate)
}

func perSecond(n float64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1:
		return "<1"
	}
	return fmt.Sprintf("%.0f", n)
}

func addresses(i live.Interface) string {
	var list []string
	for _, a := range i.Addresses {
		if !a.Addr().IsLinkLocalUnicast() && !a.Addr().IsLoopback() {
			list = append(list, a.String())
		}
	}
	if len(list) == 0 && i.Master != "" {
		return "(port of " + i.Master + ")"
	}
	return strings.Join(list, ",")
}

func peer(i live.Interface) string {
	switch {
	case i.Peer != nil:
		return i.Peer.String()
	case i.On != nil:
		return "on " + i.On.String()
	}
	return ""
}

// clip cuts a text after so many columns, and keeps all SGR sequences.
func clip(text string, columns int) string {
	if words.Columns(text) <= columns {
		return text
	}
	var b strings.Builder
	used, escape := 0, false
	for _, r := range text {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			if used += words.Columns(string(r)); used > columns {
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
