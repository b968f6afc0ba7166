package cli

import (
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/vethlab/vethlab/internal/escape"
)

// A screen is the alternate screen of the terminal, with its keyboard in raw mode.
type screen struct {
	out     *out
	keys    chan byte     // unbuffered
	handled chan struct{} // after each key, lets readKeys read the next
	restore func()        // leaves raw mode
}

const (
	screenOpen       = "\x1b[?1049h\x1b[?25l" // alternate screen, hide the cursor (xterm)
	screenClose      = "\x1b[?25h\x1b[?1049l"
	screenHome       = "\x1b[H"
	eraseToEndOfLine = "\x1b[K"
	eraseBelow       = "\x1b[J"
)

// openScreen switches to the alternate screen and, if stdin is a terminal, to raw mode.
func (o *out) openScreen(stdin *os.File) (*screen, error) {
	s := &screen{out: o, restore: func() {}}
	if stdin != nil && term.IsTerminal(int(stdin.Fd())) {
		before, err := term.MakeRaw(int(stdin.Fd()))
		if err != nil {
			return nil, err
		}
		s.restore = func() { _ = term.Restore(int(stdin.Fd()), before) }
		s.keys, s.handled = make(chan byte), make(chan struct{})
		go s.readKeys(stdin)
	}
	o.write([]byte(screenOpen))
	return s, nil
}

// readKeys reads one key at a time, so that input after the last one, q, is left to the
// shell. It runs until the program ends: a read of a terminal can't be cancelled.
func (s *screen) readKeys(stdin *os.File) {
	var b [1]byte
	for {
		if n, err := stdin.Read(b[:]); n != 1 || err != nil {
			return
		}
		s.keys <- b[0]
		<-s.handled
	}
}

// size returns the current size of the terminal.
func (s *screen) size() (columns, lines int) {
	if f, ok := s.out.stdout.(*os.File); ok {
		if columns, lines, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && lines > 0 {
			return columns, lines
		}
	}
	const defaultLines = 24
	return s.out.width(), defaultLines
}

// paint replaces the contents of the screen. In raw mode LF does not return to the first
// column.
func (s *screen) paint(lines []string) {
	for i := range lines {
		lines[i] = escape.Terminal(lines[i])
	}
	s.out.write([]byte(screenHome + strings.Join(lines, eraseToEndOfLine+"\r\n") + eraseToEndOfLine + eraseBelow))
}

// close restores the screen and the mode of the terminal.
func (s *screen) close() {
	s.out.write([]byte(screenClose))
	s.restore()
}
