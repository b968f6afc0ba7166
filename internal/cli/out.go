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
	"github.com/vethlab/vethlab/internal/messages"
	"github.com/vethlab/vethlab/internal/words"
)

// All output passes through this file. Its rules are:
//
//   - stdout is for results only, so that it can be piped.
//   - stderr is for messages: each begins with "vethlab: ", and indented lines after it
//     say what to do.
//   - Colours and progress are for terminals only, and colours not if NO_COLOR is set
//     (no-color.org) or TERM is dumb. They add nothing to the text.
//   - JSON is encoded from the struct that is printed as text.
//   - Messages are in the language of the lesson in which the command runs: see
//     [messages.In]. The text of a program that vethlab replaces, such as ping(8), stays as it
//     is, and what it means follows on a line of its own.
//   - Work of more than a second shows a line with the seconds so far, which is erased at
//     the end.
//   - Names and text of others, such as an interface of a container, can't control the
//     terminal: see [escape.Terminal] and, within one line, [escape.Line].
//   - A failed write, as to a full disk, is a failure of the command.

// out is the output of the program. Its methods may be called from any goroutine.
type out struct {
	mu       sync.Mutex // one message at a time; guards all fields down to progress
	stdout   io.Writer
	stderr   io.Writer
	err      error  // of the first failed write to stdout
	progress string // on stderr now, or ""

	lang           words.Lang // of messages
	terminal       bool       // stdout is a terminal
	dumb           bool       // TERM is dumb: no cursor movement
	colour         bool       // stdout takes colours
	stderrTerminal bool       // stderr is a terminal
}

func newOut(stdout, stderr io.Writer) *out {
	o := &out{stdout: stdout, stderr: stderr, lang: messageLang()}
	o.terminal = isTerminal(stdout)
	o.dumb = os.Getenv("TERM") == "dumb"
	o.colour = o.terminal && os.Getenv("NO_COLOR") == "" && !o.dumb
	o.stderrTerminal = isTerminal(stderr)
	return o
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of the terminal, or a default.
func (o *out) width() int {
	if f, ok := o.stdout.(*os.File); ok && o.terminal {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return draw.DefaultWidth
}

// print writes results for people.
func (o *out) print(format string, args ...any) {
	o.write([]byte(escape.Terminal(fmt.Sprintf(format, args...))))
}

// printExact writes results that programs read too, such as a script. They are escaped
// only on a terminal.
func (o *out) printExact(text string) {
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
		o.err = fmt.Errorf("cannot write the output: %w", err)
	}
}

// Write implements [io.Writer]. It writes to stdout, unescaped, and never fails: see
// [out.writeError].
func (o *out) Write(data []byte) (int, error) {
	o.write(data)
	return len(data), nil
}

// Print, Width and Colours implement [terminal.Screen].
func (o *out) Print(text string) { o.print("%s", text) }
func (o *out) Width() int        { return o.width() }
func (o *out) Colours() bool     { return o.colour }

// writeError returns the error of the first write to stdout that failed.
func (o *out) writeError() error {
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

// jsonLine writes v as one line of JSON.
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

// notice writes a message.
func (o *out) notice(format string, args ...any) { o.message("vethlab: ", format, args...) }

// hint writes what to do about the message before it.
func (o *out) hint(format string, args ...any) { o.message("  ", format, args...) }

// meaning writes what a message of a program that vethlab replaces means, in another
// language than English.
func (o *out) meaning(text string) {
	if translated, ok := messages.In(o.lang, text); ok {
		o.message("  → ", "%s", translated)
	}
}

// passStderr writes data to stderr as it is, such as the stderr of a command.
func (o *out) passStderr(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hideProgress()
	o.stderr.Write(data)
}

// messageWait is how long a message waits for a blocked write to stdout.
const messageWait = 200 * time.Millisecond

// lock locks o.mu and reports whether it could within messageWait. Without the lock a
// message is written all the same: a full pipe on stdout must not block stderr.
func (o *out) lock() bool {
	for end := time.Now().Add(messageWait); ; time.Sleep(time.Millisecond) {
		if o.mu.TryLock() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

func (o *out) message(prefix, format string, args ...any) {
	if o.lock() {
		defer o.mu.Unlock()
		o.hideProgress()
	}
	text := o.translate(strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
	fmt.Fprintf(o.stderr, "%s%s\n", prefix, escape.Terminal(text))
}

// translate returns a message in the language of messages.
func (o *out) translate(message string) string {
	text, _ := messages.In(o.lang, message)
	return text
}

// startProgress shows what the program does and the seconds so far, after the first
// second. done erases it.
func (o *out) startProgress(what string) (done func()) {
	if !o.stderrTerminal {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		o.countSeconds(what, quit)
	}()
	return func() {
		close(quit)
		<-ended
	}
}

func (o *out) countSeconds(what string, quit <-chan struct{}) {
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

// hideProgress erases the progress line; the next tick shows it again.
func (o *out) hideProgress() {
	if o.progress != "" {
		io.WriteString(o.stderr, "\r\x1b[K")
		o.progress = ""
	}
}

// A style is a style of text on a terminal.
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
