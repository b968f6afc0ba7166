package draw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// A Cell is the outcome of one source–target pair.
type Cell byte

// The cells.
const (
	NotAsked Cell = iota
	Reached       // as expected
	Kept          // not reached, as expected
	Wrong         // otherwise than expected
	Mixed         // some reached and some not, all as expected: where several are one
)

// signs are how cells are drawn, and what that means.
var signs = [...]struct {
	sign    rune
	meaning string
}{
	NotAsked: {'·', "not asked"},
	Reached:  {'●', "reached"},
	Kept:     {'○', "not reached, as expected"},
	Wrong:    {'✗', "otherwise than expected"},
	Mixed:    {'◐', "partly reached, as expected"},
}

// Sign returns the character that stands for a cell.
func (c Cell) Sign() rune { return signs[c].sign }

// A Matrix says what came of everybody in Rows asking everybody in Columns.
type Matrix struct {
	Rows, Columns []string
	Cells         [][]Cell // by row
}

// Text draws the matrix at most width columns wide. If it has to be smaller for
// that, rows and columns that say the same become one, and if that is not
// enough, those that are side by side.
func (m *Matrix) Text(width int) string {
	p := m.whole()
	if !p.fits(width) {
		rows, columns := equalLines(m.Rows, m.Columns, m.at), equalLines(m.Columns, m.Rows, m.across)
		if slices.Equal(m.Rows, m.Columns) {
			rows = meet(len(m.Rows), rows, columns)
			columns = rows
		}
		p = p.group(rows, columns)
	}
	for size := 2; !p.fits(width) && len(p.columns) > 1; size++ {
		folded := p.group(sideBySide(len(p.rows), size), sideBySide(len(p.columns), size))
		if folded.fits(width) || len(folded.columns) == 1 {
			p = folded
		}
	}
	return p.text()
}

func (m *Matrix) at(row, column int) Cell     { return m.Cells[row][column] }
func (m *Matrix) across(column, row int) Cell { return m.Cells[row][column] }

// A band is some rows or columns that are drawn as one.
type band []string

func (b band) title() string {
	if len(b) <= 2 {
		return strings.Join(b, ", ")
	}
	return fmt.Sprintf("%s … %s (%d)", b[0], b[len(b)-1], len(b))
}

// upright returns the title for the head of a column.
func (b band) upright() []rune {
	title := []rune(b[0])
	if len(b) > 1 {
		title = []rune(b[0] + "…" + b[len(b)-1])
	}
	if len(title) > maxUpright {
		title = append(title[:maxUpright-1], '…')
	}
	return title
}

// maxUpright is how high the head of a matrix may be.
const maxUpright = 20

// A plate is a matrix as it is drawn.
type plate struct {
	rows, columns []band
	cells         [][]Cell
	numbered      bool // columns have the numbers of the rows instead of titles
}

func (m *Matrix) whole() *plate {
	p := &plate{cells: m.Cells}
	for _, name := range m.Rows {
		p.rows = append(p.rows, band{name})
	}
	for _, name := range m.Columns {
		p.columns = append(p.columns, band{name})
	}
	return p
}

// group draws the given groups of rows and columns as one each.
func (p *plate) group(rows, columns [][]int) *plate {
	q := &plate{rows: bands(p.rows, rows), columns: bands(p.columns, columns)}
	for _, r := range rows {
		line := make([]Cell, len(columns))
		for i, c := range columns {
			line[i] = p.sum(r, c)
		}
		q.cells = append(q.cells, line)
	}
	return q
}

func bands(of []band, groups [][]int) []band {
	var joined []band
	for _, group := range groups {
		var b band
		for _, i := range group {
			b = append(b, of[i]...)
		}
		joined = append(joined, b)
	}
	return joined
}

// sum returns what several cells come to. Those that were not asked count only
// if none was.
func (p *plate) sum(rows, columns []int) Cell {
	sum := NotAsked
	for _, r := range rows {
		for _, c := range columns {
			switch cell := p.cells[r][c]; {
			case sum == NotAsked || cell == Wrong:
				sum = cell
			case cell != NotAsked && cell != sum && sum != Wrong:
				sum = Mixed
			}
		}
	}
	return sum
}

// equalLines groups the lines of a matrix that say the same, whatever is in
// the cells where somebody meets themself. The groups are in the order of their
// first lines.
func equalLines(lines, across []string, at func(line, i int) Cell) [][]int {
	self := make(map[string]int, len(across))
	for i, name := range across {
		self[name] = i
	}
	var groups [][]int
	left := make([]int, len(lines))
	for i := range lines {
		left[i] = i
	}
	// Those of one group have the same with one another, so what stands in
	// place of the cell with oneself is one of four.
	for _, inside := range []Cell{Reached, Kept, Wrong, NotAsked} {
		alike := make(map[string][]int)
		for _, line := range left {
			text := make([]byte, len(across))
			for i := range across {
				text[i] = byte(at(line, i))
			}
			if i, ok := self[lines[line]]; ok {
				text[i] = byte(inside)
			}
			alike[string(text)] = append(alike[string(text)], line)
		}
		left = nil
		for _, group := range alike {
			if len(group) > 1 || inside == NotAsked {
				groups = append(groups, group)
			} else {
				left = append(left, group...)
			}
		}
		slices.Sort(left)
	}
	slices.SortFunc(groups, func(a, b []int) int { return a[0] - b[0] })
	return groups
}

// meet groups n lines that are together in both of two groupings.
func meet(n int, a, b [][]int) [][]int {
	type both struct{ a, b int }
	in := make([]both, n)
	for g, group := range a {
		for _, i := range group {
			in[i].a = g
		}
	}
	for g, group := range b {
		for _, i := range group {
			in[i].b = g
		}
	}
	var groups [][]int
	number := make(map[both]int)
	for i, g := range in {
		k, ok := number[g]
		if !ok {
			k = len(groups)
			number[g], groups = k, append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	return groups
}

// sideBySide groups n lines by their places.
func sideBySide(n, size int) [][]int {
	var groups [][]int
	for i := range n {
		if i%size == 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], i)
	}
	return groups
}

// maxLines is how many rows a picture has at most.
const maxLines = 60

func (p *plate) fits(width int) bool {
	p.number()
	return p.margin()+2*len(p.columns) <= width && len(p.rows) <= maxLines
}

// margin returns how wide the titles of rows are, with the space behind them.
func (p *plate) margin() int {
	margin := 0
	for i := range p.rows {
		margin = max(margin, words.Columns(p.rowTitle(i)))
	}
	return margin + 1
}

func (p *plate) text() string {
	var out strings.Builder
	margin := p.margin()
	p.head(&out, margin)
	var drawn [len(signs)]bool
	for i := range p.rows {
		out.WriteString(words.Pad(p.rowTitle(i), margin))
		for _, c := range p.cells[i] {
			drawn[c] = true
			out.WriteString(" " + string(c.Sign()))
		}
		out.WriteByte('\n')
	}
	var legend []string
	for c, is := range drawn {
		if is {
			legend = append(legend, string(signs[c].sign)+" "+signs[c].meaning)
		}
	}
	out.WriteString(strings.Join(legend, "   ") + "\n")
	return out.String()
}

// number replaces titles of columns that are long or stand for several by
// numbers, where the rows are the same.
func (p *plate) number() {
	long := slices.ContainsFunc(p.columns, func(b band) bool { return len(b) > 1 || len(b.upright()) > maxPlain })
	p.numbered = long && slices.EqualFunc(p.rows, p.columns, func(a, b band) bool { return slices.Equal(a, b) })
}

// maxPlain is how high titles of columns are before numbers are easier to read.
const maxPlain = 8

func (p *plate) rowTitle(i int) string {
	if p.numbered {
		return fmt.Sprintf("%*d  %s", len(strconv.Itoa(len(p.rows))), i+1, p.rows[i].title())
	}
	return p.rows[i].title()
}

func (p *plate) columnTitle(i int) []rune {
	if p.numbered {
		return []rune(strconv.Itoa(i + 1))
	}
	return p.columns[i].upright()
}

// head writes the titles of the columns, from top to bottom.
func (p *plate) head(out *strings.Builder, margin int) {
	height := 0
	for i := range p.columns {
		height = max(height, len(p.columnTitle(i)))
	}
	for y := range height {
		line := slices.Repeat([]rune{' '}, margin)
		for i := range p.columns {
			title, sign := p.columnTitle(i), ' '
			if at := y - height + len(title); at >= 0 {
				sign = title[at]
			}
			line = append(line, ' ', sign)
		}
		out.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
}
