package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// If a condition is unknown, one branch is followed and the World is notified. The guess is
// what the script seems to expect: equality is true, grep finds nothing. But a branch that
// ends the script is not followed if the other one does not: the import is for what the
// script makes.

// An effect is the effect of statements on the rest of the script.
type effect int

const (
	noEffect    effect = iota // they only print
	returns                   // they return from the called function
	changes                   // they make or set something
	exitsOK                   // they end the script or function with success and without changes
	exitsFailed               // they end it with a failure
)

// exitRank orders effects: the branch with the lower rank is followed.
func (e effect) exitRank() int { return max(0, int(e-changes)) }

// holds reports whether the last exit status is true, guessing if it is unknown. yes and no
// are the statements of the two branches.
func (sh *Shell) holds(condition, yes, no []*syntax.Stmt) bool {
	ok := sh.status == 0
	if sh.why == "" {
		return ok
	}
	a, b := sh.effect(yes), sh.effect(no)
	if ok && a.exitRank() > b.exitRank() || !ok && b.exitRank() > a.exitRank() {
		ok = !ok
	}
	if a != noEffect || b != noEffect {
		sh.guess(condition, ok)
	}
	return ok
}

// guess notifies the World of a guess.
func (sh *Shell) guess(condition []*syntax.Stmt, ok bool) {
	taken := "taken as false"
	if ok {
		taken = "taken as true"
	}
	sh.world.Note(sh.at, sources(condition), sh.why+", "+taken)
}

// handle reports that the script handles the failure of the last program, if the branch that
// is followed next changes something.
func (sh *Shell) handle(branch []*syntax.Stmt) {
	if sh.handled != nil && sh.effect(branch) == changes {
		sh.handled()
	}
	sh.handled = nil
}

// Limits of the search for the effect of statements. Beyond them it is taken as changes.
const (
	maxCalls  = 8   // depth of function calls
	maxLooked = 500 // statements
)

func (sh *Shell) effect(list []*syntax.Stmt) effect {
	sh.step()
	return effects{functions: sh.functions, calls: maxCalls, remaining: new(maxLooked)}.all(list)
}

// effects finds the effect of statements without following them.
type effects struct {
	functions map[string]function
	calls     int  // depth that is left
	called    bool // inside a function
	remaining *int // statements that are left
}

func (e effects) all(list []*syntax.Stmt) effect {
	sum := noEffect
	for _, s := range list {
		switch e.stmt(s) {
		case returns:
			return sum
		case exitsFailed:
			return exitsFailed
		case exitsOK:
			if sum == noEffect {
				return exitsOK
			}
			return changes
		case changes:
			sum = changes
		}
	}
	return sum
}

func (e effects) stmt(s *syntax.Stmt) effect {
	if *e.remaining--; *e.remaining < 0 || slices.ContainsFunc(s.Redirs, writes) {
		return changes
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return e.call(c)
	case *syntax.Block:
		return e.all(c.Stmts)
	case *syntax.Subshell:
		return min(changes, e.all(c.Stmts))
	case *syntax.BinaryCmd:
		switch left, right := e.stmt(c.X), e.stmt(c.Y); {
		case c.Op == syntax.AndStmt && left == noEffect:
			return right
		case left == noEffect && right == noEffect:
			return noEffect
		}
	case *syntax.IfClause:
		return e.ifClause(c)
	case *syntax.TestClause:
		return noEffect
	}
	return changes
}

func (e effects) ifClause(c *syntax.IfClause) effect {
	if len(c.Cond) == 0 {
		return e.all(c.Then)
	}
	yes, no := e.all(c.Then), noEffect
	if c.Else != nil {
		no = e.ifClause(c.Else)
	}
	if yes == noEffect && no == noEffect {
		return noEffect
	}
	return max(changes, min(yes, no))
}

func (e effects) call(c *syntax.CallExpr) effect {
	if len(c.Args) == 0 || len(c.Assigns) > 0 {
		return changes
	}
	name := c.Args[0].Lit()
	if f, ok := e.functions[name]; ok && e.calls > 0 {
		return effects{e.functions, e.calls - 1, true, e.remaining}.stmt(f.body)
	}
	switch name {
	case "return":
		if e.called {
			return returns
		}
		fallthrough
	case "exit":
		if len(c.Args) == 1 || c.Args[1].Lit() == "0" {
			return exitsOK
		}
		return exitsFailed
	case "echo", "printf", ":", "true", "false", "[", "test", "sleep", "usleep", "logger", "date", "cat":
		return noEffect
	}
	return changes
}

// writes reports whether a redirection writes to a file.
func writes(r *syntax.Redirect) bool {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		return !slices.Contains([]string{"/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"}, r.Word.Lit())
	}
	return false
}
