// Package terminal is the learner's input and output: a terminal with line editing and
// history, or a pipe.
package terminal

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/vethlab/vethlab/internal/tutor"
	"github.com/vethlab/vethlab/internal/words"
)

// A Screen writes to the terminal.
type Screen interface {
	// Print writes text; control characters in it are shown, not sent.
	Print(text string)

	// Write writes bytes as they are.
	io.Writer

	// Width returns the columns of the terminal.
	Width() int

	// Colours reports whether the terminal takes SGR and cursor sequences.
	Colours() bool
}

// Config says where a Terminal reads and writes.
type Config struct {
	In     io.Reader
	Screen Screen
	Paint  words.Painter
	Edit   bool // In is a terminal whose lines can be edited; otherwise lines are read
	Speed  int  // characters typed a second by Type; 0: at once
}

// A Terminal implements [tutor.Terminal].
type Terminal struct {
	Config
	editor *term.Terminal // nil: lines come from a pipe
	keys   *os.File       // of the terminal
	lines  *bufio.Reader
}

// New returns a Terminal.
func New(c Config) *Terminal {
	t := &Terminal{Config: c, lines: bufio.NewReader(c.In)}
	keys, ok := c.In.(*os.File)
	if ok && c.Edit && term.IsTerminal(int(keys.Fd())) {
		t.keys = keys
		t.editor = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{keys, c.Screen}, "")
	}
	return t
}

// Edits reports whether lines are edited on a terminal in raw mode.
func (t *Terminal) Edits() bool { return t.editor != nil }

// Print implements [tutor.Terminal].
func (t *Terminal) Print(text string) { t.Screen.Print(text) }

// control moves the cursor.
func (t *Terminal) control(sequence string) { _, _ = t.Screen.Write([]byte(sequence)) }

// ReadLine implements [tutor.Terminal].
func (t *Terminal) ReadLine(ctx context.Context, prompt string) (string, error) {
	if t.editor != nil {
		before, err := term.MakeRaw(int(t.keys.Fd()))
		if err != nil {
			return "", err
		}
		defer term.Restore(int(t.keys.Fd()), before)
	} else {
		t.Print(prompt)
	}
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := t.line(prompt)
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		t.control("\r\n")
		return "", ctx.Err()
	}
}

// line reads a line. A terminal is in raw mode, and the editor writes the prompt.
func (t *Terminal) line(prompt string) (string, error) {
	if t.editor == nil {
		line, err := t.lines.ReadString('\n')
		if err != nil && line == "" {
			t.Print("\n")
			return "", io.EOF
		}
		line = strings.TrimRight(line, "\r\n")
		t.Print(line + "\n") // a terminal would have echoed it
		return line, nil
	}
	if columns, rows, err := term.GetSize(int(t.keys.Fd())); err == nil && columns > 0 {
		_ = t.editor.SetSize(columns, rows) // it fails only if writing does
	}
	t.editor.SetPrompt(prompt)
	line, err := t.editor.ReadLine()
	if err != nil {
		t.control("\r\n")
	}
	return line, err
}

// Type implements [tutor.Terminal]. On a terminal the command overwrites the empty line
// that Enter left.
func (t *Terminal) Type(prompt, command string) {
	if t.editor != nil && t.Screen.Colours() {
		t.control("\x1b[A\r\x1b[K")
	}
	t.Print(prompt)
	if t.Speed > 0 {
		for _, c := range command {
			t.Print(t.Config.Paint(words.Bold, string(c)))
			time.Sleep(time.Second / time.Duration(t.Speed))
		}
		command = ""
	}
	t.Print(t.Config.Paint(words.Bold, command) + "\n")
}

// readingSpeed is the columns that people read while one character is typed.
const readingSpeed = 3

// WaitToRead implements [tutor.Terminal].
func (t *Terminal) WaitToRead(text string) {
	if t.Speed > 0 {
		time.Sleep(time.Duration(words.Columns(text)) * time.Second / time.Duration(readingSpeed*t.Speed))
	}
}

// textWidth bounds the width of text: longer lines are hard to read.
const textWidth = 80

// Width implements [tutor.Terminal].
func (t *Terminal) Width() int { return min(textWidth, t.Screen.Width()) }

// Paint implements [tutor.Terminal].
func (t *Terminal) Paint(s tutor.Style, text string) string {
	styles := map[tutor.Style]words.Style{
		tutor.Heading: words.Bold, tutor.Strong: words.Bold, tutor.Code: words.Cyan, tutor.Typed: words.Cyan,
		tutor.Minor: words.Dim, tutor.Right: words.Green, tutor.Wrong: words.Amber,
	}
	return t.Config.Paint(styles[s], text)
}
