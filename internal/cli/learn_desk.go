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

// A desk is where a learner sits: at a terminal, where lines can be edited and
// fetched again, or at the end of a pipe.
type desk struct {
	program *program
	speed   int // characters typed a second; 0: at once

	typist *term.Terminal // nil: lines come from a pipe, or nobody is there
	keys   *os.File       // of the terminal
	lines  *bufio.Reader
}

func newDesk(p *program, o learnOptions) *desk {
	d := &desk{program: p, speed: o.speed, lines: bufio.NewReader(p.stdin)}
	keys, ok := p.stdin.(*os.File)
	if ok && !o.auto && p.out.terminal && term.IsTerminal(int(keys.Fd())) {
		d.keys = keys
		d.typist = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{keys, p.out}, "")
	}
	return d
}

// Say implements [tutor.Desk].
func (d *desk) Say(text string) { d.program.out.write([]byte(text)) }

// Ask implements [tutor.Desk].
func (d *desk) Ask(ctx context.Context, prompt string) (string, error) {
	if d.typist != nil {
		before, err := term.MakeRaw(int(d.keys.Fd()))
		if err != nil {
			return "", err
		}
		defer term.Restore(int(d.keys.Fd()), before)
	}
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := d.line(prompt)
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		d.Say("\r\n")
		return "", ctx.Err()
	}
}

// line reads a line, of a terminal that is raw.
func (d *desk) line(prompt string) (string, error) {
	if d.typist == nil {
		d.Say(prompt)
		line, err := d.lines.ReadString('\n')
		if err != nil && line == "" {
			d.Say("\n")
			return "", io.EOF
		}
		line = strings.TrimRight(line, "\r\n")
		d.Say(line + "\n") // a terminal would have shown it
		return line, nil
	}
	if columns, rows, err := term.GetSize(int(d.keys.Fd())); err == nil && columns > 0 {
		_ = d.typist.SetSize(columns, rows) // it fails only where nothing can be written
	}
	d.typist.SetPrompt(prompt)
	line, err := d.typist.ReadLine()
	if err != nil {
		d.Say("\r\n")
	}
	return line, err
}

// Type implements [tutor.Desk]. On a terminal the command takes the place of the
// empty line before.
func (d *desk) Type(prompt, command string) {
	if d.typist != nil && d.program.out.colour {
		d.Say("\x1b[A\r\x1b[K")
	}
	d.Say(prompt)
	if d.speed > 0 {
		for _, c := range command {
			d.Say(d.program.out.paint(bold, string(c)))
			time.Sleep(time.Second / time.Duration(d.speed))
		}
		command = ""
	}
	d.Say(d.program.out.paint(bold, command) + "\n")
}

// readingSpeed is how many columns people read in the time in which one character
// is typed.
const readingSpeed = 3

// Read implements [tutor.Desk].
func (d *desk) Read(text string) {
	if d.speed > 0 {
		time.Sleep(time.Duration(words.Columns(text)) * time.Second / time.Duration(readingSpeed*d.speed))
	}
}

// Width implements [tutor.Desk].
func (d *desk) Width() int { return min(talkWidth, d.program.out.width()) }

// Paint implements [tutor.Desk].
func (d *desk) Paint(s tutor.Style, text string) string {
	styles := map[tutor.Style]style{
		tutor.Heading: bold, tutor.Strong: bold, tutor.Code: cyan, tutor.Typed: cyan, tutor.Quietly: dim, tutor.Right: green, tutor.Wrong: amber,
	}
	return d.program.out.paint(styles[s], text)
}
