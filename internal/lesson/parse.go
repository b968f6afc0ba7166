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

// Parse parses a lesson. The error is a [topo.Errors] with all mistakes. The name of file is
// used in messages and is the name of the lesson.
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
		p.checkLesson()
	}
	if len(p.errors) == 0 {
		return p.lesson, nil
	}
	slices.SortStableFunc(p.errors, func(a, b *topo.Error) int { return a.Pos.Line - b.Pos.Line })
	p.errors.AddSource(file, data)
	return nil, p.errors
}

// A parser parses a file line by line.
type parser struct {
	file   string
	lines  []string
	at     int // the next line, from 0
	lesson *Lesson
	errors topo.Errors

	prose []string // lines of the open block of text
	task  *Task    // the last of the step, to which checks and hints belong
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

// The keys of the head of a file.
const (
	keyMinutes  = "minutes"
	keyAbout    = "about"
	keyPictures = "pictures" // always or solved
)

// frontMatter parses the head, between two lines of dashes. It reports false if the second
// line is missing.
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
		p.fail(n, 1, "", "invalid line of the head (want KEY: VALUE)")
	case key == keyAbout:
		p.lesson.About = value
	case key == keyMinutes:
		minutes, err := strconv.Atoi(value)
		if err != nil || minutes < 1 {
			p.fail(n, len(key)+2, "", "invalid minutes %q (want a number such as 15)", value)
		}
		p.lesson.Minutes = minutes
	case key == keyPictures:
		p.lesson.DrawSolved = value == "solved"
		if value != "always" && !p.lesson.DrawSolved {
			p.fail(n, len(key)+2, "", "invalid pictures %q (want always or solved)", value)
		}
	default:
		p.fail(n, 1, suggest(key, known), "unknown key %q in the head", key)
	}
}

// suggest returns a hint for an unknown word.
func suggest(word string, known []string) string {
	if hint := words.DidYouMean(word, known); hint != "" {
		return strings.TrimPrefix(hint, ": ")
	}
	return "want one of " + strings.Join(known, ", ")
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

// checkLesson checks the whole lesson.
func (p *parser) checkLesson() {
	if p.lesson.Title == "" {
		p.fail(1, 1, `add a line "# Title"`, "the lesson has no title")
	}
	if len(p.lesson.Steps) == 0 {
		p.fail(len(p.lines), 1, `a step begins with "## Heading"`, "the lesson has no steps")
	}
	for _, t := range p.lesson.Tasks() {
		if t.Hidden && len(t.Checks) == 0 {
			p.fail(t.Pos.Line, 1, "add a check after it", "a solution without a check")
		}
	}
}

// add appends a block.
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
