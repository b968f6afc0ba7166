package shell_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/shell"
)

// A recorder is a World that records calls. The programs ok, no and maybe succeed, fail, and
// have an unknown status; out prints its arguments; in runs a command in a namespace; the
// output of all others is unknown.
type recorder struct {
	runs    []string // "where: words", unknown values in ⟨⟩
	stdin   []string
	writes  []string
	notes   []string
	remarks []string
	files   map[string]string // existing files; "?": unknown
	sources map[string]string
}

func (r *recorder) Run(c shell.Command) shell.Result {
	words := make([]string, len(c.Words))
	for i, w := range c.Words {
		words[i] = shown(w)
	}
	line := strings.Join(words, " ")
	if c.Where != "" {
		line = c.Where + ": " + line
	}
	if c.Negated {
		line = "! " + line
	}
	switch c.Words[0] {
	case "ok":
		return shell.Result{}
	case "no":
		return shell.Result{Status: 1}
	case "maybe":
		return shell.Result{Guess: "whether it works is not known"}
	case "out":
		return shell.Result{Out: strings.Join(c.Words[1:], " ") + "\n"}
	case "in": // a namespace
		return c.Exec(c.Words[1], c.Words[2:])
	case "ip":
		r.stdin = append(r.stdin, c.Stdin)
	}
	r.runs = append(r.runs, line)
	return shell.Unknown(c)
}

// shown returns a word with an unknown value as ⟨command⟩.
func shown(word string) string {
	if what, ok := shell.Known(word); !ok {
		return "⟨" + what + "⟩"
	}
	return word
}

func (r *recorder) Write(_ shell.Command, file, content string, _ bool) {
	r.writes = append(r.writes, fmt.Sprintf("%s: %q", file, shown(content)))
}

func (r *recorder) Exists(_, file string) (exists, known bool) {
	if program, ok := strings.CutPrefix(file, "/usr/bin/"); ok {
		return program != "absent", program != "perhaps"
	}
	text, ok := r.files[file]
	return ok && text != "?", text != "?"
}

func (r *recorder) Is(where, file string, _ shell.FileKind) (is, known bool) {
	return r.Exists(where, file)
}

func (r *recorder) Read(_, file string) (string, bool) {
	text, ok := r.files[file]
	return text, ok && text != "?"
}

func (r *recorder) Source(file string) (string, error) {
	if text, ok := r.sources[file]; ok {
		return text, nil
	}
	return "", errors.New(file + " is not here")
}

func (r *recorder) Note(at shell.Pos, what, why string) {
	r.notes = append(r.notes, fmt.Sprintf("%d: %s: %s", at.Line, shown(what), why))
}

func (r *recorder) Remark(at shell.Pos, what, why string) {
	r.remarks = append(r.remarks, fmt.Sprintf("%d: %s: %s", at.Line, shown(what), why))
}

func (r *recorder) Exiting(at shell.Pos) {
	r.runs = append(r.runs, fmt.Sprintf("exiting at %d", at.Line))
}

// follow follows a script with a few files.
func follow(t testing.TB, script string, args ...string) *recorder {
	t.Helper()
	r := &recorder{
		files:   map[string]string{"/proc/x": "7\n", "/etc/odd": "?", "here.txt": "a b\nc d\n"},
		sources: map[string]string{"lib.sh": "LIB=lib\nhello() { p hello $1 $LIB; }\n", "ret.sh": "p before\nreturn 3\np after\n", "args.sh": "p $# $1\n"},
	}
	if err := shell.Follow(shell.Script{File: "x.sh", Text: script, Args: args}, r); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return r
}

// A row is a script and the commands that it runs.
type row struct {
	script string
	runs   []string
}

// one is a row of one command.
func one(script, run string) row { return row{script, []string{run}} }

func none(script string) row { return row{script, nil} }

// check follows scripts that must have no notes.
func check(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		r := follow(t, tt.script, "first", "second arg", "third")
		if !slices.Equal(r.runs, tt.runs) {
			t.Errorf("%s\nruns %q\nwant %q", tt.script, r.runs, tt.runs)
		}
		if len(r.notes) > 0 {
			t.Errorf("%s\nnotes %q", tt.script, r.notes)
		}
	}
}
