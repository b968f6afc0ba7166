package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

func (sh *Shell) stmts(list []*syntax.Stmt) flow {
	for _, s := range list {
		if f := sh.stmt(s); f.kind != proceed {
			return f
		}
	}
	return flow{}
}

func (sh *Shell) stmt(s *syntax.Stmt) flow {
	sh.step()
	sh.at = sh.place(s)
	if s.Background {
		defer sh.background()()
	}
	var f flow
	sh.redirected(s, func() {
		if call, ok := s.Cmd.(*syntax.CallExpr); ok {
			f = sh.call(call, s.Negated)
		} else {
			f = sh.command(s.Cmd)
		}
	})
	if s.Negated && f.kind == proceed {
		sh.status = truth(sh.status != 0)
	}
	sh.checkExit(s, f)
	return f
}

// checkExit reports a failure that would end the script under set -e.
func (sh *Shell) checkExit(s *syntax.Stmt, f flow) {
	if !sh.options.errexit || sh.conditions > 0 || sh.status == 0 || sh.why != "" || s.Negated || f.kind != proceed {
		return
	}
	switch s.Cmd.(type) {
	case *syntax.CallExpr, *syntax.Subshell, *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		sh.world.Remark(sh.place(s), source(s.Cmd), "fails, which ends the script under set -e; the rest is read all the same")
	}
}

// condition follows statements whose failure does not end the script under set -e.
func (sh *Shell) condition(list ...*syntax.Stmt) flow {
	sh.conditions++
	defer func() { sh.conditions-- }()
	return sh.stmts(list)
}

// truth returns the exit status of a condition.
func truth(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

func (sh *Shell) command(c syntax.Command) flow {
	switch c := c.(type) {
	case nil:
		sh.setStatus(0)
	case *syntax.Block:
		return sh.stmts(c.Stmts)
	case *syntax.Subshell:
		sh.inSubshell(func(sub *Shell) { sub.all(c.Stmts) })
	case *syntax.IfClause:
		return sh.ifClause(c)
	case *syntax.WhileClause:
		return sh.while(c)
	case *syntax.ForClause:
		return sh.forClause(c)
	case *syntax.CaseClause:
		return sh.caseClause(c)
	case *syntax.BinaryCmd:
		return sh.binary(c)
	case *syntax.FuncDecl:
		if c.Name != nil {
			sh.functions[c.Name.Value] = function{c.Body, sh.file, sh.lines}
		}
		sh.setStatus(0)
	case *syntax.DeclClause:
		sh.declare(c)
	case *syntax.ArithmCmd:
		sh.setVerdict(sh.nonzero(c.X))
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			sh.setVerdict(sh.nonzero(x))
		}
	case *syntax.TestClause:
		sh.setVerdict(sh.test(c.X))
	case *syntax.CoprocClause:
		sh.coprocess(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return sh.stmt(c.Stmt)
		}
	default:
		sh.world.Note(sh.at, source(c), fmt.Sprintf("%s is not followed", strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", c), "*syntax."))))
	}
	return flow{}
}

// inSubshell calls fn with a subshell and takes over its output and status.
func (sh *Shell) inSubshell(fn func(*Shell)) {
	sub := sh.subshell()
	sub.out = sh.out
	sh.nested(func() { fn(sub) })
	sh.takeStatus(sub)
	sh.counter = sub.counter
}

func (sh *Shell) ifClause(c *syntax.IfClause) flow {
	if len(c.Cond) == 0 { // else
		return sh.stmts(c.Then)
	}
	if f := sh.condition(c.Cond...); f.kind != proceed {
		return f
	}
	if sh.holds(c.Cond, c.Then, otherwise(c)) {
		sh.handle(c.Then)
		return sh.stmts(c.Then)
	}
	sh.handle(otherwise(c))
	sh.setStatus(0)
	if c.Else == nil {
		return flow{}
	}
	return sh.ifClause(c.Else)
}

// otherwise returns the statements of the else or elif branch.
func otherwise(c *syntax.IfClause) []*syntax.Stmt {
	switch {
	case c.Else == nil:
		return nil
	case len(c.Else.Cond) == 0:
		return c.Else.Then
	}
	return []*syntax.Stmt{{Position: c.Else.Position, Cmd: c.Else}}
}

// sources returns statements in one line.
func sources(list []*syntax.Stmt) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = strings.TrimSuffix(source(s), ";")
	}
	return strings.Join(texts, "; ")
}

// maxRounds bounds while loops: those that wait for something never end here.
const maxRounds = 2000

// rounds follows a loop. next reports whether there is another iteration; limit bounds
// them, -1: no limit.
func (sh *Shell) rounds(body []*syntax.Stmt, limit int, next func() (bool, flow)) flow {
	for n := 0; ; n++ {
		sh.step()
		if n == limit {
			sh.world.Remark(sh.at, "", fmt.Sprintf("the loop is left after %d iterations", n))
			return flow{}
		}
		more, f := next()
		if f.kind != proceed || !more {
			return f
		}
		switch f := sh.stmts(body); f.kind {
		case breakLoop, continueLoop:
			if f.count > 1 {
				return flow{f.kind, f.count - 1}
			}
			if f.kind == breakLoop {
				return flow{}
			}
		case returnFunction, exitShell:
			return f
		}
	}
}

func (sh *Shell) while(c *syntax.WhileClause) flow {
	last := 0
	f := sh.rounds(c.Do, maxRounds, func() (bool, flow) {
		last = sh.status
		f := sh.condition(c.Cond...)
		if sh.why != "" {
			return sh.leaveLoop(c.Cond, c.Do, c.Until), f
		}
		return (sh.status == 0) != c.Until, f
	})
	if f.kind == proceed {
		sh.setStatus(last)
	}
	return f
}

// leaveLoop reports a loop whose condition is unknown and taken as ok. It returns false, no
// other iteration.
func (sh *Shell) leaveLoop(condition, body []*syntax.Stmt, ok bool) bool {
	if sh.effect(body) != noEffect {
		sh.guess(condition, ok)
	}
	return false
}

func (sh *Shell) forClause(c *syntax.ForClause) flow {
	if c.Select {
		return sh.selectClause(c)
	}
	switch loop := c.Loop.(type) {
	case *syntax.CStyleLoop:
		return sh.cStyle(loop, c.Do)
	case *syntax.WordIter:
		words := sh.args
		if loop.InPos.IsValid() {
			words = sh.fields(loop.Items...)
		}
		if what := unknownIn(words...); what != "" && sh.effect(c.Do) != noEffect {
			sh.world.Note(sh.at, "for "+loop.Name.Value, fmt.Sprintf("the output of %q is unknown, taken as one word", what))
		}
		i := 0
		return sh.rounds(c.Do, -1, func() (bool, flow) {
			if i == len(words) {
				return false, flow{}
			}
			sh.set(loop.Name.Value, words[i])
			i++
			return true, flow{}
		})
	}
	return flow{}
}

// selectClause follows select: each line of the input is the number of a word.
func (sh *Shell) selectClause(c *syntax.ForClause) flow {
	loop, ok := c.Loop.(*syntax.WordIter)
	if !ok || sh.stdin == nil || unknownIn(*sh.stdin) != "" {
		sh.world.Note(sh.at, "select", "the choice of the user is unknown")
		return flow{}
	}
	words := sh.args
	if loop.InPos.IsValid() {
		words = sh.fields(loop.Items...)
	}
	return sh.rounds(c.Do, -1, func() (bool, flow) {
		if *sh.stdin == "" {
			return false, flow{}
		}
		line, rest, _ := strings.Cut(*sh.stdin, "\n")
		*sh.stdin = rest
		choice := ""
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && n >= 1 && n <= len(words) {
			choice = words[n-1]
		}
		sh.set("REPLY", line)
		sh.set(loop.Name.Value, choice)
		return true, flow{}
	})
}

func (sh *Shell) cStyle(loop *syntax.CStyleLoop, body []*syntax.Stmt) flow {
	if loop.Init != nil {
		sh.arithmetic(loop.Init)
	}
	first := true
	return sh.rounds(body, maxSeq, func() (bool, flow) {
		if !first && loop.Post != nil {
			sh.arithmetic(loop.Post)
		}
		first = false
		if loop.Cond == nil {
			return true, flow{}
		}
		v := sh.nonzero(loop.Cond)
		if sh.why = v.why; v.why != "" {
			return sh.leaveLoop([]*syntax.Stmt{{Cmd: &syntax.ArithmCmd{X: loop.Cond}}}, body, false), flow{}
		}
		return v.ok, flow{}
	})
}

func (sh *Shell) caseClause(c *syntax.CaseClause) flow {
	word := sh.literal(c.Word)
	if what := unknownIn(word); what != "" {
		return sh.guessCase(c, what)
	}
	sh.setStatus(0)
	through := false
	for _, item := range c.Items {
		if !through && !sh.matchesAny(word, item.Patterns) {
			continue
		}
		if f := sh.stmts(item.Stmts); f.kind != proceed || item.Op == syntax.Break {
			return f
		}
		through = item.Op == syntax.Fallthrough
	}
	return flow{}
}

// guessCase follows the first branch of a case that does not end the script.
func (sh *Shell) guessCase(c *syntax.CaseClause, what string) flow {
	sh.setStatus(0)
	if len(c.Items) == 0 {
		return flow{}
	}
	chosen, interesting := c.Items[0], false
	for _, item := range c.Items {
		e := sh.effect(item.Stmts)
		interesting = interesting || e != noEffect
		if e.exitRank() < sh.effect(chosen.Stmts).exitRank() {
			chosen = item
		}
	}
	if pattern := wordsSource(chosen.Patterns, " | "); interesting && pattern != "*" {
		sh.world.Note(sh.at, "case "+source(c.Word), fmt.Sprintf("the output of %q is unknown, taken as %s", what, pattern))
	}
	return sh.stmts(chosen.Stmts)
}

func (sh *Shell) matchesAny(word string, patterns []*syntax.Word) bool {
	for _, p := range patterns {
		v := sh.matches(word, p)
		if v.why != "" {
			sh.world.Note(sh.at, source(p), v.why+", taken as no match")
		}
		if v.ok {
			return true
		}
	}
	return false
}

// matches reports whether a text matches a shell pattern. An unknown one matches.
func (sh *Shell) matches(text string, word *syntax.Word) verdict {
	p, err := expand.Pattern(sh.config(), sh.prepare(word))
	if err != nil {
		return certain(false)
	}
	if what := unknownIn(text, p); what != "" {
		return guessed(text != "" && p != "", what)
	}
	expr, err := pattern.Regexp(p, pattern.EntireString)
	if err != nil {
		return certain(p == text)
	}
	re, err := regexp.Compile(expr)
	return certain(err == nil && re.MatchString(text))
}

func (sh *Shell) binary(c *syntax.BinaryCmd) flow {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		if f := sh.condition(c.X); f.kind != proceed {
			return f
		}
		yes, no := []*syntax.Stmt{c.Y}, []*syntax.Stmt(nil)
		if c.Op == syntax.OrStmt {
			yes, no = no, yes
		}
		if sh.holds([]*syntax.Stmt{c.X}, yes, no) == (c.Op == syntax.AndStmt) {
			sh.handle([]*syntax.Stmt{c.Y})
			return sh.stmt(c.Y)
		}
	case syntax.Pipe, syntax.PipeAll:
		left := sh.subshell()
		if c.Op == syntax.PipeAll {
			left.errs = left.out
		}
		sh.nested(func() { left.condition(c.X) })
		text := left.out.text.String()
		sh.withStdin(&text, func() {
			sh.inSubshell(func(sub *Shell) { sub.stmt(c.Y) })
		})
		if sh.options.pipefail && sh.status == 0 && sh.why == "" {
			sh.takeStatus(left)
		}
	}
	return flow{}
}

// withStdin calls fn with an input.
func (sh *Shell) withStdin(text *string, fn func()) {
	before := sh.stdin
	sh.stdin = text
	defer func() { sh.stdin = before }()
	fn()
}

// source returns a piece of a script in one line.
func source(n syntax.Node) string {
	var b strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n); err != nil {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func wordsSource(words []*syntax.Word, separator string) string {
	var list []string
	for _, w := range words {
		list = append(list, source(w))
	}
	return strings.Join(list, separator)
}
