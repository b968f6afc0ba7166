package lesson

import (
	"slices"
	"strings"
)

// fenceMark begins and ends a block of a certain kind.
const fenceMark = "```"

// The kinds of blocks.
const (
	kindRun      = "run"
	kindSolution = "solution"
	kindSetup    = "setup"
	kindServe    = "serve"
	kindExpect   = "expect"
	kindCheck    = "check"
	kindHint     = "hint"
	kindQuestion = "question"
)

// fails is the word behind "run" for commands that are meant to fail.
const fails = "fails"

// A fenced is a block between two fences.
type fenced struct {
	kind  string
	words []string // behind the kind
	lines []string
	line  int // of the first fence, from 1
}

// fence reads a block of which the first line has been read.
func (p *parser) fence(first string, n int) {
	f := fenced{line: n}
	if info := strings.Fields(strings.TrimPrefix(first, fenceMark)); len(info) > 0 {
		f.kind, f.words = info[0], info[1:]
	}
	for {
		line, _, ok := p.next()
		if !ok {
			p.fail(n, 1, "", "the ``` that ends this block is missing")
			return
		}
		if strings.TrimRight(line, " ") == fenceMark {
			break
		}
		f.lines = append(f.lines, line)
	}
	p.fencedBlock(f)
}

func (p *parser) fencedBlock(f fenced) {
	switch f.kind {
	case kindRun, kindSolution:
		p.newTask(f)
	case kindSetup:
		p.noWords(f)
		p.add(Setup{Script: strings.Join(f.lines, "\n"), Pos: p.pos(f.line, 1)})
	case kindServe:
		p.noWords(f)
		p.serve(f)
	case kindExpect, kindCheck, kindHint:
		p.noWords(f)
		p.ofTask(f)
	case kindQuestion:
		p.noWords(f)
		p.question(f)
	default:
		p.code(f)
	}
}

// code is any other block. A slip of the pen must not turn a check into
// something to look at.
func (p *parser) code(f fenced) {
	kinds := []string{kindRun, kindSolution, kindSetup, kindServe, kindExpect, kindCheck, kindHint, kindQuestion}
	other := []string{"", "text", "console", "sh", "yaml", "json", "go"}
	if !slices.Contains(other, f.kind) {
		p.fail(f.line, len(fenceMark)+1, suggest(f.kind, append(kinds, other[1:]...)), "%q is no kind of block", f.kind)
		return
	}
	p.add(Code{f.lines})
}

func (p *parser) noWords(f fenced) {
	if len(f.words) > 0 {
		p.fail(f.line, len(fenceMark)+len(f.kind)+2, "", "nothing stands behind %q", f.kind)
	}
}

// serve reads lines such as "web http 80".
func (p *parser) serve(f fenced) {
	for i, line := range f.lines {
		s := newSentence(line)
		if len(s.words) == 0 {
			continue
		}
		at, ok := endpoint(s.next())
		n, m := 0, s.wrong(1, "", "a server is NAMESPACE http PORT, such as: web http 80")
		if ok && at.Link == "" && s.skip("http") {
			n, m = s.number(1<<16 - 1)
		}
		if m != nil {
			p.fail(f.line+1+i, m.col, m.hint, "%s", m.text)
			continue
		}
		p.add(Serve{Namespace: at.Namespace, Port: uint16(n), Pos: p.pos(f.line+1+i, 1)})
	}
}

func (p *parser) newTask(f fenced) {
	t := &Task{Hidden: f.kind == kindSolution, Pos: p.pos(f.line, 1)}
	switch {
	case len(f.words) == 1 && f.words[0] == fails && !t.Hidden:
		t.Fails = true
	case len(f.words) > 0 && !t.Hidden:
		p.fail(f.line, len(fenceMark)+len(f.kind)+2, `the only word there is "fails"`, "%q is not known behind run", strings.Join(f.words, " "))
	default:
		p.noWords(f)
	}
	t.Commands = p.commands(f)
	if len(t.Commands) == 0 {
		p.fail(f.line, 1, "", "there is no command in this block")
	}
	if len(p.lesson.Steps) == 0 {
		p.fail(f.line, 1, `a step begins with "## Heading"`, "commands belong to a step")
		return
	}
	p.add(t)
	p.task = t
}

// commands returns the commands of a block, one a line; a backslash at the end of
// a line joins it with the next.
func (p *parser) commands(f fenced) []Command {
	var list []Command
	joined := ""
	for i, line := range f.lines {
		if head, ok := strings.CutSuffix(line, `\`); ok {
			joined += strings.TrimRight(head, " ") + " "
			continue
		}
		line = joined + strings.TrimSpace(line)
		joined = ""
		if line != "" {
			list = append(list, Command{line, p.pos(f.line+1+i, 1)})
		}
	}
	return list
}

// ofTask reads a block that belongs to the commands before it.
func (p *parser) ofTask(f fenced) {
	if p.task == nil {
		p.fail(f.line, 1, "", "%s stands behind the run or solution that it belongs to, in the same step", f.kind)
		p.task = &Task{} // the rest of it is looked at all the same
		defer func() { p.task = nil }()
	}
	switch f.kind {
	case kindHint:
		p.task.Hints = append(p.task.Hints, parseProse(f.lines))
	case kindExpect:
		p.task.Expect = append(p.task.Expect, filled(f.lines)...)
	case kindCheck:
		for i, line := range f.lines {
			if strings.TrimSpace(line) != "" {
				p.check(line, f.line+1+i)
			}
		}
	}
}

func (p *parser) check(line string, n int) {
	c, m := parseCheck(line)
	if m != nil {
		p.fail(n, m.col, m.hint, "%s", m.text)
		return
	}
	c.Pos = p.pos(n, 1)
	p.task.Checks = append(p.task.Checks, c)
}

// filled returns the lines that are not empty.
func filled(lines []string) []string {
	var list []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// What begins the lines of a question that are not the question.
const (
	wrongMark  = "- [ ] "
	rightMark  = "- [x] "
	answerMark = "= "
	whyMark    = ">"
)

func (p *parser) question(f fenced) {
	q := &Question{Pos: p.pos(f.line, 1)}
	var text, why []string
	for _, line := range f.lines {
		wrong, isWrong := strings.CutPrefix(line, wrongMark)
		right, isRight := strings.CutPrefix(line, rightMark)
		answer, isAnswer := strings.CutPrefix(line, answerMark)
		because, isWhy := strings.CutPrefix(line, whyMark)
		switch {
		case isWrong:
			q.Options = append(q.Options, Option{Text: wrong})
		case isRight:
			q.Options = append(q.Options, Option{Text: right, Right: true})
		case isAnswer:
			q.Answers = append(q.Answers, strings.TrimSpace(answer))
		case isWhy:
			why = append(why, because)
		default:
			text = append(text, line)
		}
	}
	q.Text, q.Why = parseProse(text), parseProse(why)
	p.checkQuestion(q, f.line)
	p.add(q)
}

func (p *parser) checkQuestion(q *Question, line int) {
	right := 0
	for _, o := range q.Options {
		if o.Right {
			right++
		}
	}
	switch {
	case len(q.Text.Paragraphs) == 0:
		p.fail(line, 1, "", "the question is missing")
	case len(q.Options) > 0 && len(q.Answers) > 0:
		p.fail(line, 1, "", "a question is answered by a choice (- [ ]) or by words (=), not by both")
	case len(q.Options) == 0 && len(q.Answers) == 0:
		p.fail(line, 1, `"- [x] …" is the right one of several, "= …" what is to be typed`, "the question has no answer")
	case len(q.Options) > 0 && right != 1:
		p.fail(line, 1, "", "one of the options is right (- [x]), here %d are", right)
	case len(q.Options) == 1 || len(q.Options) > 9:
		p.fail(line, 1, "", "there are two to nine options to choose from, here %d", len(q.Options))
	}
}
