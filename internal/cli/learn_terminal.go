package cli

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

// A terminal is where a learner types: a terminal in raw mode, where lines can be
// edited and fetched again, or a pipe.
type terminal struct {
	program *program
	speed   int // characters typed a second; 0: at once

	editor *term.Terminal // nil: lines come from a pipe, or nobody is there
	keys   *os.File       // of the terminal
	lines  *bufio.Reader
}

func newTerminal(p *program, o learnOptions) *terminal {
	t := &terminal{program: p, speed: o.speed, lines: bufio.NewReader(p.stdin)}
	keys, ok := p.stdin.(*os.File)
	if ok && !o.auto && p.out.terminal && term.IsTerminal(int(keys.Fd())) {
		t.keys = keys
		t.editor = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{keys, p.out}, "")
	}
	return t
}

// Say implements [tutor.Terminal].
func (t *terminal) Say(text string) { t.program.out.print("%s", text) }

// control moves the cursor.
func (t *terminal) control(sequence string) { t.program.out.write([]byte(sequence)) }

// Ask implements [tutor.Terminal].
func (t *terminal) Ask(ctx context.Context, prompt string) (string, error) {
	if t.editor != nil {
		before, err := term.MakeRaw(int(t.keys.Fd()))
		if err != nil {
			return "", err
		}
		defer term.Restore(int(t.keys.Fd()), before)
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

// line reads a line, of a terminal that is raw.
func (t *terminal) line(prompt string) (string, error) {
	if t.editor == nil {
		t.Say(prompt)
		line, err := t.lines.ReadString('\n')
		if err != nil && line == "" {
			t.Say("\n")
			return "", io.EOF
		}
		line = strings.TrimRight(line, "\r\n")
		t.Say(line + "\n") // a terminal would have shown it
		return line, nil
	}
	if columns, rows, err := term.GetSize(int(t.keys.Fd())); err == nil && columns > 0 {
		_ = t.editor.SetSize(columns, rows) // it fails only where nothing can be written
	}
	t.editor.SetPrompt(prompt)
	line, err := t.editor.ReadLine()
	if err != nil {
		t.control("\r\n")
	}
	return line, err
}

// Type implements [tutor.Terminal]. On a terminal the command takes the place of the
// empty line before.
func (t *terminal) Type(prompt, command string) {
	if t.editor != nil && t.program.out.colour {
		t.control("\x1b[A\r\x1b[K")
	}
	t.Say(prompt)
	if t.speed > 0 {
		for _, c := range command {
			t.Say(t.program.out.paint(bold, string(c)))
			time.Sleep(time.Second / time.Duration(t.speed))
		}
		command = ""
	}
	t.Say(t.program.out.paint(bold, command) + "\n")
}

// readingSpeed is how many columns people read in the time in which one character
// is typed.
const readingSpeed = 3

// Read implements [tutor.Terminal].
func (t *terminal) Read(text string) {
	if t.speed > 0 {
		time.Sleep(time.Duration(words.Columns(text)) * time.Second / time.Duration(readingSpeed*t.speed))
	}
}

// Width implements [tutor.Terminal].
func (t *terminal) Width() int { return min(talkWidth, t.program.out.width()) }

// Paint implements [tutor.Terminal].
func (t *terminal) Paint(s tutor.Style, text string) string {
	styles := map[tutor.Style]style{
		tutor.Heading: bold, tutor.Strong: bold, tutor.Code: cyan, tutor.Typed: cyan, tutor.Quietly: dim, tutor.Right: green, tutor.Wrong: amber,
	}
	return t.program.out.paint(styles[s], text)
}
