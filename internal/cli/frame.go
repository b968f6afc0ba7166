package cli

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

// A frame is one picture of what is watched, as large as the screen.
type frame struct {
	what           string
	now            time.Time
	events         []line
	busiest        bool // first
	columns, lines int
	paint          func(style, string) string
	text           func(line) string // of an event

	rows  []frameRow
	nodes int
	bare  int // nodes without an interface to show
}

// A frameRow is an interface.
type frameRow struct {
	netns int32
	node  string
	link  live.Interface
	rate  live.Rate
}

// add adds the interfaces of a node. Lo is left out while it has no address of its
// own.
func (f *frame) add(n live.Node, rates *live.Rates) {
	f.nodes++
	before := len(f.rows)
	for _, i := range n.Interfaces {
		if i.Name == state.Lo && !slices.ContainsFunc(i.Addresses, func(a netip.Prefix) bool { return !a.Addr().IsLoopback() }) {
			continue
		}
		f.rows = append(f.rows, frameRow{n.ID, n.Name, i, rates.Of(dump.LinkRef{Netns: n.ID, Index: i.Index})})
	}
	if len(f.rows) == before {
		f.bare++
	}
}

// mostEvents is the largest part of the screen that events take: one of so many.
const mostEvents = 3

// render returns the lines, and the namespaces of which something is shown.
func (f *frame) render() (lines []string, shown map[int32]bool) {
	const around = 4 // the heading, that of the table, a line before the events, the last line
	events := f.events[max(0, len(f.events)-f.lines/mostEvents):]
	room := max(1, f.lines-around-len(events))
	rows := f.rows
	if f.busiest || len(rows) > room {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b frameRow) int { return cmp.Compare(b.rate.Bits(), a.rate.Bits()) })
	}
	folded := 0
	if len(rows) > room {
		folded, rows = len(rows)-room+1, rows[:room-1]
	}
	shown = map[int32]bool{}
	for _, r := range rows {
		shown[r.netns] = true
	}
	lines = append([]string{f.heading()}, f.table(rows)...)
	if folded > 0 {
		lines = append(lines, f.paint(dim, fmt.Sprintf("… and %s that are not busier", words.Plural(folded, "interface"))))
	}
	for len(lines) < f.lines-len(events)-2 {
		lines = append(lines, "")
	}
	lines = append(lines, "")
	for _, e := range events {
		lines = append(lines, f.text(e))
	}
	lines = append(lines, f.paint(dim, "q quit  s "+map[bool]string{false: "busiest first", true: "by name"}[f.busiest]))
	for i := range lines {
		lines[i] = clip(lines[i], f.columns)
	}
	return lines[:min(len(lines), f.lines)], shown
}

func (f *frame) heading() string {
	text := fmt.Sprintf("%s, %s, %s", f.paint(bold, f.what), words.Plural(f.nodes, "node"), words.Plural(len(f.rows), "interface"))
	if f.bare > 0 && f.bare < f.nodes {
		text += fmt.Sprintf(" (%s with none)", words.Plural(f.bare, "node"))
	}
	return text + "  " + f.paint(dim, f.now.Format(time.TimeOnly))
}

// table returns the heading of the table and its rows.
func (f *frame) table(rows []frameRow) []string {
	cells := [][]string{{"NODE", "INTERFACE", "STATE", "IN", "OUT", "PACKETS/S", "DROPS/S", "ADDRESSES", "PEER"}}
	for _, r := range rows {
		cells = append(cells, []string{
			r.node, r.link.Name, linkState(r.link), bits(r.rate.In), bits(r.rate.Out),
			perSecond(r.rate.PacketsIn + r.rate.PacketsOut), perSecond(r.rate.Drops), frameAddresses(r.link), framePeer(r.link),
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
			lines[n] = f.paint(bold, lines[n])
		} else {
			lines[n] = f.colour(lines[n], row, widths)
		}
	}
	return lines
}

// rateWidth keeps columns where they are while rates change.
const rateWidth = len("1.23gbit")

// colour makes the state of a row stand out, and that packets come to nothing.
func (f *frame) colour(text string, row []string, widths []int) string {
	const stateColumn = 2
	start := widths[0] + widths[1] + 2*len(words.ColumnGap)
	before, after := text[:start], text[start:]
	s := map[string]style{"up": green, "off": dim}[row[stateColumn]]
	if s == plain && row[stateColumn] != "unknown" {
		s = red
	}
	rest := strings.TrimPrefix(after, row[stateColumn])
	return before + f.paint(s, row[stateColumn]) + rest
}

// linkState says in a word or two how a link is.
func linkState(i live.Interface) string {
	switch {
	case !i.Up:
		return "off"
	case !i.Carrier:
		return "no carrier"
	}
	return i.State
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

func frameAddresses(i live.Interface) string {
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

func framePeer(i live.Interface) string {
	switch {
	case i.Peer != nil:
		return i.Peer.String()
	case i.On != nil:
		return "on " + i.On.String()
	}
	return ""
}

// clip cuts off what does not fit into so many columns.
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
