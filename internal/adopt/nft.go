package adopt

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/shell"
)

// nft follows a command of nft(8), or those of a file or of the input.
func (d *Draft) nft(c shell.Command) shell.Result {
	i := slices.IndexFunc(c.Words, func(w string) bool { return w == "-f" || w == "--file" })
	if i < 0 || i+1 >= len(c.Words) {
		return d.play(c, c.Words)
	}
	text, file := c.Stdin, c.Words[i+1]
	if file != "-" && file != "/dev/stdin" {
		var err error
		if text, err = d.source(file); err != nil {
			d.commands++
			d.note(c, err.Error())
			return shell.Result{}
		}
	}
	if what, ok := shell.Known(text); !ok {
		d.commands++
		d.note(c, fmt.Sprintf("what %q prints is not known", what))
		return shell.Result{}
	}
	return d.play(c, []string{"nft", text})
}
