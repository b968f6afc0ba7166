package shell_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/shell"
)

var update = flag.Bool("update", false, "rewrite testdata/bash.txt with the output of bash")

const bashFile = "testdata/bash.txt"

// A snippet is a script with the commands that bash runs in it.
type snippet struct {
	script string
	runs   []string
}

// readSnippets reads testdata/bash.txt: the lines of a script after "$ ", and the
// commands. A blank line ends a snippet.
func readSnippets(t *testing.T) []snippet {
	t.Helper()
	data, err := os.ReadFile(bashFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []snippet
	for block := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		var s snippet
		for line := range strings.SplitSeq(block, "\n") {
			if text, ok := strings.CutPrefix(line, "$ "); ok {
				s.script += text + "\n"
			} else {
				s.runs = append(s.runs, line)
			}
		}
		list = append(list, s)
	}
	return list
}

// inBash returns the commands that bash runs in a script: p prints its arguments.
func inBash(t *testing.T, script string) []string {
	t.Helper()
	dir := t.TempDir()
	p := "#!/bin/sh\nprintf p\n[ $# = 0 ] || printf ' <%s>' \"$@\"\necho\n"
	if err := os.WriteFile(filepath.Join(dir, "p"), []byte(p), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--norc", "-c", script, "x.sh")
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=/root", "LC_ALL=C.UTF-8"}
	cmd.Dir = t.TempDir()
	out, _ := cmd.Output() // some scripts fail on purpose
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// Scripts run the same commands as in bash; testdata/bash.txt has those of bash.
func TestBash(t *testing.T) {
	list := readSnippets(t)
	if len(list) < 300 {
		t.Errorf("only %d snippets", len(list))
	}
	if *update {
		var b strings.Builder
		for _, s := range list {
			b.WriteString("$ " + strings.ReplaceAll(strings.TrimSuffix(s.script, "\n"), "\n", "\n$ ") + "\n")
			for _, run := range inBash(t, s.script) {
				b.WriteString(run + "\n")
			}
			b.WriteString("\n")
		}
		if err := os.WriteFile(bashFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		list = readSnippets(t)
	}
	for _, s := range list {
		r := followBash(t, s.script)
		if !slices.Equal(r.runs, s.runs) || len(r.notes) > 0 {
			t.Errorf("%s got  %q, notes %q\n want %q", s.script, r.runs, r.notes, s.runs)
		}
	}
}

// The file agrees with the bash of this machine.
func TestBashGolden(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	for _, s := range readSnippets(t) {
		if got := inBash(t, s.script); !slices.Equal(got, s.runs) {
			t.Errorf("%s bash runs %q, the file has %q (-update rewrites it)", s.script, got, s.runs)
		}
	}
}

// A bashRecorder is a World with the program p only, which no snippet calls in a
// substitution.
type bashRecorder struct {
	recorder
}

func (r *bashRecorder) Run(c shell.Command) shell.Result {
	line := c.Words[0]
	for _, w := range c.Words[1:] {
		line += " <" + shown(w) + ">"
	}
	r.runs = append(r.runs, strings.Split(line, "\n")...)
	return shell.Result{}
}

func (*bashRecorder) Exiting(shell.Pos) {}

// Write keeps the files of the script.
func (r *bashRecorder) Write(_ shell.Command, file, content string, appends bool) {
	if appends {
		content = r.files[file] + content
	}
	r.files[file] = content
}

func followBash(t *testing.T, script string) *recorder {
	t.Helper()
	r := &bashRecorder{recorder{files: map[string]string{}}}
	if err := shell.Follow(shell.Script{File: "x.sh", Text: script}, r); err != nil {
		r.notes = append(r.notes, err.Error())
	}
	return &r.recorder
}
