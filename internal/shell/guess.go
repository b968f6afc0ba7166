package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// Where a condition is not known, one of its branches is followed all the same, and
// the World is told. The branch is what the script seems to expect: equality holds,
// a line that is looked for is not there. But one that ends the script is left for
// one that does not: who imports a script wants what it makes.

// An effect is what statements do to the rest of the script.
type effect int

const (
	idle    effect = iota // they only talk
	returns               // they return from the function that is called
	works                 // something is made or set
	quits                 // the script or function ends with success and nothing done
	fails                 // it ends with a failure
)

// ends ranks how little a branch is to be followed.
func (e effect) ends() int { return max(0, int(e-works)) }

// holds reports whether the condition that has just been followed holds, by its
// exit status. yes and no are the statements that depend on it.
func (sh *Shell) holds(condition, yes, no []*syntax.Stmt) bool {
	ok := sh.status == 0
	if sh.why == "" {
		return ok
	}
	a, b := sh.effect(yes), sh.effect(no)
	if ok && a.ends() > b.ends() || !ok && b.ends() > a.ends() {
		ok = !ok
	}
	if a != idle || b != idle {
		sh.guess(condition, ok)
	}
	return ok
}

// guess tells of a condition that is taken as true or false.
func (sh *Shell) guess(condition []*syntax.Stmt, ok bool) {
	taken := "taken as false"
	if ok {
		taken = "taken as true"
	}
	sh.world.Note(sh.at, sources(condition), sh.why+", "+taken)
}

// Limits of how far statements are looked into for their effect. What is beyond is
// taken as work.
const (
	maxCalls  = 8   // of functions, one in another
	maxLooked = 500 // statements
)

func (sh *Shell) effect(list []*syntax.Stmt) effect {
	sh.step()
	return effects{functions: sh.functions, calls: maxCalls, left: new(maxLooked)}.all(list)
}

// effects finds out what statements do, without following them.
type effects struct {
	functions map[string]function
	calls     int  // that are still looked into
	called    bool // they are those of a function that is called
	left      *int // statements that are still looked at
}

func (e effects) all(list []*syntax.Stmt) effect {
	sum := idle
	for _, s := range list {
		switch e.stmt(s) {
		case returns:
			return sum
		case fails:
			return fails
		case quits:
			if sum == idle {
				return quits
			}
			return works
		case works:
			sum = works
		}
	}
	return sum
}

func (e effects) stmt(s *syntax.Stmt) effect {
	if *e.left--; *e.left < 0 || slices.ContainsFunc(s.Redirs, writes) {
		return works
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return e.call(c)
	case *syntax.Block:
		return e.all(c.Stmts)
	case *syntax.Subshell:
		return min(works, e.all(c.Stmts))
	case *syntax.BinaryCmd:
		switch left, right := e.stmt(c.X), e.stmt(c.Y); {
		case c.Op == syntax.AndStmt && left == idle:
			return right
		case left == idle && right == idle:
			return idle
		}
	case *syntax.IfClause:
		return e.ifClause(c)
	case *syntax.TestClause:
		return idle
	}
	return works
}

func (e effects) ifClause(c *syntax.IfClause) effect {
	if len(c.Cond) == 0 {
		return e.all(c.Then)
	}
	yes, no := e.all(c.Then), idle
	if c.Else != nil {
		no = e.ifClause(c.Else)
	}
	if yes == idle && no == idle {
		return idle
	}
	return max(works, min(yes, no))
}

func (e effects) call(c *syntax.CallExpr) effect {
	if len(c.Args) == 0 || len(c.Assigns) > 0 {
		return works
	}
	name := c.Args[0].Lit()
	if f, ok := e.functions[name]; ok && e.calls > 0 {
		return effects{e.functions, e.calls - 1, true, e.left}.stmt(f.body)
	}
	switch name {
	case "return":
		if e.called {
			return returns
		}
		fallthrough
	case "exit":
		if len(c.Args) == 1 || c.Args[1].Lit() == "0" {
			return quits
		}
		return fails
	case "echo", "printf", ":", "true", "false", "[", "test", "sleep", "usleep", "logger", "date", "cat":
		return idle
	}
	return works
}

// writes reports whether a redirection writes to a file.
func writes(r *syntax.Redirect) bool {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		return !slices.Contains([]string{"/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"}, r.Word.Lit())
	}
	return false
}
