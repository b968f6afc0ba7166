package importer

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/shell"
)

// nft follows nft(8), with commands as arguments, in a file or on standard input.
func (d *Draft) nft(c shell.Command) shell.Result {
	i := slices.IndexFunc(c.Words, func(w string) bool { return w == "-f" || w == "--file" })
	if i < 0 || i+1 >= len(c.Words) {
		return d.apply(c, c.Words)
	}
	text, ok := d.commandsOf(c, c.Words[i+1])
	if !ok {
		return shell.Result{}
	}
	return d.apply(c, []string{"nft", text})
}

// commandsOf returns the commands in a file or, for "-", on standard input. False:
// they are unknown, and that is noted.
func (d *Draft) commandsOf(c shell.Command, file string) (text string, ok bool) {
	text = c.Stdin
	if file != "-" && file != "/dev/stdin" && file != "/proc/self/fd/0" {
		var err error
		if text, err = d.readText(c.Where, c.Path(file)); err != nil {
			d.commands++
			d.note(c, err.Error())
			return "", false
		}
	}
	if what, known := shell.Known(text); !known {
		d.commands++
		d.note(c, fmt.Sprintf("the output of %q is unknown", what))
		return "", false
	}
	return text, true
}
