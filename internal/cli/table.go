package cli

import (
	"strings"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/escape"
)

// columnGap is what stands between two columns.
const columnGap = "  "

// table writes rows under a heading, in columns as wide as their widest cell.
// An empty cell is a dash, so that columns can be counted by programs.
func (o *out) table(heading []string, rows [][]string) {
	rows = oneLiners(rows)
	widths := make([]int, len(heading))
	for _, row := range append([][]string{heading}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	b.WriteString(o.paint(bold, tableLine(heading, widths)) + "\n")
	for _, row := range rows {
		b.WriteString(tableLine(row, widths) + "\n")
	}
	o.write([]byte(b.String()))
}

// oneLiners returns rows whose cells are in one line each, whatever their text is.
func oneLiners(rows [][]string) [][]string {
	clean := make([][]string, len(rows))
	for i, row := range rows {
		clean[i] = eachOf(row, escape.Line)
	}
	return clean
}

func tableLine(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if cell == "" {
			cell = "-"
		}
		b.WriteString(pad(cell, widths[i]) + columnGap)
	}
	return strings.TrimRight(b.String(), " ")
}

// pad fills text up with spaces.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
