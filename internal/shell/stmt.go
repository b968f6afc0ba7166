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
	return f
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
		sh.status = 0
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
		sh.status = 0
	case *syntax.DeclClause:
		sh.declare(c)
	case *syntax.ArithmCmd:
		sh.status = truth(sh.arithmetic(c.X) != 0)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			sh.status = truth(sh.arithmetic(x) != 0)
		}
	case *syntax.TestClause:
		sh.status = truth(sh.test(c.X))
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
	sh.status, sh.counter = sub.status, sub.counter
}

func (sh *Shell) ifClause(c *syntax.IfClause) flow {
	if len(c.Cond) > 0 { // else has none
		if f := sh.stmts(c.Cond); f.kind != goOn {
			return f
		}
		if sh.status != 0 {
			sh.status = 0
			if c.Else != nil {
				return sh.ifClause(c.Else)
			}
			return flow{}
		}
	}
	return sh.stmts(c.Then)
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
		f := sh.stmts(c.Cond)
		return (sh.status == 0) != c.Until, f
	})
	if f.kind == goOn {
		sh.status = last
	}
	return f
}

func (sh *Shell) forClause(c *syntax.ForClause) flow {
	switch loop := c.Loop.(type) {
	case *syntax.CStyleLoop:
		return sh.cStyle(loop, c.Do)
	case *syntax.WordIter:
		words := sh.args
		if loop.InPos.IsValid() {
			words = sh.fields(loop.Items...)
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
		return loop.Cond == nil || sh.arithmetic(loop.Cond) != 0, flow{}
	})
}

func (sh *Shell) caseClause(c *syntax.CaseClause) flow {
	word, through := sh.literal(c.Word), false
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

func (sh *Shell) matchesAny(word string, patterns []*syntax.Word) bool {
	for _, p := range patterns {
		if sh.matches(word, p) {
			return true
		}
	}
	return false
}

// matches reports whether the whole of a text matches a pattern of the shell.
func (sh *Shell) matches(text string, word *syntax.Word) bool {
	p, err := expand.Pattern(sh.config(), word)
	if err != nil {
		return false
	}
	expr, err := pattern.Regexp(p, pattern.EntireString)
	if err != nil {
		return p == text
	}
	re, err := regexp.Compile(expr)
	return err == nil && re.MatchString(text)
}

func (sh *Shell) binary(c *syntax.BinaryCmd) flow {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		if f := sh.stmt(c.X); f.kind != goOn {
			return f
		}
		if (sh.status == 0) == (c.Op == syntax.AndStmt) {
			return sh.stmt(c.Y)
		}
	case syntax.Pipe, syntax.PipeAll:
		left := sh.subshell()
		sh.nested(func() { left.stmt(c.X) })
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
