package messages

import "github.com/vethlab/vethlab/internal/words"

// Formats returns the English formats of the table. A verb is %d, %q, %s or, for a part
// that is translated too, %w.
func Formats() []string {
	var list []string
	for _, rows := range [][]words.Text{sentences(), phrases()} {
		for _, row := range rows {
			list = append(list, row.En)
		}
	}
	return list
}
