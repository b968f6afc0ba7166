package importer

import (
	"cmp"
	"errors"
	"path"

	"github.com/vethlab/vethlab/internal/shell"
)

// Script reads a shell script as if it had been run, with arguments, on a machine
// without anything that it makes. The error says that the text is no script.
func Script(name string, f File, args []string) (*Result, error) {
	d := newDraft(f.Source)
	s := shell.Script{File: path.Clean(f.Name), Text: string(f.Data), Args: args}
	err := shell.Follow(s, d)
	if end := (*shell.StoppedError)(nil); errors.As(err, &end) {
		d.notes = append(d.notes, Note{At: end.At, Why: "the script is followed up to here: it does too much", Lost: true})
	} else if err != nil {
		return nil, err
	}
	return d.finish(cmp.Or(name, f.Lab)), nil
}
