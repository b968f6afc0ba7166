package shell

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// files are the open files of a shell, by descriptor.
type files struct {
	stdin *string // not read yet; nil: a terminal
	out   *stream
	errs  *stream            // what programs write to it is unknown and left out
	more  map[int]descriptor // from 3 on; never changed, only replaced
}

// A descriptor is an open file. At most one of its fields is set; none: it is closed.
type descriptor struct {
	in  *string // not read yet
	out *stream
}

// A stream receives what is written to a descriptor.
type stream struct {
	text     strings.Builder
	file     string         // gets the text when the stream is closed; "": none
	appends  bool           // to the file
	open     bool           // exec opened the file, which gets each text at once
	onlyText bool           // the file is not written without a text
	commands []*syntax.Stmt // of >(…), which get the text as their input
}

// stderr is what descriptor 2 is at first.
func stderr() *stream { return &stream{file: "/dev/stderr", appends: true, open: true, onlyText: true} }

// print writes to descriptor 1.
func (sh *Shell) print(s string) { sh.write(sh.out, sh.charge(s)) }

func (sh *Shell) write(to *stream, s string) {
	switch {
	case s == "":
	case to.open:
		sh.world.Write(sh.writer(), to.file, s, to.appends)
		to.appends = true
	default:
		to.text.WriteString(s)
	}
}

// writer returns the command that stands for the shell in calls of World.Write.
func (sh *Shell) writer() Command { return Command{At: sh.at, Where: sh.where, shell: sh} }

// redirected calls fn, which follows a statement, with redirected descriptors. Those of exec
// without a command stay.
func (sh *Shell) redirected(s *syntax.Stmt, fn func()) {
	before, at := sh.files, sh.at
	var opened []*stream
	var redirected []int
	if _, simple := s.Cmd.(*syntax.CallExpr); simple {
		redirected = append(redirected, 0) // a program has read it
	}
	for _, r := range s.Redirs {
		n, to, ok := sh.redirect(r)
		if !ok {
			sh.files = before
			sh.setStatus(1)
			return
		}
		if redirected = append(redirected, n...); to != nil {
			opened = append(opened, to)
		}
	}
	sh.keeps = false
	fn()
	if sh.keeps {
		sh.keeps = false
		for _, s := range opened {
			sh.keepOpen(s)
		}
		return
	}
	sh.restore(before, redirected)
	for _, s := range opened {
		inner := sh.at
		sh.at = at
		sh.close(s)
		sh.at = inner
	}
}

// restore restores descriptors.
func (sh *Shell) restore(before files, numbers []int) {
	for _, n := range numbers {
		switch n {
		case 0:
			sh.stdin = before.stdin
		case 1:
			sh.out = before.out
		case 2:
			sh.errs = before.errs
		default:
			sh.put(n, before.more[n])
		}
	}
}

// keepOpen opens a stream until the end of the shell.
func (sh *Shell) keepOpen(s *stream) {
	if s.commands != nil { // they get all of the text, which is not known before the end
		text := unknown("exec")
		sh.withStdin(&text, func() { sh.inSubshell(func(sub *Shell) { sub.out = &stream{}; sub.stmts(s.commands) }) })
		s.commands = nil
		return
	}
	if !s.onlyText {
		sh.world.Write(sh.writer(), s.file, "", s.appends)
		s.appends = true
	}
	s.open = true
	sh.write(s, s.text.String())
}

func (sh *Shell) close(s *stream) {
	text := s.text.String()
	switch {
	case s.commands != nil:
		status, why, handled := sh.status, sh.why, sh.handled
		sh.withStdin(&text, func() { sh.inSubshell(func(sub *Shell) { sub.stmts(s.commands) }) })
		sh.status, sh.why, sh.handled = status, why, handled
	case s.file != "" && (text != "" || !s.onlyText):
		sh.world.Write(sh.writer(), s.file, text, s.appends)
	}
}

// redirect follows a redirection. It returns the descriptors that are restored after the
// statement and the stream that it opens, if any, and false if the command does not run since
// a descriptor is not open.
func (sh *Shell) redirect(r *syntax.Redirect) (redirected []int, opened *stream, ok bool) {
	n, ok := sh.redirectedDescriptor(r)
	if !ok {
		return nil, nil, false
	}
	if r.N == nil || !strings.HasPrefix(r.N.Value, "{") {
		redirected = []int{n}
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		sh.put(n, descriptor{in: new(sh.document(r.Hdoc, r.Op == syntax.DashHdoc))})
	case syntax.WordHdoc:
		sh.put(n, descriptor{in: new(sh.literal(r.Word) + "\n")})
	case syntax.RdrIn:
		sh.put(n, descriptor{in: new(sh.input(r))})
	case syntax.RdrInOut, syntax.RdrOut, syntax.AppOut, syntax.RdrClob:
		opened = sh.openFile(r, n)
	case syntax.RdrAll, syntax.AppAll:
		return []int{1, 2}, sh.openBoth(r), true
	case syntax.DplIn, syntax.DplOut:
		if _, number := sh.duplicated(r); !number && r.Op == syntax.DplOut && r.N == nil {
			return []int{1, 2}, sh.openBoth(r), true
		}
		ok = sh.duplicate(r, n)
	}
	return redirected, opened, ok
}

// openBoth opens the file of &> for descriptors 1 and 2.
func (sh *Shell) openBoth(r *syntax.Redirect) *stream {
	s := sh.openFile(r, 1)
	sh.errs = sh.out
	return s
}

// redirectedDescriptor returns the number of the descriptor that a redirection is of. That of
// {name} is a new one, or to close it the value of the variable.
func (sh *Shell) redirectedDescriptor(r *syntax.Redirect) (n int, ok bool) {
	if r.N == nil {
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc, syntax.RdrIn, syntax.RdrInOut, syntax.DplIn:
			return 0, true
		}
		return 1, true
	}
	name, named := strings.CutPrefix(r.N.Value, "{")
	if !named {
		n, err := strconv.Atoi(name)
		return n, err == nil
	}
	name = strings.TrimSuffix(name, "}")
	if r.Word.Lit() == "-" {
		n, err := strconv.Atoi(sh.Get(name).String())
		return n, err == nil
	}
	n = sh.freeDescriptor()
	sh.set(name, strconv.Itoa(n))
	return n, true
}

// freeDescriptor returns the lowest number from 10 on that is not open.
func (sh *Shell) freeDescriptor() int {
	for n := 10; ; n++ {
		if d := sh.more[n]; d == (descriptor{}) {
			return n
		}
	}
}

// maxDescriptors bounds the open descriptors from 3 on. Further ones are closed at once.
const maxDescriptors = 100

func (sh *Shell) put(n int, d descriptor) {
	switch {
	case n == 0 && d.in != nil:
		sh.stdin = d.in
	case n == 0:
		sh.stdin = new("")
	case n == 1 || n == 2:
		to := d.out
		if to == nil {
			to = &stream{}
		}
		if n == 1 {
			sh.out = to
		} else {
			sh.errs = to
		}
	default:
		sh.more = maps.Clone(sh.more)
		if sh.more == nil {
			sh.more = map[int]descriptor{}
		}
		sh.more[n] = d
		if d == (descriptor{}) || len(sh.more) > maxDescriptors {
			delete(sh.more, n)
		}
	}
}

// descriptor returns an open descriptor.
func (sh *Shell) descriptor(n int) (d descriptor, ok bool) {
	switch n {
	case 0:
		return descriptor{in: sh.stdin}, true
	case 1:
		return descriptor{out: sh.out}, true
	case 2:
		return descriptor{out: sh.errs}, true
	}
	sh.runCoprocess(n)
	d, ok = sh.more[n]
	return d, ok
}

// openFile opens the file or the >(…) of a redirection to write. A descriptor of <> is read,
// unless it is of the output.
func (sh *Shell) openFile(r *syntax.Redirect, n int) *stream {
	if commands := processOf(r.Word, syntax.CmdOut); commands != nil {
		s := &stream{commands: commands.Stmts}
		sh.put(n, descriptor{out: s})
		return s
	}
	name := sh.literal(r.Word)
	if from, ok := deviceDescriptor(name); ok {
		d, _ := sh.descriptor(from)
		sh.put(n, d)
		return nil
	}
	if strings.HasPrefix(name, "/dev/tcp/") || strings.HasPrefix(name, "/dev/udp/") {
		sh.world.Note(sh.at, redirection(r), "connections are not followed")
	}
	if r.Op == syntax.RdrInOut && n != 1 && n != 2 {
		sh.put(n, descriptor{in: new(sh.readFile(name))})
		return nil
	}
	appends := r.Op == syntax.AppOut || r.Op == syntax.AppAll || r.Op == syntax.RdrInOut
	s := &stream{file: sh.path(name), appends: appends, onlyText: n == 2}
	sh.put(n, descriptor{out: s})
	return s
}

// processOf returns the process substitution that a word consists of, nil for another word.
func processOf(w *syntax.Word, op syntax.ProcOperator) *syntax.ProcSubst {
	if w == nil || len(w.Parts) != 1 {
		return nil
	}
	if p, ok := w.Parts[0].(*syntax.ProcSubst); ok && p.Op == op {
		return p
	}
	return nil
}

// deviceDescriptor returns the number of the descriptor that a file stands for.
func deviceDescriptor(file string) (n int, ok bool) {
	switch file {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, folder := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if text, found := strings.CutPrefix(file, folder); found {
			n, err := strconv.Atoi(text)
			return n, err == nil
		}
	}
	return 0, false
}

// duplicated returns the m of n>&m, -1 for n>&-, and whether it is a number.
func (sh *Shell) duplicated(r *syntax.Redirect) (m int, number bool) {
	word := strings.TrimSuffix(sh.literal(r.Word), "-")
	if word == "" {
		return -1, true
	}
	m, err := strconv.Atoi(word)
	return m, err == nil
}

// duplicate follows n>&m, n<&m, both of which close m if a "-" follows, and n>&-. It reports
// false if m is not open.
func (sh *Shell) duplicate(r *syntax.Redirect, n int) bool {
	m, number := sh.duplicated(r)
	if m == -1 {
		sh.put(n, descriptor{})
		return true
	}
	d, ok := sh.descriptor(m)
	if !number || !ok {
		sh.world.Note(sh.at, redirection(r), "the descriptor is not open")
		return false
	}
	if n == 0 && d.in == nil { // a terminal, or an output
		sh.stdin = nil
	} else {
		sh.put(n, d)
	}
	if m > 2 && strings.HasSuffix(source(r.Word), "-") {
		sh.put(m, descriptor{})
	}
	return true
}

// redirection returns the source of a redirection.
func redirection(r *syntax.Redirect) string {
	text := r.Op.String() + source(r.Word)
	if r.N != nil {
		text = r.N.Value + text
	}
	return text
}

// input returns the text of a file or of <(commands).
func (sh *Shell) input(r *syntax.Redirect) string {
	if p := processOf(r.Word, syntax.CmdIn); p != nil {
		sub := sh.subshell()
		sh.nested(func() { sub.stmts(p.Stmts) })
		return sub.out.text.String()
	}
	return sh.readFile(sh.literal(r.Word))
}

// readFile returns the text of a file, unknown unless the World knows it.
func (sh *Shell) readFile(name string) string {
	if name == "/dev/null" {
		return ""
	}
	if n, ok := deviceDescriptor(name); ok {
		return sh.readDescriptor(n)
	}
	if _, ok := Known(name); ok {
		if text, known := sh.world.Read(sh.where, sh.path(name)); known {
			return text
		}
	}
	return unknown("cat " + name)
}

// readDescriptor returns the rest of the text of a descriptor.
func (sh *Shell) readDescriptor(n int) string {
	if n == 0 {
		return sh.readAll()
	}
	d, _ := sh.descriptor(n)
	if d.in == nil {
		return unknown(fmt.Sprint("cat /dev/fd/", n))
	}
	text := *d.in
	*d.in = ""
	return text
}

// A coprocess is the commands of coproc. They are followed when the script waits for them,
// reads their output or closes their input: their order is certain only then.
type coprocess struct {
	output int // the descriptor of their output
	input  *stream
	text   *string // their output
	stmt   *syntax.Stmt
	done   bool
}

// coprocess follows coproc NAME commands. The array NAME has the descriptors of the output
// and the input of the commands.
func (sh *Shell) coprocess(c *syntax.CoprocClause) {
	name := "COPROC"
	if c.Name != nil {
		name = sh.literal(c.Name)
	}
	p := &coprocess{input: &stream{}, text: new(""), stmt: c.Stmt}
	p.output = sh.freeDescriptor()
	sh.put(p.output, descriptor{in: p.text})
	in := sh.freeDescriptor()
	sh.put(in, descriptor{out: p.input})
	list := []string{strconv.Itoa(p.output), strconv.Itoa(in)}
	_ = sh.Set(name, expand.Variable{Set: true, Kind: expand.Indexed, List: list}) // never fails
	sh.set(name+"_PID", "1000")
	sh.coprocesses = append(sh.coprocesses, p)
	sh.setStatus(0)
}

// runCoprocess follows the coprocess with that descriptor of its output, or all with -1.
func (sh *Shell) runCoprocess(output int) {
	for _, p := range sh.coprocesses {
		if p.done || output >= 0 && p.output != output {
			continue
		}
		p.done = true
		sub := sh.subshell()
		text := p.input.text.String()
		sub.stdin = &text
		sh.nested(func() { sub.stmt(p.stmt) })
		*p.text = sub.out.text.String()
	}
}
