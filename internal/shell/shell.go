// Package shell follows a shell script: it evaluates the script without running anything.
// It expands variables, follows loops, conditions and functions, and computes the output
// of common text tools. Every other command and every write to a file goes to a [World],
// which models its effect.
//
// Nothing is executed, no file is opened, and the environment of this process is not
// visible: files and programs are those of the World. The number of steps, bytes and
// levels is limited, so that an endless script stops at the same point on every machine.
//
// The output of a program that the World does not know is unknown, and stays so through
// further expansions, see [Known]. The result of an unknown condition is a guess, of which
// the World is notified; a branch that ends the script is avoided.
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
//   - Handlers get a position without a file, so sourced and evaluated text has no
//     position, and they do not get whether a command is negated, as in ! ping. There
//     failures end the script under set -e; here they are noted, and the next command
//     follows.
package shell

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A World models the programs and files that a script uses.
type World interface {
	// Run models a program that this package does not compute.
	Run(c Command) Result

	// Write models a write to a file, or with appends to its end. Where and At of c are
	// set, its words are not.
	Write(c Command, file, content string, appends bool)

	// Exists reports whether a file exists; if known is false, exists is a guess. It is
	// asked for /usr/bin/NAME whether a program exists.
	Exists(where, file string) (exists, known bool)

	// Is reports whether a file exists and is of a kind; if known is false, is is a guess.
	Is(where, file string, kind FileKind) (is, known bool)

	// Read returns the text of a file that a program reads, and whether it is known.
	Read(where, file string) (text string, known bool)

	// Source returns the text of a file that the script sources.
	Source(file string) (string, error)

	// Note reports what can't be followed, and guesses; Remark what is ignored on
	// purpose.
	Note(at Pos, what, why string)
	Remark(at Pos, what, why string)

	// Exiting reports that the script has reached its end, and that what follows is its trap
	// of EXIT.
	Exiting(at Pos)
}

// A FileKind is what a test such as -d demands of a file.
type FileKind int

// The kinds.
const (
	RegularFile FileKind = iota + 1
	Folder
	Symlink
	NonEmptyFile
)

// A Pos is a position in a script.
type Pos struct {
	File string
	Line int // from 1

	// Caller is the line that called the function in which the position is; 0: it is in none,
	// or in one that another file calls.
	Caller int
}

// String returns file:line, or "file:line, called in line 7".
func (p Pos) String() string {
	s := fmt.Sprintf("%s:%d", p.File, p.Line)
	if p.Caller > 0 {
		s += fmt.Sprintf(", called in line %d", p.Caller)
	}
	return s
}

// A Command is a program with its expanded arguments.
type Command struct {
	Words   []string
	At      Pos
	Where   string // as given to [Command.Exec] by the World, such as a namespace; "" at first
	Stdin   string
	Negated bool // after "!": it is expected to fail
	Process int  // number of the background process that it runs in; 0: none

	shell *Shell
}

// A Result is the output and exit status of a command.
type Result struct {
	Out    string
	Status int

	// Guess says why the status is only a guess; "": the status is known.
	Guess string

	// Handled is called if the command has failed and the script goes on with something else
	// that changes something, as in "ip link set v master br0 || { ip link add …; }".
	Handled func() // nil: nothing is called
}

// Script is a script to follow.
type Script struct {
	File string // for positions, and $0
	Text string
	Args []string

	// Words is, instead of Text, one command that no shell starts: nothing is expanded, and
	// there are only programs, no builtins.
	Words []string

	Where string // the first [Command.Where]
	Line  int    // the number of the first line; default 1

	Budget *Budget // shared with other scripts; nil: its own
}

// A StoppedError is the error of a script that exceeds a limit.
type StoppedError struct{ At Pos }

func (e *StoppedError) Error() string {
	return e.At.String() + ": the script exceeds the limit of steps, text or nesting: it may be endless"
}

// Follow follows a script. The error is a syntax error or a [*StoppedError]; calls of the
// World before that are not undone.
func Follow(s Script, w World) error {
	sh := &Shell{world: w, name: s.File, file: s.File, scopes: []scope{environment()}, functions: map[string]function{}, aliases: map[string]string{}, processes: new(int), files: files{out: &stream{}, errs: stderr()}}
	sh.options.aliases = expandsAliases(s.Text)
	sh.args, sh.where = s.Args, s.Where
	if sh.budget = s.Budget; sh.budget == nil {
		sh.budget = NewBudget()
	}
	sh.lines = max(0, s.Line-1)
	if len(s.Words) > 0 {
		sh.at = Pos{File: s.File, Line: sh.lines + 1}
		return sh.guard(func() { sh.words(s.Words) })
	}
	file, err := parse(s.File, s.Text, sh.lines)
	if err != nil {
		return err
	}
	err = sh.guard(func() { sh.all(file.Stmts) })
	return err
}

// parse parses a text that begins after that number of lines of a file.
func parse(name, text string, lines int) (*syntax.File, error) {
	if err := checkSize(name, text, lines); err != nil {
		return nil, err
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), name)
	if fault := (syntax.ParseError{}); errors.As(err, &fault) {
		return nil, fmt.Errorf("%s:%d:%d: %s", name, int(fault.Pos.Line())+lines, fault.Pos.Col(), fault.Text)
	}
	return file, err
}

// Limits of a parsed text: the parser recurses into brackets and consecutive operators.
const (
	maxText  = 1 << 20 // bytes
	maxLevel = 1000    // open brackets, consecutive operators
)

func checkSize(name, text string, lines int) error {
	if len(text) > maxText {
		return fmt.Errorf("%s: the script is larger than 1 MiB", name)
	}
	open, row, line := 0, 0, lines+1
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

// Limits of a script.
const (
	maxSteps = 1_000_000 // commands, their words, and iterations of loops
	maxBytes = 64 << 20  // expanded and printed
	maxDepth = 64        // of functions, substitutions and sourced files
)

// A Budget is the rest of the limits of a script, or of several.
type Budget struct{ steps, bytes, depth int }

// NewBudget returns the limits of one script.
func NewBudget() *Budget { return &Budget{steps: maxSteps, bytes: maxBytes} }

// Spent reports whether nothing of the steps or bytes is left.
func (b *Budget) Spent() bool { return b.steps < 0 || b.bytes < 0 }

// Stop leaves nothing of the budget: its scripts stop at their next step.
func (b *Budget) Stop() { b.steps = -1 }

// stopped is the panic of a script that has used up its budget.
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

// place returns the position of a statement.
func (sh *Shell) place(s *syntax.Stmt) Pos {
	at := Pos{File: sh.file, Line: int(s.Pos().Line()) + sh.lines}
	if sh.caller.File == at.File {
		at.Caller = sh.caller.Line
	}
	return at
}

// step charges one step.
func (sh *Shell) step() {
	if sh.budget.steps--; sh.budget.steps < 0 {
		panic(stopped{sh.at})
	}
}

// charge charges the bytes of a text and returns it.
func (sh *Shell) charge(s string) string {
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

// Shell is the shell of the script, or a subshell.
type Shell struct {
	world      World
	name       string // $0
	file       string // with the current statement
	at         Pos
	where      string
	args       []string // $1, $2 …
	scopes     []scope  // variables, those of functions last
	functions  map[string]function
	aliases    map[string]string
	status     int    // $?
	why        string // why status is a guess; "": it is known
	handled    func() // [Result.Handled] of the program that status is of, or nil
	options    options
	conditions int // nested conditions, in which set -e does not apply
	files
	keeps       bool // exec without a command was followed: its redirections stay
	coprocesses []*coprocess
	exitTrap    *trap    // of EXIT; nil: none
	cluster     int      // of getopts: index of the next option in -abc; 0: in the next word
	counter     int      // the next $RANDOM, name of mktemp, …
	unreadFile  string   // a sourced file that can't be read: it may have set any variable
	calls       []string // names of the functions that are called, the innermost first
	caller      Pos      // of the innermost function
	budget      *Budget
	lines       int  // of the file before the text that is followed
	processes   *int // number of background processes, with those of other subshells
	process     int  // the background process that is followed; 0: none
	lastProcess int  // $!
}

// firstProcess is the number of the script's process. Those of background processes follow.
const firstProcess = 1000

// background follows a statement as a background process until the returned function is
// called.
func (sh *Shell) background() (end func()) {
	*sh.processes++
	outer := sh.process
	sh.process = firstProcess + *sh.processes
	sh.lastProcess = sh.process
	return func() { sh.process = outer }
}

// options are options of set.
type options struct{ errexit, nounset, allexport, pipefail, aliases bool }

// setStatus sets the exit status.
func (sh *Shell) setStatus(status int) { sh.status, sh.why, sh.handled = status, "", nil }

// takeStatus takes over the exit status of a subshell.
func (sh *Shell) takeStatus(sub *Shell) {
	sh.status, sh.why, sh.handled = sub.status, sub.why, sub.handled
}

// setVerdict sets the exit status to the result of a condition.
func (sh *Shell) setVerdict(v verdict) { sh.status, sh.why, sh.handled = truth(v.ok), v.why, nil }

// A function is a shell function and the file that it is in.
type function struct {
	body  *syntax.Stmt
	file  string
	lines int // of the file before the text that the body is in
}

// flow is how a statement ends.
type flow struct {
	kind  flowKind
	count int // of loops, for break and continue
}

type flowKind int

const (
	proceed flowKind = iota
	breakLoop
	continueLoop
	returnFunction
	exitShell
)

// subshell returns a copy of the shell, without its output.
func (sh *Shell) subshell() *Shell {
	sub := &Shell{
		world: sh.world, name: sh.name, file: sh.file, lines: sh.lines, at: sh.at, where: sh.where, args: sh.args, status: sh.status, why: sh.why,
		options: sh.options, conditions: sh.conditions, unreadFile: sh.unreadFile, files: sh.files, counter: sh.counter, budget: sh.budget,
		calls: sh.calls, caller: sh.caller, functions: map[string]function{}, coprocesses: sh.coprocesses,
		processes: sh.processes, process: sh.process, lastProcess: sh.lastProcess,
	}
	sub.out = &stream{}
	maps.Copy(sub.functions, sh.functions)
	sub.aliases = maps.Clone(sh.aliases)
	for _, s := range sh.scopes {
		sub.scopes = append(sub.scopes, s.clone())
	}
	return sub
}
