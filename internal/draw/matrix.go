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

// The values of a Cell.
const (
	Untested  Cell = iota
	Reached        // as expected
	Unreached      // as expected
	Wrong          // not as expected
	Mixed          // several pairs: some reached, some not, all as expected
)

// signs are the characters of cells and their meanings.
var signs = [...]struct {
	sign    rune
	meaning string
}{
	Untested:  {'·', "not tested"},
	Reached:   {'●', "reached"},
	Unreached: {'○', "not reached, as expected"},
	Wrong:     {'✗', "not as expected"},
	Mixed:     {'◐', "partly reached, as expected"},
}

// Sign returns the character of a cell.
func (c Cell) Sign() rune { return signs[c].sign }

// A Matrix has the outcome of each source in Rows and target in Columns.
type Matrix struct {
	Rows, Columns []string
	Cells         [][]Cell // by row

	Translate func(meaning string) string // of the legend; nil: it is English
}

// Text draws the matrix at most width columns wide. If it is wider, equal rows and equal
// columns are merged, and if that is not enough, adjacent ones.
func (m *Matrix) Text(width int) string {
	p := m.whole()
	if !p.fits(width) {
		rows, columns := equalLines(m.Rows, m.Columns, m.at), equalLines(m.Columns, m.Rows, m.across)
		if slices.Equal(m.Rows, m.Columns) {
			rows = intersect(len(m.Rows), rows, columns)
			columns = rows
		}
		p = p.group(rows, columns)
	}
	for size := 2; !p.fits(width) && len(p.columns) > 1; size++ {
		folded := p.group(adjacent(len(p.rows), size), adjacent(len(p.columns), size))
		if folded.fits(width) || len(folded.columns) == 1 {
			p = folded
		}
	}
	if m.Translate == nil {
		return p.text(func(meaning string) string { return meaning })
	}
	return p.text(m.Translate)
}

func (m *Matrix) at(row, column int) Cell     { return m.Cells[row][column] }
func (m *Matrix) across(column, row int) Cell { return m.Cells[row][column] }

// A band is one or more rows or columns that are drawn as one.
type band []string

func (b band) title() string {
	if len(b) <= 2 {
		return strings.Join(b, ", ")
	}
	return fmt.Sprintf("%s … %s (%d)", b[0], b[len(b)-1], len(b))
}

// upright returns the vertical title of a column.
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

// maxUpright is the largest height of column titles, in lines.
const maxUpright = 20

// A grid is a matrix while it is drawn.
type grid struct {
	rows, columns []band
	cells         [][]Cell
	numbered      bool // columns are titled by the numbers of the rows
}

func (m *Matrix) whole() *grid {
	p := &grid{cells: m.Cells}
	for _, name := range m.Rows {
		p.rows = append(p.rows, band{name})
	}
	for _, name := range m.Columns {
		p.columns = append(p.columns, band{name})
	}
	return p
}

// group merges each of the given groups of rows and columns.
func (p *grid) group(rows, columns [][]int) *grid {
	q := &grid{rows: bands(p.rows, rows), columns: bands(p.columns, columns)}
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

// sum returns the merged outcome of several cells. Untested ones are ignored unless all
// are.
func (p *grid) sum(rows, columns []int) Cell {
	sum := Untested
	for _, r := range rows {
		for _, c := range columns {
			switch cell := p.cells[r][c]; {
			case sum == Untested || cell == Wrong:
				sum = cell
			case cell != Untested && cell != sum && sum != Wrong:
				sum = Mixed
			}
		}
	}
	return sum
}

// equalLines groups equal lines of a matrix, ignoring cells with the same source and
// target. The groups are in the order of their first lines.
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
	// The lines of a group have the same outcome among themselves. Try each of the four
	// in place of the ignored cell.
	for _, inside := range []Cell{Reached, Unreached, Wrong, Untested} {
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
			if len(group) > 1 || inside == Untested {
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

// intersect groups n lines that are together in both of two groupings.
func intersect(n int, a, b [][]int) [][]int {
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

// adjacent groups n lines, size neighbouring ones at a time.
func adjacent(n, size int) [][]int {
	var groups [][]int
	for i := range n {
		if i%size == 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], i)
	}
	return groups
}

// maxLines is the largest number of rows.
const maxLines = 60

func (p *grid) fits(width int) bool {
	p.number()
	return p.margin()+2*len(p.columns) <= width && len(p.rows) <= maxLines
}

// margin returns the width of row titles with a space.
func (p *grid) margin() int {
	margin := 0
	for i := range p.rows {
		margin = max(margin, words.Columns(p.rowTitle(i)))
	}
	return margin + 1
}

func (p *grid) text(translate func(string) string) string {
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
			legend = append(legend, string(signs[c].sign)+" "+translate(signs[c].meaning))
		}
	}
	out.WriteString(strings.Join(legend, "   ") + "\n")
	return out.String()
}

// number titles the columns by the numbers of the rows, if rows and columns are the same
// and the titles are long or are of several columns.
func (p *grid) number() {
	long := slices.ContainsFunc(p.columns, func(b band) bool { return len(b) > 1 || len(b.upright()) > maxPlain })
	p.numbered = long && slices.EqualFunc(p.rows, p.columns, func(a, b band) bool { return slices.Equal(a, b) })
}

// maxPlain is the largest height of column titles, in lines, that are not numbered.
const maxPlain = 8

func (p *grid) rowTitle(i int) string {
	if p.numbered {
		return fmt.Sprintf("%*d  %s", len(strconv.Itoa(len(p.rows))), i+1, p.rows[i].title())
	}
	return p.rows[i].title()
}

func (p *grid) columnTitle(i int) []rune {
	if p.numbered {
		return []rune(strconv.Itoa(i + 1))
	}
	return p.columns[i].upright()
}

// head writes the vertical titles of the columns.
func (p *grid) head(out *strings.Builder, margin int) {
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
