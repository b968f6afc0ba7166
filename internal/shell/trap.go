package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A trap is the commands of trap, and their place.
type trap struct {
	text string
	at   Pos
}

// onSignals are the names of what ends a script from outside, which is not followed.
var onSignals = []string{"INT", "TERM", "HUP", "QUIT", "PIPE", "USR1", "USR2", "ALRM", "ABRT", "WINCH", "CHLD", "TSTP", "1", "2", "3", "13", "14", "15"}

// trap follows trap COMMANDS CONDITION…: the commands of EXIT are followed at the end.
func (sh *Shell) trap(words []string) {
	args := skipOptions(words[1:], "")
	if len(args) < 2 || slices.Contains(words, "-p") || slices.Contains(words, "-l") {
		return
	}
	for _, condition := range args[1:] {
		switch condition = strings.TrimPrefix(strings.ToUpper(condition), "SIG"); {
		case condition == "EXIT" || condition == "0":
			sh.exitTrap = nil
			if args[0] != "-" && args[0] != "" {
				sh.exitTrap = &trap{args[0], sh.at}
			}
		case args[0] != "-" && args[0] != "" && !slices.Contains(onSignals, condition):
			sh.world.Remark(sh.at, strings.Join(words, " "), "traps of "+readable(condition)+" are not followed")
		}
	}
}

// all follows the statements of a whole script or subshell, with what is left for its end:
// coprocesses, and the trap of EXIT.
func (sh *Shell) all(list []*syntax.Stmt) flow {
	sh.exitTrap = nil
	outer := sh.coprocesses
	sh.coprocesses = nil
	f := sh.stmts(list)
	sh.runCoprocess(-1)
	sh.coprocesses = outer
	if t := sh.exitTrap; t != nil {
		sh.exitTrap = nil
		status, why := sh.status, sh.why
		if sh.budget.depth == 0 {
			sh.world.Exiting(sh.at)
		}
		sh.at = t.at
		sh.eval(t.text)
		sh.setStatus(status)
		sh.why = why
	}
	return f
}
