package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/escape"
)

func TestOutputStreams(t *testing.T) {
	var stdout, stderr bytes.Buffer
	o := newOut(&stdout, &stderr)
	o.print("%d\n", 7)
	o.notice("a message\n")
	o.hint("do this")
	if err := o.json(map[string]string{"a": "b→c<d"}); err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), "7\n{\n  \"a\": \"b→c<d\"\n}\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if got, want := stderr.String(), "vethlab: a message\n  do this\n"; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

// Without a terminal neither colours nor progress are written.
func TestOutPlain(t *testing.T) {
	var stdout, stderr bytes.Buffer
	o := newOut(&stdout, &stderr)
	o.print("%s", o.paint(red, "x"))
	o.startProgress("a lot of work")()
	if got := stdout.String() + stderr.String(); got != "x" {
		t.Errorf("got %q, want x", got)
	}
}

func TestOutColour(t *testing.T) {
	o := &out{colour: true}
	if got, want := o.paint(green, "ok"), "\x1b[32mok\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A message erases the progress line first.
func TestOutProgress(t *testing.T) {
	var stderr bytes.Buffer
	o := &out{stdout: &stderr, stderr: &stderr}
	o.setProgress("building … 2 s")
	o.notice("done")
	if got, want := stderr.String(), "building … 2 s\r\x1b[Kvethlab: done\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutFailedWrite(t *testing.T) {
	o := newOut(fullDisk{}, &bytes.Buffer{})
	if err := o.writeError(); err != nil {
		t.Fatal(err)
	}
	o.print("x")
	if err := o.writeError(); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTable(t *testing.T) {
	var stdout bytes.Buffer
	newOut(&stdout, &bytes.Buffer{}).table([]string{"A", "LONG", "C"}, [][]string{
		{"wide →", "x", "y"},
		{"", "", ""},
	})
	want := strings.Join([]string{
		"A       LONG  C",
		"wide →  x     y",
		"-       -     -",
		"",
	}, "\n")
	if got := stdout.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Escape sequences in the output are made visible.
func TestPrintEscapes(t *testing.T) {
	var stdout bytes.Buffer
	o := &out{stdout: &stdout, terminal: true, colour: true}
	o.print("%s %s", "v\x1b[H", o.paint(red, "down"))
	o.printExact("\x1b[2J")
	if got, want := stdout.String(), "v␛[H \x1b[31mdown\x1b[0m␛[2J"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every style is a sequence that escape.Terminal keeps.
func TestStylesPassTerminal(t *testing.T) {
	o := &out{colour: true}
	for _, s := range []style{plain, bold, dim, red, green, amber, cyan} {
		if text := o.paint(s, "x"); escape.Terminal(text) != text {
			t.Errorf("style %q becomes %q", s, escape.Terminal(text))
		}
	}
}
