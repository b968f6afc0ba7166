package messages

import (
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/words"
)

// No row matches the example of a later one: that would never be used.
func TestOrder(t *testing.T) {
	example := strings.NewReplacer("%d", "7", "%q", `"quoted"`, "%s", "some", "%w", "any")
	for _, rows := range [][]words.Text{sentences(), phrases()} {
		compiled := compile(rows)
		for i, row := range rows {
			text := example.Replace(row.En)
			if first := slices.IndexFunc(compiled, func(p pattern) bool { return p.find(text) != nil }); first != i {
				t.Errorf("%q is translated by the row %q", row.En, rows[first].En)
			}
		}
	}
}
