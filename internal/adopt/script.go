package adopt

import "github.com/vethlab/vethlab/internal/shell"

// Script reads a shell script as if it had been run, with arguments, on a machine
// without anything that it makes. source returns the text of the files that the
// script reads commands from. The error says that the text is no script, or does
// not end.
func Script(name string, s shell.Script, source func(file string) (string, error)) (*Result, error) {
	d := newDraft(source)
	if err := shell.Follow(s, d); err != nil {
		return nil, err
	}
	return d.finish(name), nil
}
