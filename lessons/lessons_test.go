package lessons_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/lessons"
)

func read(t *testing.T, language, name string) *lesson.Lesson {
	t.Helper()
	l, err := lessons.Load(language, name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFind(t *testing.T) {
	for _, name := range lessons.Names() {
		number, short, _ := strings.Cut(name, "-")
		for _, word := range []string{name, number, short} {
			if got, ok := lessons.Find(word); got != name || !ok {
				t.Errorf("%q: got %q, want %q", word, got, name)
			}
		}
		if got := lessons.Short(name); got != short {
			t.Errorf("%s: got %q, want %q", name, got, short)
		}
	}
	for _, word := range []string{"", "-", "0", "1-", "veth.md"} {
		if got, ok := lessons.Find(word); ok {
			t.Errorf("%q: got %q", word, got)
		}
	}
	if _, err := lessons.Load("en", "9-none"); err == nil {
		t.Error("got a lesson that does not exist")
	}
}

// Each lesson has a title, a description, a length in minutes, an introduction, seven
// steps and six tasks at least, in each language.
func TestLessonsAreComplete(t *testing.T) {
	if len(lessons.Names()) < 6 {
		t.Error(lessons.Names())
	}
	for _, language := range lessons.Languages() {
		for _, name := range lessons.Names() {
			l := read(t, language, name)
			if l.About == "" || l.Minutes == 0 || len(l.Intro) == 0 || len(l.Steps) < 7 || len(l.Tasks()) < 6 {
				t.Errorf("%s/%s: about %q, %d minutes, %d steps, %d tasks", language, name, l.About, l.Minutes, len(l.Steps), len(l.Tasks()))
			}
			chinese := strings.ContainsFunc(l.Title+l.About, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if chinese != (language != "en") {
				t.Errorf("%s/%s: %s", language, name, l.Title)
			}
		}
	}
}

// All languages have the same steps, commands and checks. Only the text differs.
func TestLessonsAreTheSameInAllLanguages(t *testing.T) {
	for _, name := range lessons.Names() {
		want := skeleton(read(t, "en", name))
		for _, language := range lessons.Languages() {
			got := skeleton(read(t, language, name))
			for i := range max(len(want), len(got)) {
				if i >= len(want) || i >= len(got) || want[i] != got[i] {
					t.Errorf("%s: in English %q, in %s %q", name, at(want, i), language, at(got, i))
					break
				}
			}
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// skeleton returns the blocks of a lesson without their text, one a line.
func skeleton(l *lesson.Lesson) []string {
	var lines []string
	add := func(words ...string) { lines = append(lines, strings.Join(words, " ")) }
	for _, s := range l.Steps {
		add("step")
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case lesson.Setup:
				add("setup", b.Script)
			case lesson.Serve:
				add("serve", b.Namespace)
			case *lesson.Question:
				add(append([]string{"question"}, b.Answers...)...)
				for _, o := range b.Options {
					add("option", map[bool]string{true: "right", false: "wrong"}[o.Right])
				}
			case *lesson.Task:
				add("task", map[bool]string{true: "hidden"}[b.Hidden], map[bool]string{true: "fails"}[b.Fails])
				for _, c := range b.Commands {
					add("command", c.Text)
				}
				for _, c := range b.Checks {
					add("check", c.Text)
				}
				for _, e := range b.Expect {
					add("expect", e)
				}
				add(strings.Repeat("hint ", len(b.Hints)))
			}
		}
	}
	return lines
}

// Each solution has a hint, and no hint is empty.
func TestHints(t *testing.T) {
	for _, language := range lessons.Languages() {
		for _, name := range lessons.Names() {
			for _, task := range read(t, language, name).Tasks() {
				if task.Hidden && len(task.Hints) == 0 {
					t.Errorf("%s: the solution has no hint", task.Pos)
				}
				if slices.ContainsFunc(task.Hints, func(p lesson.Prose) bool { return len(p.Paragraphs) == 0 }) {
					t.Errorf("%s: an empty hint", task.Pos)
				}
			}
		}
	}
}
