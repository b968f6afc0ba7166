package cli

import (
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/vethlab/vethlab/internal/escape"
)

// A screen is the terminal while it is painted over as a whole. What was there
// before is there again when it is closed.
type screen struct {
	out     *out
	keys    chan byte     // one at a time
	more    chan struct{} // asks for the next one
	restore func()
}

const (
	screenOpen  = "\x1b[?1049h\x1b[?25l" // the other screen, no cursor (xterm)
	screenClose = "\x1b[?25h\x1b[?1049l"
	screenHome  = "\x1b[H"
	restOfLine  = "\x1b[K"
	restOfAll   = "\x1b[J"
)

// openScreen takes the terminal over, and its keyboard, if stdin is that.
func (o *out) openScreen(stdin *os.File) (*screen, error) {
	s := &screen{out: o, restore: func() {}}
	if stdin != nil && term.IsTerminal(int(stdin.Fd())) {
		before, err := term.MakeRaw(int(stdin.Fd()))
		if err != nil {
			return nil, err
		}
		s.restore = func() { _ = term.Restore(int(stdin.Fd()), before) }
		s.keys, s.more = make(chan byte), make(chan struct{})
		go s.readKeys(stdin)
	}
	o.write([]byte(screenOpen))
	return s, nil
}

// readKeys reads a key and, when asked for more, the next: what is typed after the
// last one is for whoever has the terminal then. It reads as long as the program
// runs, since nobody can take back a read of a terminal.
func (s *screen) readKeys(stdin *os.File) {
	var b [1]byte
	for {
		if n, err := stdin.Read(b[:]); n != 1 || err != nil {
			return
		}
		s.keys <- b[0]
		<-s.more
	}
}

// size returns how many columns and lines there are now.
func (s *screen) size() (columns, lines int) {
	if f, ok := s.out.stdout.(*os.File); ok {
		if columns, lines, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 && lines > 0 {
			return columns, lines
		}
	}
	const usual = 24
	return s.out.width(), usual
}

// paint shows lines in place of what was there. In raw mode the terminal does not
// go back to the first column by itself.
func (s *screen) paint(lines []string) {
	for i := range lines {
		lines[i] = escape.Terminal(lines[i])
	}
	s.out.write([]byte(screenHome + strings.Join(lines, restOfLine+"\r\n") + restOfLine + restOfAll))
}

// close gives the terminal back.
func (s *screen) close() {
	s.out.write([]byte(screenClose))
	s.restore()
}
