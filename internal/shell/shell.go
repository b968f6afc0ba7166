// Package shell follows a shell script without running anything. It expands
// variables, goes through loops, conditions and functions, and computes what a
// few well-known text tools would print; every other command, and every write to
// a file, it hands to a [World], which decides what that means.
//
// Nothing is executed, no file is opened, and nothing of this machine's
// environment is seen: what a script asks for beyond that is in the World. A
// script that never ends is stopped: it has a number of steps, of bytes and of
// levels, so that where it stops does not depend on how fast the machine is.
//
// What a script gets from a program that nobody here knows is not empty but
// unknown, and stays so through further expansions, see [Known]. A condition that
// is not known is a guess, of which the World is told; its branch that ends the
// script is not the one that is followed.
//
// # Why not package interp
//
// The syntax and the expansions are those of mvdan.cc/sh/v3. Its interpreter,
// package interp of v3.14.1, was tried with all of its handlers (Call, Exec, Open,
// Stat, ReadDir), and can't be used on a script that is not trusted, or that is to
// be understood rather than run:
//
//   - It reaches the disk past its handlers. cat <(echo a) makes a FIFO in TMPDIR, and
//     leaves it and a goroutine behind if nobody opens it; echo x >$TMPDIR/sh-interp-x
//     writes that file. $UID, $$, $PPID and $RANDOM are this process's.
//   - It has no bound but time. while ((1)); do ((x++)); done and x=$x$x call no handler:
//     the first runs, and the second takes memory (881 MiB in 25 rounds, 1.4 s after a
//     context of 2 s had ended), as long as the context lets them. Function calls have
//     no limit of depth; f() { f | f; } uses up all file descriptors.
//   - Both sides of a pipe run at once, and so does what ends in &, even after Run has
//     returned: (ip netns add a) | (ip netns add b) makes b first, or a. A lab file
//     has to be the same each time. A panic in such a goroutine can't be recovered.
//   - Conditions can't be seen. [[ ]], (( )), case and the choice between branches have
//     no handler, so [[ $(uname -m) == x86_64 ]] || exit 1 ends the import without a
//     word: an unknown value is a text like others there. Expansions compute with it:
//     $(( $(nproc) * 2 )) is 0.
//   - Handlers get a position without a file, so what is sourced or evaluated has none,
//     and not whether a command is negated, which makes the test of ! ping. Failures
//     end the script under set -e, where here they are noted and gone over.
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

	// Exists reports whether there is a file of that name, and whether that is
	// known; if not, exists is a guess.
	Exists(where, file string) (exists, known bool)

	// Read returns what a program reads from a file. False: it is not known.
	Read(where, file string) (text string, known bool)

	// Source returns the text of a file that the script reads commands from.
	Source(file string) (string, error)

	// Note is told of what can't be followed, and of conditions that are not
	// known; Remark of what is left out on purpose.
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

	// Guess says what the status depends on that is not known, as in "whether
	// br_netfilter is loaded is not known". "": the status is known.
	Guess string
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
	sh := &Shell{world: w, name: s.File, file: s.File, scopes: []scope{environment()}, functions: map[string]function{}, out: &strings.Builder{}}
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
	if err := checkSize(name, text); err != nil {
		return nil, err
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), name)
	if fault := (syntax.ParseError{}); errors.As(err, &fault) {
		return nil, fmt.Errorf("%s:%d:%d: %s", name, fault.Pos.Line(), fault.Pos.Col(), fault.Text)
	}
	return file, err
}

// Limits of a text that is parsed: the parser calls itself for what stands in
// brackets, and for operators in a row.
const (
	maxText  = 1 << 20 // bytes
	maxLevel = 1000    // brackets that are open, and operators in a row
)

func checkSize(name, text string) error {
	if len(text) > maxText {
		return fmt.Errorf("%s: the script is larger than 1 MiB", name)
	}
	open, row, line := 0, 0, 1
	for _, c := range []byte(text) {
		switch c {
		case '(', '{', '[':
			open++
		case ')', '}', ']':
			open = max(0, open-1)
		case '!', '~', '+', '-', '=', '*', '\\', '`', '"':
			row++
		case '\n':
			line++
		case ' ', '\t':
		default:
			row = 0
		}
		if open > maxLevel || row > maxLevel {
			return fmt.Errorf("%s:%d: cannot read more than %d levels of brackets or operators", name, line, maxLevel)
		}
	}
	return nil
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
	name      string // $0
	file      string // of what is followed now
	at        Pos
	where     string
	args      []string // $1, $2 …
	scopes    []scope  // variables, those of functions last
	functions map[string]function
	status    int    // $?
	why       string // what status depends on that is not known; "": it is known
	options   options
	tested    int // conditions around what is followed
	out       *strings.Builder
	stdin     *string // what is left to be read
	cluster   int     // of getopts: where in -abc the next option is; 0: at a new word
	counter   int     // of what a script thinks is random
	missing   string  // a file of commands that can't be read: it may have set any variable
	budget    *budget
}

// options are those of set that change how a script is followed.
type options struct{ errexit, nounset bool }

// done sets the exit status.
func (sh *Shell) done(status int) { sh.status, sh.why = status, "" }

// decide sets the exit status to what a condition comes to.
func (sh *Shell) decide(v verdict) { sh.status, sh.why = truth(v.ok), v.why }

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
		world: sh.world, name: sh.name, file: sh.file, at: sh.at, where: sh.where, args: sh.args, status: sh.status, why: sh.why,
		options: sh.options, tested: sh.tested, missing: sh.missing, stdin: sh.stdin, counter: sh.counter, budget: sh.budget,
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
