package cli

import (
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// table prints rows under a heading, in aligned columns.
func (o *out) table(heading []string, rows [][]string) {
	lines := words.Align(append([][]string{heading}, rows...))
	lines[0] = o.paint(bold, lines[0])
	o.write([]byte(strings.Join(lines, "\n") + "\n"))
}
