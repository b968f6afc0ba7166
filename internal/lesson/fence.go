package lesson

import (
	"slices"
	"strings"
)

// fenceMark begins and ends a block.
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

// argFails is the argument of a run block whose commands must fail.
const argFails = "fails"

// A fenced is a block between two fences.
type fenced struct {
	kind  string
	args  []string // after the kind
	lines []string
	line  int // of the first fence, from 1
}

// fence parses a block after its first line.
func (p *parser) fence(first string, n int) {
	f := fenced{line: n}
	if info := strings.Fields(strings.TrimPrefix(first, fenceMark)); len(info) > 0 {
		f.kind, f.args = info[0], info[1:]
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
		p.noArguments(f)
		p.add(Setup{Script: strings.Join(f.lines, "\n"), Pos: p.pos(f.line, 1)})
	case kindServe:
		p.noArguments(f)
		p.serve(f)
	case kindExpect, kindCheck, kindHint:
		p.noArguments(f)
		p.taskBlock(f)
	case kindQuestion:
		p.noArguments(f)
		p.question(f)
	default:
		p.code(f)
	}
}

// code adds any other block. A misspelt kind must not turn a check into code.
func (p *parser) code(f fenced) {
	kinds := []string{kindRun, kindSolution, kindSetup, kindServe, kindExpect, kindCheck, kindHint, kindQuestion}
	other := []string{"", "text", "console", "sh", "yaml", "json", "go"}
	if !slices.Contains(other, f.kind) {
		p.fail(f.line, len(fenceMark)+1, suggest(f.kind, append(kinds, other[1:]...)), "unknown kind of block %q", f.kind)
		return
	}
	p.add(Code{f.lines})
}

func (p *parser) noArguments(f fenced) {
	if len(f.args) > 0 {
		p.fail(f.line, len(fenceMark)+len(f.kind)+2, "", "%q takes no arguments", f.kind)
	}
}

// serve parses lines such as "web http 80".
func (p *parser) serve(f fenced) {
	for i, line := range f.lines {
		s := newSentence(line)
		if len(s.words) == 0 {
			continue
		}
		at, ok := endpoint(s.next())
		n, m := 0, s.mistake(1, "", "invalid server (want NAMESPACE http PORT, such as web http 80)")
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
	case len(f.args) == 1 && f.args[0] == argFails && !t.Hidden:
		t.Fails = true
	case len(f.args) > 0 && !t.Hidden:
		p.fail(f.line, len(fenceMark)+len(f.kind)+2, "", "unknown argument %q of run (want fails)", strings.Join(f.args, " "))
	default:
		p.noArguments(f)
	}
	t.Commands = p.commands(f)
	if len(t.Commands) == 0 {
		p.fail(f.line, 1, "", "the block has no command")
	}
	if len(p.lesson.Steps) == 0 {
		p.fail(f.line, 1, `a step begins with "## Heading"`, "commands before the first step")
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

// taskBlock parses a block that belongs to the task before it.
func (p *parser) taskBlock(f fenced) {
	if p.task == nil {
		p.fail(f.line, 1, "", "%s without a run or solution before it in this step", f.kind)
		p.task = &Task{} // to parse the block and find more mistakes
		defer func() { p.task = nil }()
	}
	switch f.kind {
	case kindHint:
		p.task.Hints = append(p.task.Hints, parseProse(f.lines))
	case kindExpect:
		p.task.Expect = append(p.task.Expect, nonempty(f.lines)...)
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

// nonempty returns the lines that are not empty.
func nonempty(lines []string) []string {
	var list []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// The prefixes of the lines of a question that are not its text.
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
		p.fail(line, 1, "", "a question has options (- [ ]) or answers (=), not both")
	case len(q.Options) == 0 && len(q.Answers) == 0:
		p.fail(line, 1, `add options ("- [ ] …", "- [x] …" for the right one) or answers ("= …")`, "the question has no answer")
	case len(q.Options) > 0 && right != 1:
		p.fail(line, 1, "", "%d options are marked as right with - [x] (want 1)", right)
	case len(q.Options) == 1 || len(q.Options) > 9:
		p.fail(line, 1, "", "%d options (want 2 to 9)", len(q.Options))
	}
}
