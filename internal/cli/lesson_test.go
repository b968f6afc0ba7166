//go:build linux

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/lessons"
)

// quotedIndex finds interface indexes between backquotes: `veth0@if2` and `2: veth1`.
// An ellipsis stands for omitted output.
var quotedIndex = regexp.MustCompile("`([^`]*@if[0-9][^`]*|[0-9]+:(?: [^`]*)?)`")

// Each interface index that the text of a lesson quotes is printed by the commands up
// to there, in every language, by vethlab's own ip and by iproute2's. With -short it tests
// one language: the commands are the same in the others.
func TestLessonsQuoteIndexesAsPrinted(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	if links := shellNew(t, "always", "ip -br link"); strings.Count(links, "\n") != 1 {
		t.Skipf("a new network has fallback tunnels here, which take the lowest indexes:\n%s", links)
	}
	languages := lessons.Languages()
	if testing.Short() {
		languages = languages[:1]
	}
	for _, applets := range []string{"always", ""} {
		if _, err := exec.LookPath("ip"); err != nil && applets == "" {
			t.Log("iproute2 is not installed")
			continue
		}
		for _, language := range languages {
			for _, name := range lessons.Names() {
				t.Run(strings.Join([]string{map[bool]string{true: "iproute2", false: "vethlab"}[applets == ""], language, name}, " "), func(t *testing.T) {
					checkQuotedIndexes(t, applets, language, name)
				})
			}
		}
	}
}

func checkQuotedIndexes(t *testing.T, applets, language, name string) {
	t.Helper()
	l, err := lessons.Load(language, name)
	if err != nil {
		t.Fatal(err)
	}
	quotes, script := quotedIndexes(l)
	if name == lessons.Names()[0] && len(quotes) < 2 {
		t.Fatalf("%s quotes %q: the pattern finds too little", name, quotes)
	}
	if len(quotes) == 0 {
		return
	}
	printed := shellNew(t, applets, script)
	for _, q := range quotes {
		before, _, _ := strings.Cut(printed, q.until)
		for part := range strings.SplitSeq(q.text, "…") {
			if !strings.Contains(before, strings.TrimSpace(part)) {
				t.Errorf("the lesson quotes %q, which is not printed:\n%s", q.text, before)
			}
		}
	}
}

// A quote is text that the output up to the line until must contain.
type quote struct{ text, until string }

// quotedIndexes returns the quotes of a lesson and the script that runs its commands,
// which prints the lines that quotes name.
func quotedIndexes(l *lesson.Lesson) (quotes []quote, script string) {
	for i, s := range l.Steps {
		for j, b := range s.Blocks {
			switch b := b.(type) {
			case lesson.Setup:
				script += b.Script + "\n"
			case *lesson.Task:
				for _, c := range b.Commands {
					script += c.Text + "\n"
				}
			case lesson.Prose:
				until := fmt.Sprintf("-- step %d block %d --", i, j)
				script += "echo '" + until + "'\n"
				for _, p := range b.Paragraphs {
					for _, m := range quotedIndex.FindAllStringSubmatch(p.Text, -1) {
						quotes = append(quotes, quote{m[1], until})
					}
				}
			}
		}
	}
	return quotes, script
}

// shellNew returns what a script prints in vethlab shell --new.
func shellNew(t *testing.T, applets, script string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "vethlab")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "shell", "--new")
	cmd.Env = append(os.Environ(), "VETHLAB_APPLETS="+applets)
	cmd.Stdin = strings.NewReader(script)
	out, _ := cmd.CombinedOutput() // commands that a lesson means to fail set the exit status
	return string(out)
}
