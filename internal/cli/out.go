package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// All that reaches the terminal passes through this file. Its rules are:
//
//   - stdout is data: what was asked for, and nothing else. It can be piped.
//   - stderr is talk: each message begins with "vethlab: ". What is to be done
//     about it follows in lines that are indented.
//   - Colours and progress are for terminals only, and colours not where
//     NO_COLOR is set (no-color.org) or TERM is dumb. The words alone say it all.
//   - JSON is made from the very struct that would have been printed.
//   - Work of more than a second shows a line that counts the seconds and goes
//     when the work is done.
//   - What others have named or written, such as an interface in a container,
//     commands no terminal: control characters in it are shown, see [escape.Terminal].
//     Where a line is meant, it is one line, see package escape.
//   - A failed write is a failed command: a full disk never passes for success.

// out is where words go. Its methods may be called from any goroutine.
type out struct {
	mu       sync.Mutex // guards all below; one message at a time
	stdout   io.Writer
	stderr   io.Writer
	err      error  // of the first failed write to stdout
	progress string // shown on stderr now, or ""

	terminal  bool // stdout is one
	dumb      bool // the terminal can't be painted on, it only takes lines
	colour    bool // stdout takes colours
	talkShown bool // stderr is a terminal
}

func newOut(stdout, stderr io.Writer) *out {
	o := &out{stdout: stdout, stderr: stderr}
	o.terminal = isTerminal(stdout)
	o.dumb = os.Getenv("TERM") == "dumb"
	o.colour = o.terminal && os.Getenv("NO_COLOR") == "" && !o.dumb
	o.talkShown = isTerminal(stderr)
	return o
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns how many columns the terminal has, or a good number where there
// is none.
func (o *out) width() int {
	if f, ok := o.stdout.(*os.File); ok && o.terminal {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return draw.DefaultWidth
}

// print writes data that is for people.
func (o *out) print(format string, args ...any) {
	o.write([]byte(escape.Terminal(fmt.Sprintf(format, args...))))
}

// exact writes data that other programs read as well, such as a script: what is
// not for a terminal stays as it is.
func (o *out) exact(text string) {
	if o.terminal {
		text = escape.Terminal(text)
	}
	o.write([]byte(text))
}

func (o *out) write(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hideProgress()
	if _, err := o.stdout.Write(data); err != nil && o.err == nil {
		o.err = fmt.Errorf("writing the output: %w", err)
	}
}

// Write writes data, as [out.print] does. It implements [io.Writer] for those that
// want one, and never fails: see [out.failed].
func (o *out) Write(data []byte) (int, error) {
	o.write(data)
	return len(data), nil
}

// Print, Width and Colours implement [terminal.Screen].
func (o *out) Print(text string) { o.print("%s", text) }
func (o *out) Width() int        { return o.width() }
func (o *out) Colours() bool     { return o.colour }

// failed returns the error of the first write to stdout that failed.
func (o *out) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// json writes v as indented JSON.
func (o *out) json(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	o.write(escape.JSON(b.Bytes()))
	return nil
}

// jsonLine writes v as JSON in one line.
func (o *out) jsonLine(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	o.write(escape.JSON(b.Bytes()))
	return nil
}

// say writes a message.
func (o *out) say(format string, args ...any) { o.talk("vethlab: ", format, args...) }

// hint writes what is to be done about the message before.
func (o *out) hint(format string, args ...any) { o.talk("  ", format, args...) }

// pass writes what a command said on its stderr, as it is.
func (o *out) pass(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hideProgress()
	o.stderr.Write(data)
}

// talkWait is how long a message waits for output that nobody takes.
const talkWait = 200 * time.Millisecond

// lock takes the turn to write, and reports whether it got it in time: a message
// is not held up for good by a reader of stdout who does not read.
func (o *out) lock() bool {
	for end := time.Now().Add(talkWait); ; time.Sleep(time.Millisecond) {
		if o.mu.TryLock() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

func (o *out) talk(prefix, format string, args ...any) {
	if o.lock() {
		defer o.mu.Unlock()
		o.hideProgress()
	}
	text := strings.TrimRight(fmt.Sprintf(format, args...), "\n")
	fmt.Fprintf(o.stderr, "%s%s\n", prefix, escape.Terminal(text))
}

// working shows, from the second second on, what the program is at. The
// function it returns ends that.
func (o *out) working(what string) (done func()) {
	if !o.talkShown {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		o.count(what, quit)
	}()
	return func() {
		close(quit)
		<-gone
	}
}

func (o *out) count(what string, quit <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for seconds := 1; ; seconds++ {
		select {
		case <-quit:
			o.setProgress("")
			return
		case <-tick.C:
			o.setProgress(fmt.Sprintf("%s … %d s", what, seconds))
		}
	}
}

func (o *out) setProgress(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hideProgress()
	o.progress = text
	io.WriteString(o.stderr, text)
}

// hideProgress wipes the progress line; it is shown again a second later.
func (o *out) hideProgress() {
	if o.progress != "" {
		io.WriteString(o.stderr, "\r\x1b[K")
		o.progress = ""
	}
}

// A style is how a text stands out on a terminal.
type style = words.Style

// The styles.
const (
	plain = words.Plain
	bold  = words.Bold
	dim   = words.Dim
	red   = words.Red
	green = words.Green
	amber = words.Amber
	cyan  = words.Cyan
)

// paint returns text in a style, if stdout takes colours.
func (o *out) paint(s style, text string) string {
	if !o.colour || text == "" || s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
