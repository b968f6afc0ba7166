package lesson

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// Parse reads a lesson. The error is a [topo.Errors] with all mistakes. file is
// for messages, and names the lesson.
func Parse(file string, data []byte) (*Lesson, error) {
	p := &parser{
		file:   file,
		lines:  strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"),
		lesson: &Lesson{Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))},
	}
	switch {
	case !utf8.Valid(data):
		p.fail(1, 1, "", "the file is not UTF-8")
	case p.frontMatter():
		p.body()
		p.whole()
	}
	if len(p.errors) == 0 {
		return p.lesson, nil
	}
	slices.SortStableFunc(p.errors, func(a, b *topo.Error) int { return a.Pos.Line - b.Pos.Line })
	p.errors.AddSource(file, data)
	return nil, p.errors
}

// A parser goes through a file line by line.
type parser struct {
	file   string
	lines  []string
	at     int // the next line, from 0
	lesson *Lesson
	errors topo.Errors

	prose []string // lines of text that wait for the end of their block
	task  *Task    // the one of the step to which checks, hints and so on belong
}

func (p *parser) pos(line, col int) topo.Pos { return topo.Pos{File: p.file, Line: line, Col: col} }

func (p *parser) fail(line, col int, hint, format string, args ...any) {
	p.errors = append(p.errors, &topo.Error{Pos: p.pos(line, col), Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// next returns the next line and its number.
func (p *parser) next() (line string, number int, ok bool) {
	if p.at == len(p.lines) {
		return "", p.at, false
	}
	p.at++
	return p.lines[p.at-1], p.at, true
}

// What the head of a file says.
const (
	keyMinutes  = "minutes"
	keyAbout    = "about"
	keyPictures = "pictures" // always or solved
)

// frontMatter reads the lines between two lines of dashes at the beginning. False:
// there is no end of them.
func (p *parser) frontMatter() bool {
	end := slices.Index(p.lines[1:], "---")
	switch {
	case p.lines[0] != "---":
		return true
	case end < 0:
		p.fail(1, 1, "", "the --- that ends the head of the file is missing")
		return false
	}
	for {
		line, n, _ := p.next()
		if n == 1 {
			continue
		}
		if line == "---" {
			return true
		}
		if strings.TrimSpace(line) != "" {
			p.headLine(line, n)
		}
	}
}

func (p *parser) headLine(line string, n int) {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	known := []string{keyAbout, keyMinutes, keyPictures}
	switch {
	case !ok:
		p.fail(n, 1, "", "a line of the head is KEY: VALUE")
	case key == keyAbout:
		p.lesson.About = value
	case key == keyMinutes:
		minutes, err := strconv.Atoi(value)
		if err != nil || minutes < 1 {
			p.fail(n, len(key)+2, "", "minutes is a number of minutes, such as 15, not %q", value)
		}
		p.lesson.Minutes = minutes
	case key == keyPictures:
		p.lesson.Solved = value == "solved"
		if value != "always" && !p.lesson.Solved {
			p.fail(n, len(key)+2, "", "pictures are shown always or solved, not %q", value)
		}
	default:
		p.fail(n, 1, suggest(key, known), "there is no %q in the head of a lesson", key)
	}
}

// suggest returns a hint for a word that must be one of a few.
func suggest(word string, known []string) string {
	if hint := words.DidYouMean(word, known); hint != "" {
		return strings.TrimPrefix(hint, ": ")
	}
	return "it is one of " + strings.Join(known, ", ")
}

func (p *parser) body() {
	for {
		line, n, ok := p.next()
		if !ok {
			break
		}
		switch {
		case strings.HasPrefix(line, fenceMark):
			p.endProse()
			p.fence(line, n)
		case strings.HasPrefix(line, "# "):
			p.title(line, n)
		case strings.HasPrefix(line, "## "):
			p.endProse()
			p.task = nil
			p.lesson.Steps = append(p.lesson.Steps, Step{Title: strings.TrimSpace(line[3:]), Pos: p.pos(n, 1)})
		case strings.HasPrefix(line, "<!--") && strings.HasSuffix(line, "-->"):
			p.endProse()
		default:
			p.prose = append(p.prose, line)
		}
	}
	p.endProse()
}

func (p *parser) title(line string, n int) {
	if p.lesson.Title != "" || len(p.lesson.Steps) > 0 {
		p.fail(n, 1, "a step begins with ##", "a lesson has one title, before its steps")
		return
	}
	p.lesson.Title = strings.TrimSpace(line[2:])
}

// whole checks what only the whole shows.
func (p *parser) whole() {
	if p.lesson.Title == "" {
		p.fail(1, 1, `it is a line "# Title"`, "the lesson has no title")
	}
	if len(p.lesson.Steps) == 0 {
		p.fail(len(p.lines), 1, `a step begins with "## Heading"`, "the lesson has no steps")
	}
	for _, t := range p.lesson.Tasks() {
		if t.Hidden && len(t.Checks) == 0 {
			p.fail(t.Pos.Line, 1, "a check behind it says so", "nobody can tell when this is solved")
		}
	}
}

// add puts a block behind those there are.
func (p *parser) add(b Block) {
	if n := len(p.lesson.Steps); n > 0 {
		p.lesson.Steps[n-1].Blocks = append(p.lesson.Steps[n-1].Blocks, b)
		return
	}
	p.lesson.Intro = append(p.lesson.Intro, b)
}

func (p *parser) endProse() {
	if prose := parseProse(p.prose); len(prose.Paragraphs) > 0 {
		p.add(prose)
	}
	p.prose = nil
}
