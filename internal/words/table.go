package words

import (
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// ColumnGap separates the columns of a table.
const ColumnGap = "  "

// Widths returns the width of each column of a table: that of its widest cell.
func Widths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Columns(cell))
		}
	}
	return widths
}

// Row returns the cells of one row as a line, each padded to its column's width. An
// empty cell becomes "-", so that programs can count the columns.
func Row(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if cell == "" {
			cell = "-"
		}
		b.WriteString(Pad(cell, widths[i]) + ColumnGap)
	}
	return strings.TrimRight(b.String(), " ")
}

// Align returns the rows of a table as lines. Each cell is escaped by [escape.Line].
func Align(rows [][]string) []string {
	rows = EscapeCells(rows)
	widths := Widths(rows)
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = Row(row, widths)
	}
	return list
}

// EscapeCells returns rows whose cells are one line each, whatever their text is.
func EscapeCells(rows [][]string) [][]string {
	escaped := make([][]string, len(rows))
	for i, row := range rows {
		escaped[i] = make([]string, len(row))
		for j, cell := range row {
			escaped[i][j] = escape.Line(cell)
		}
	}
	return escaped
}
