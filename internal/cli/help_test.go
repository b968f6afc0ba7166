package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/words"
)

// helpColumns is the width of help texts, which a terminal of 90 columns shows whole.
const helpColumns = 88

// The help of each command fits into helpColumns, is whole sentences, and has an example if
// the command takes arguments.
func TestHelp(t *testing.T) {
	root := newRoot(&program{out: newOut(io.Discard, io.Discard)})
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Hidden {
			continue
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			if n := words.Columns(strings.TrimSuffix(line, "\n")); n > helpColumns {
				t.Errorf("%s: a line has %d columns (want at most %d): %s", cmd.Name(), n, helpColumns, line)
			}
		}
		if cmd.Long != "" && !strings.HasSuffix(cmd.Long, ".") {
			last := cmd.Long[strings.LastIndexByte(cmd.Long, '\n')+1:]
			if !strings.HasPrefix(last, " ") { // not the end of a table or an example
				t.Errorf("%s: the last sentence has no full stop: %s", cmd.Name(), last)
			}
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the summary ends with a full stop: %s", cmd.Name(), cmd.Short)
		}
		if takesArguments(cmd) && cmd.Example == "" {
			t.Errorf("%s takes arguments and has no example", cmd.Name())
		}
	}
}

func takesArguments(cmd *cobra.Command) bool {
	_, arguments, found := strings.Cut(strings.TrimSuffix(cmd.Use, " [flags]"), " ")
	return found && arguments != "" && cmd.HasParent()
}
