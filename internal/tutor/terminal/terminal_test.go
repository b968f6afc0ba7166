package terminal

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/tutor"
	"github.com/vethlab/vethlab/internal/words"
)

type screen struct {
	strings.Builder
	width   int
	colours bool
}

func (s *screen) Print(text string) { s.WriteString(text) }
func (s *screen) Width() int        { return s.width }
func (s *screen) Colours() bool     { return s.colours }

func marked(s words.Style, text string) string { return string(s) + "<" + text + ">" }

// From a pipe lines are read and echoed; the end of the pipe is io.EOF.
func TestReadLineFromPipe(t *testing.T) {
	s := &screen{}
	term := New(Config{In: strings.NewReader("ip link\r\nlast"), Screen: s, Edit: true})
	if term.Edits() {
		t.Error("lines of a pipe are edited")
	}
	for _, want := range []string{"ip link", "last"} {
		if got, err := term.ReadLine(t.Context(), "$ "); err != nil || got != want {
			t.Errorf("ReadLine returned %q, %v, want %q", got, err, want)
		}
	}
	if _, err := term.ReadLine(t.Context(), "$ "); !errors.Is(err, io.EOF) {
		t.Errorf("at the end of the pipe: %v, want EOF", err)
	}
	if got, want := s.String(), "$ ip link\n$ last\n$ \n"; got != want {
		t.Errorf("the screen shows %q, want %q", got, want)
	}
}

func TestReadLineEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	time.AfterFunc(10*time.Millisecond, cancel)
	s := &screen{}
	if _, err := New(Config{In: r, Screen: s}).ReadLine(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadLine returned %v, want %v", err, context.Canceled)
	}
}

func TestType(t *testing.T) {
	for _, c := range []struct {
		speed int
		want  string
	}{{0, "$ 1<ip a>\n"}, {10000, "$ 1<i>1<p>1< >1<a>1<>\n"}} {
		s := &screen{}
		New(Config{In: strings.NewReader(""), Screen: s, Paint: marked, Speed: c.speed}).Type("$ ", "ip a")
		if got := s.String(); got != c.want {
			t.Errorf("at speed %d: %q, want %q", c.speed, got, c.want)
		}
	}
}

func TestWidthAndPaint(t *testing.T) {
	for width, want := range map[int]int{40: 40, 200: textWidth} {
		term := New(Config{In: strings.NewReader(""), Screen: &screen{width: width}, Paint: marked})
		if got := term.Width(); got != want {
			t.Errorf("text on %d columns is %d wide, want %d", width, got, want)
		}
		if got := term.Paint(tutor.Wrong, "no"); got != "33<no>" {
			t.Errorf("a wrong answer is painted as %q", got)
		}
	}
}
