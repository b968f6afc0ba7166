package shell

import (
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

func (sh *Shell) stmts(list []*syntax.Stmt) flow {
	for _, s := range list {
		if f := sh.stmt(s); f.kind != goOn {
			return f
		}
	}
	return flow{}
}

func (sh *Shell) stmt(s *syntax.Stmt) flow {
	sh.step()
	sh.at = Pos{sh.file, int(s.Pos().Line())}
	var f flow
	sh.redirected(s.Redirs, func() {
		if call, ok := s.Cmd.(*syntax.CallExpr); ok {
			f = sh.call(call, s.Negated)
		} else {
			f = sh.command(s.Cmd)
		}
	})
	if s.Negated && f.kind == goOn {
		sh.status = truth(sh.status != 0)
	}
	sh.checkExit(s, f)
	return f
}

// checkExit remarks on a failure that would end the script under set -e.
func (sh *Shell) checkExit(s *syntax.Stmt, f flow) {
	if !sh.options.errexit || sh.tested > 0 || sh.status == 0 || sh.why != "" || s.Negated || f.kind != goOn {
		return
	}
	switch s.Cmd.(type) {
	case *syntax.CallExpr, *syntax.Subshell, *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		sh.world.Remark(Pos{sh.file, int(s.Pos().Line())}, source(s.Cmd), "it fails, and set -e ends the script there; what follows is read all the same")
	}
}

// condition follows statements whose failure is no fault.
func (sh *Shell) condition(list ...*syntax.Stmt) flow {
	sh.tested++
	defer func() { sh.tested-- }()
	return sh.stmts(list)
}

// truth returns the exit status of what is true.
func truth(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

func (sh *Shell) command(c syntax.Command) flow {
	switch c := c.(type) {
	case nil:
		sh.done(0)
	case *syntax.Block:
		return sh.stmts(c.Stmts)
	case *syntax.Subshell:
		sh.inSubshell(func(sub *Shell) { sub.stmts(c.Stmts) })
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
			sh.functions[c.Name.Value] = function{c.Body, sh.file}
		}
		sh.done(0)
	case *syntax.DeclClause:
		sh.declare(c)
	case *syntax.ArithmCmd:
		sh.decide(sh.nonzero(c.X))
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			sh.decide(sh.nonzero(x))
		}
	case *syntax.TestClause:
		sh.decide(sh.test(c.X))
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return sh.stmt(c.Stmt)
		}
	default:
		sh.world.Note(sh.at, source(c), fmt.Sprintf("%s is not followed", strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", c), "*syntax."))))
	}
	return flow{}
}

// inSubshell runs fn in a shell of its own and takes over what it prints.
func (sh *Shell) inSubshell(fn func(*Shell)) {
	sub := sh.subshell()
	sh.nested(func() { fn(sub) })
	sh.out.WriteString(sub.out.String())
	sh.status, sh.why, sh.counter = sub.status, sub.why, sub.counter
}

func (sh *Shell) ifClause(c *syntax.IfClause) flow {
	if len(c.Cond) == 0 { // else
		return sh.stmts(c.Then)
	}
	if f := sh.condition(c.Cond...); f.kind != goOn {
		return f
	}
	if sh.holds(c.Cond, c.Then, otherwise(c)) {
		return sh.stmts(c.Then)
	}
	sh.done(0)
	if c.Else == nil {
		return flow{}
	}
	return sh.ifClause(c.Else)
}

// otherwise returns what is followed if a condition does not hold.
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

// maxRounds bounds loops that wait for something.
const maxRounds = 2000

// rounds goes through a loop until it ends. next says whether there is another
// round.
func (sh *Shell) rounds(body []*syntax.Stmt, limit int, next func() (bool, flow)) flow {
	for n := 0; ; n++ {
		sh.step()
		if n == limit {
			sh.world.Remark(sh.at, "", fmt.Sprintf("the loop here does not seem to end: it is left after %d rounds", n))
			return flow{}
		}
		more, f := next()
		if f.kind != goOn || !more {
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
			return sh.leaves(c.Cond, c.Do, c.Until), f
		}
		return (sh.status == 0) != c.Until, f
	})
	if f.kind == goOn {
		sh.done(last)
	}
	return f
}

// leaves ends a loop whose condition is not known, taken as ok. It returns false:
// there is no other round.
func (sh *Shell) leaves(condition, body []*syntax.Stmt, ok bool) bool {
	if sh.effect(body) != idle {
		sh.guess(condition, ok)
	}
	return false
}

func (sh *Shell) forClause(c *syntax.ForClause) flow {
	if c.Select {
		sh.world.Note(sh.at, "select", "what a user would choose is not known")
		return flow{}
	}
	switch loop := c.Loop.(type) {
	case *syntax.CStyleLoop:
		return sh.cStyle(loop, c.Do)
	case *syntax.WordIter:
		words := sh.args
		if loop.InPos.IsValid() {
			words = sh.fields(loop.Items...)
		}
		if what := unknownIn(words...); what != "" && sh.effect(c.Do) != idle {
			sh.world.Note(sh.at, "for "+loop.Name.Value, fmt.Sprintf("what %q prints is not known, taken as one word", what))
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
			return sh.leaves([]*syntax.Stmt{{Cmd: &syntax.ArithmCmd{X: loop.Cond}}}, body, false), flow{}
		}
		return v.ok, flow{}
	})
}

func (sh *Shell) caseClause(c *syntax.CaseClause) flow {
	word := sh.literal(c.Word)
	if what := unknownIn(word); what != "" {
		return sh.guessCase(c, what)
	}
	sh.done(0)
	through := false
	for _, item := range c.Items {
		if !through && !sh.matchesAny(word, item.Patterns) {
			continue
		}
		if f := sh.stmts(item.Stmts); f.kind != goOn || item.Op == syntax.Break {
			return f
		}
		through = item.Op == syntax.Fallthrough
	}
	return flow{}
}

// guessCase follows the first branch that does not end the script.
func (sh *Shell) guessCase(c *syntax.CaseClause, what string) flow {
	sh.done(0)
	if len(c.Items) == 0 {
		return flow{}
	}
	chosen, interesting := c.Items[0], false
	for _, item := range c.Items {
		e := sh.effect(item.Stmts)
		interesting = interesting || e != idle
		if e.ends() < sh.effect(chosen.Stmts).ends() {
			chosen = item
		}
	}
	if pattern := wordsSource(chosen.Patterns, " | "); interesting && pattern != "*" {
		sh.world.Note(sh.at, "case "+source(c.Word), fmt.Sprintf("what %q prints is not known, taken as %s", what, pattern))
	}
	return sh.stmts(chosen.Stmts)
}

func (sh *Shell) matchesAny(word string, patterns []*syntax.Word) bool {
	for _, p := range patterns {
		v := sh.matches(word, p)
		if v.why != "" {
			sh.world.Note(sh.at, source(p), v.why+", taken as another")
		}
		if v.ok {
			return true
		}
	}
	return false
}

// matches decides whether the whole of a text matches a pattern of the shell. What
// is not known is taken as equal.
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
		if f := sh.condition(c.X); f.kind != goOn {
			return f
		}
		yes, no := []*syntax.Stmt{c.Y}, []*syntax.Stmt(nil)
		if c.Op == syntax.OrStmt {
			yes, no = no, yes
		}
		if sh.holds([]*syntax.Stmt{c.X}, yes, no) == (c.Op == syntax.AndStmt) {
			return sh.stmt(c.Y)
		}
	case syntax.Pipe, syntax.PipeAll:
		left := sh.subshell()
		sh.nested(func() { left.condition(c.X) })
		text := left.out.String()
		sh.withStdin(&text, func() {
			sh.inSubshell(func(sub *Shell) { sub.stmt(c.Y) })
		})
	}
	return flow{}
}

// withStdin calls fn with something to read.
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
