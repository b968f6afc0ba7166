package importer

import (
	"cmp"
	"errors"
	"path"

	"github.com/vethlab/vethlab/internal/shell"
)

// Script returns the lab that a shell script with these arguments makes on a freshly
// installed machine. The script is not run. It fails if the shell's syntax is violated.
func Script(name string, f File, args []string) (*Result, error) {
	d := newDraft(f.Name, f.Source)
	s := shell.Script{File: path.Clean(f.Name), Text: string(f.Data), Args: args, Budget: d.budget}
	err := shell.Follow(s, d)
	if end := (*shell.StoppedError)(nil); errors.As(err, &end) {
		d.notes = append(d.notes, Note{At: end.At, Why: "the script is not followed any further: it exceeds the limit of steps, text or nesting", Lost: true})
	} else if err != nil {
		return nil, err
	}
	return d.finish(cmp.Or(name, f.Lab))
}
