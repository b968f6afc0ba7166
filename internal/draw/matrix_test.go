package draw_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/golden"
)

// square returns a matrix with the same rows and columns.
func square(names []string, cell func(i, j int) draw.Cell) *draw.Matrix {
	m := &draw.Matrix{Rows: names, Columns: names}
	for i := range names {
		row := make([]draw.Cell, len(names))
		for j := range names {
			if i != j {
				row[j] = cell(i, j)
			}
		}
		m.Cells = append(m.Cells, row)
	}
	return m
}

func numbered(prefix string, n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s%d", prefix, i+1))
	}
	return names
}

func TestMatrix(t *testing.T) {
	some := []string{"web1", "web2", "db", "r1"}
	unreached := func(i, j int) draw.Cell {
		if i < 2 && j == 2 {
			return draw.Unreached
		}
		return draw.Reached
	}
	sites := append(numbered("left", 40), numbered("right", 40)...)
	apart := func(i, j int) draw.Cell {
		if i < 40 != (j < 40) {
			return draw.Unreached
		}
		return draw.Reached
	}
	for name, m := range map[string]struct {
		matrix *draw.Matrix
		width  int
	}{
		"matrix": {square(some, func(i, j int) draw.Cell {
			if i == 1 && j == 2 {
				return draw.Wrong
			}
			return unreached(i, j)
		}), 100},
		"matrix-one-letter": {square([]string{"a", "b", "c"}, unreached), 100},
		"matrix-oblong": {&draw.Matrix{
			Rows: []string{"a", "host"}, Columns: []string{"b", "b:eth1", "192.0.2.1"},
			Cells: [][]draw.Cell{{draw.Reached, draw.Reached, draw.Unreached}, {draw.Wrong, draw.Untested, draw.Unreached}},
		}, 100},
		"matrix-long-names": {square([]string{"a-very-long-name-of-a-node-1", "b"}, unreached), 100},
		"matrix-fold-all":   {square(numbered("h", 300), func(int, int) draw.Cell { return draw.Reached }), 80},
		"matrix-fold-sites": {square(sites, apart), 80},
		"matrix-fold-one-wrong": {square(sites, func(i, j int) draw.Cell {
			if i == 3 && j == 50 {
				return draw.Wrong
			}
			return apart(i, j)
		}), 80},
		"matrix-fold-blocks": {square(numbered("n", 200), func(i, j int) draw.Cell {
			switch {
			case (i*7919+j*104729)%1999 == 0:
				return draw.Wrong
			case (i*31+j*17)%5 == 0:
				return draw.Unreached
			}
			return draw.Reached
		}), 80},
		"matrix-nothing": {&draw.Matrix{}, 80},
	} {
		t.Run(name, func(t *testing.T) { golden.Compare(t, "testdata/"+name+".golden", m.matrix.Text(m.width)) })
	}
}

// A matrix is not wider than the limit and shows ✗ if and only if a cell is Wrong.
func TestMatrixProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 90).Draw(t, "nodes")
		kinds := rapid.SliceOfN(rapid.SampledFrom([]draw.Cell{draw.Reached, draw.Unreached, draw.Wrong, draw.Untested}), 9, 9).Draw(t, "kinds")
		spread := rapid.IntRange(1, 3).Draw(t, "spread")
		wrong := false
		m := square(numbered("n", n), func(i, j int) draw.Cell {
			c := kinds[3*(i%spread)+j%spread]
			wrong = wrong || c == draw.Wrong
			return c
		})
		width := rapid.IntRange(40, 120).Draw(t, "width")
		text := m.Text(width)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		for _, line := range lines[:len(lines)-1] { // the last is the legend
			if columns := utf8.RuneCountInString(line); columns > width {
				t.Fatalf("a line of %d columns, the limit is %d:\n%s", columns, width, text)
			}
		}
		if strings.Contains(text, "✗") != wrong {
			t.Fatalf("Wrong cell: %v, but got\n%s", wrong, text)
		}
	})
}

func BenchmarkMatrix(b *testing.B) {
	m := square(numbered("h", 300), func(int, int) draw.Cell { return draw.Reached })
	for b.Loop() {
		m.Text(100)
	}
}
