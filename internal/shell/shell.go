// Package shell follows a shell script without running anything. It expands
// variables, goes through loops, conditions and functions, and computes what a
// few well-known text tools would print; every other command, and every write to
// a file, it hands to a [World], which decides what that means.
//
// Nothing is executed, no file is opened, and nothing of this machine's
// environment is seen: what a script asks for beyond that is in the World. A
// script that never ends is stopped.
//
// What a script gets from a program that nobody here knows is not empty but
// unknown, and stays so through further expansions, see [Known].
package shell

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A World is what a script runs in.
type World interface {
	// Run says what a program would do that is not known here.
	Run(c Command) Result

	// Write is told what would be written to a file, in the place of c.
	Write(c Command, file, content string)

	// Exists reports whether there is a file of that name, as far as is known.
	Exists(where, file string) bool

	// Source returns the text of a file that the script reads commands from.
	Source(file string) (string, error)

	// Note is told of what can't be followed, Remark of what is left out on
	// purpose.
	Note(at Pos, what, why string)
	Remark(at Pos, what, why string)
}

// A Pos is a place in a script.
type Pos struct {
	File string
	Line int // from 1
}

// String returns file:line.
func (p Pos) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// A Command is a program with its arguments, all expanded.
type Command struct {
	Words   []string
	At      Pos
	Where   string // what the World said, see [Shell.Exec]; "" at first
	Stdin   string
	Negated bool // its failure is what is wanted: ! ping …

	shell *Shell
}

// A Result is what a command has done.
type Result struct {
	Out    string
	Status int // 0: it succeeded
}

// Script is what is to be followed.
type Script struct {
	File string // for places, and $0
	Text string
	Args []string

	Where string // what the World is told as [Command.Where]
	Line  int    // that the text begins in; default 1
}

// A StoppedError says that a script was stopped, since it does not seem to end.
type StoppedError struct{ At Pos }

func (e *StoppedError) Error() string {
	return e.At.String() + ": the script does too much: it may be endless"
}

// Follow goes through a script. It fails where the text is not a script, or, with
// a [*StoppedError], where it does not seem to end; what was told to the World
// before is told.
func Follow(s Script, w World) error {
	sh := &Shell{world: w, file: s.File, scopes: []scope{environment()}, functions: map[string]function{}, out: &strings.Builder{}}
	sh.args, sh.where = s.Args, s.Where
	sh.budget = &budget{steps: maxSteps, bytes: maxBytes}
	file, err := parse(s.File, strings.Repeat("\n", max(0, s.Line-1))+s.Text)
	if err != nil {
		return err
	}
	err = sh.guard(func() { sh.stmts(file.Stmts) })
	return err
}

func parse(name, text string) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), name)
	if fault := (syntax.ParseError{}); errors.As(err, &fault) {
		return nil, fmt.Errorf("%s:%d:%d: %s", name, fault.Pos.Line(), fault.Pos.Col(), fault.Text)
	}
	return file, err
}

// Limits of what a script may do.
const (
	maxSteps = 200_000  // commands and rounds of loops
	maxBytes = 16 << 20 // of all that is expanded and printed
	maxDepth = 64       // of functions, substitutions and sourced files
)

// A budget is what is left of the limits, for a whole script.
type budget struct{ steps, bytes, depth int }

// stopped is thrown by a script that has used up its budget.
type stopped struct{ at Pos }

// guard calls fn and returns an error if the script was stopped.
func (sh *Shell) guard(fn func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stopped:
			err = &StoppedError{r.at}
		default:
			panic(r)
		}
	}()
	fn()
	return nil
}

// step counts a command or round.
func (sh *Shell) step() {
	if sh.budget.steps--; sh.budget.steps < 0 {
		panic(stopped{sh.at})
	}
}

// spend counts text and returns it.
func (sh *Shell) spend(s string) string {
	if sh.budget.bytes -= len(s); sh.budget.bytes < 0 {
		panic(stopped{sh.at})
	}
	return s
}

// nested calls fn one level deeper.
func (sh *Shell) nested(fn func()) {
	if sh.budget.depth++; sh.budget.depth > maxDepth {
		panic(stopped{sh.at})
	}
	defer func() { sh.budget.depth-- }()
	fn()
}

// Shell is one shell of a script: the script itself, or one that it starts.
type Shell struct {
	world     World
	file      string // of what is followed now
	at        Pos
	where     string
	args      []string // $1, $2 …
	scopes    []scope  // variables, those of functions last
	functions map[string]function
	status    int // $?
	out       *strings.Builder
	stdin     *string // what is left to be read
	counter   int     // of what a script thinks is random
	budget    *budget
}

// A function is a shell function and the file that it is in.
type function struct {
	body *syntax.Stmt
	file string
}

// flow is how a statement ends.
type flow struct {
	kind  flowKind
	count int // how many loops are left or begun anew
}

type flowKind int

const (
	goOn flowKind = iota
	breakLoop
	continueLoop
	returnFunction
	exitShell
)

// subshell returns a shell that has all this one has and changes nothing of it.
func (sh *Shell) subshell() *Shell {
	sub := &Shell{
		world: sh.world, file: sh.file, at: sh.at, where: sh.where, args: sh.args, status: sh.status,
		stdin: sh.stdin, counter: sh.counter, budget: sh.budget,
		functions: map[string]function{}, out: &strings.Builder{},
	}
	maps.Copy(sub.functions, sh.functions)
	for _, s := range sh.scopes {
		sub.scopes = append(sub.scopes, s.clone())
	}
	return sub
}

// print writes to the output of the shell.
func (sh *Shell) print(s string) { sh.out.WriteString(sh.spend(s)) }
