package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// call follows a simple command.
func (sh *Shell) call(c *syntax.CallExpr, negated bool) flow {
	if len(c.Args) == 0 {
		sh.setStatus(0)
		for _, a := range c.Assigns {
			sh.assign(a, nil)
		}
		return flow{}
	}
	words := sh.fields(c.Args...)
	if len(words) == 0 {
		return flow{}
	}
	if len(c.Assigns) > 0 { // VAR=value before a command
		sh.scopes = append(sh.scopes, scope{})
		for _, a := range c.Assigns {
			sh.scopes[len(sh.scopes)-1][a.Name.Value] = expand.Variable{
				Set: true, Exported: true, Kind: expand.String, Str: sh.literal(a.Value),
			}
		}
		defer func() { sh.scopes = sh.scopes[:len(sh.scopes)-1] }()
	}
	return sh.run(words, negated)
}

// run follows an expanded command: a function, a builtin or a program.
func (sh *Shell) run(words []string, negated bool) flow {
	if f, ok := sh.functions[words[0]]; ok {
		return sh.function(words[0], f, words[1:])
	}
	if f, ok := sh.builtin(words); ok {
		return f
	}
	sh.program(words, negated)
	return flow{}
}

func (sh *Shell) function(name string, f function, args []string) flow {
	file, lines, at, old := sh.file, sh.lines, sh.at, sh.args
	sh.file, sh.lines, sh.args = f.file, f.lines, args
	calls := sh.calls
	sh.calls = append([]string{name}, calls...)
	sh.scopes = append(sh.scopes, scope{})
	var result flow
	sh.nested(func() { result = sh.stmt(f.body) })
	sh.scopes = sh.scopes[:len(sh.scopes)-1]
	sh.file, sh.lines, sh.at, sh.args, sh.calls = file, lines, at, old, calls
	if result.kind == returnFunction {
		return flow{}
	}
	return result
}

// program follows a command that is neither function nor builtin.
func (sh *Shell) program(words []string, negated bool) {
	words, variables := withoutPrefix(words)
	defer sh.withVariables(variables)()
	sh.setStatus(0)
	if len(words) == 0 {
		return
	}
	if name := path.Base(words[0]); name == "sh" || name == "bash" || name == "dash" || name == "ash" {
		sh.shellProgram(words)
		return
	}
	c := Command{Words: words, At: sh.at, Where: sh.where, Negated: negated, shell: sh}
	if compute := tool(words[0]); compute != nil {
		sh.finish(compute(sh, words[1:], sh.readAll()))
		return
	}
	if slices.Contains(readers, words[0]) && sh.stdin != nil {
		c.Stdin = sh.readAll()
	}
	sh.finish(sh.world.Run(c))
}

// finish takes over the output and status of a program.
func (sh *Shell) finish(r Result) {
	sh.print(r.Out)
	sh.status, sh.why = r.Status, r.Guess
}

// readers are the programs whose input a World gets.
var readers = []string{"ip", "bridge", "nft", "tee", "sysctl", "tc"}

// readAll reads the rest of the input.
func (sh *Shell) readAll() string {
	if sh.stdin == nil {
		return ""
	}
	text := *sh.stdin
	empty := ""
	sh.stdin = &empty
	return text
}

// withoutPrefix removes prefixes that run a command in another way: sudo, timeout 5, env
// A=b, … variables are those that they set, as NAME=VALUE.
func withoutPrefix(words []string) (rest, variables []string) {
	for len(words) > 0 {
		assigns := false
		switch path.Base(words[0]) {
		case "sudo", "doas":
			rest, assigns = skipOptions(words[1:], "ugpCDhRTU"), true
		case "nohup", "setsid", "time", "exec", "command", "builtin", "stdbuf", "ionice", "chronic", "unbuffer":
			rest = skipOptions(words[1:], "")
		case "nice", "chrt":
			rest = skipOptions(words[1:], "n")
		case "timeout":
			if rest = skipOptions(words[1:], "ks"); len(rest) > 0 {
				rest = rest[1:]
			}
		case "env":
			rest, assigns = skipOptions(words[1:], "uC"), true
		default:
			return words, variables
		}
		for assigns && len(rest) > 0 && strings.Contains(rest[0], "=") {
			variables, rest = append(variables, rest[0]), rest[1:]
		}
		words = rest
	}
	return words, variables
}

// withVariables exports variables, written NAME=VALUE, until the returned function is
// called.
func (sh *Shell) withVariables(list []string) (end func()) {
	if len(list) == 0 {
		return func() {}
	}
	vars := scope{}
	for _, text := range list {
		if name, value, _ := strings.Cut(text, "="); syntax.ValidName(name) {
			vars[name] = expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: sh.charge(value)}
		}
	}
	sh.scopes = append(sh.scopes, vars)
	return func() { sh.scopes = sh.scopes[:len(sh.scopes)-1] }
}

// skipOptions returns the words after the options. Options with a letter of withValue have
// the next word as their value.
func skipOptions(words []string, withValue string) []string {
	for len(words) > 0 && len(words[0]) > 1 && words[0][0] == '-' {
		option := words[0]
		words = words[1:]
		switch {
		case option == "--":
			return words
		case len(option) == 2 && strings.Contains(withValue, option[1:]) && len(words) > 0:
			words = words[1:]
		}
	}
	return words
}

// shellProgram follows sh -c '…', sh FILE, and sh with a script as its input.
func (sh *Shell) shellProgram(words []string) {
	args := words[1:]
	inline := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		inline = inline || !strings.HasPrefix(args[0], "--") && strings.Contains(args[0], "c")
		takesName := strings.HasSuffix(args[0], "o")
		args = args[1:]
		if takesName && len(args) > 0 {
			args = args[1:]
		}
	}
	switch {
	case inline && len(args) > 0:
		sh.runScript(sh.file, args[0], args[1:], sh.at.Line-1)
	case len(args) > 0:
		text, err := sh.world.Source(sh.path(args[0]))
		if err != nil {
			sh.world.Note(sh.at, strings.Join(words, " "), err.Error())
			return
		}
		sh.runScript(sh.path(args[0]), text, args, 0)
	case sh.stdin != nil:
		sh.runScript(sh.file, sh.readAll(), nil, sh.at.Line-1)
	}
}

// runScript follows a script in a new shell with the exported variables of this one. args
// begin with its $0.
func (sh *Shell) runScript(file, text string, args []string, lines int) {
	if what, ok := Known(text); !ok {
		sh.world.Note(sh.at, what, "cannot follow its output, which is unknown, as a script")
		return
	}
	parsed, err := parse(file, text, lines)
	if err != nil {
		sh.world.Note(sh.at, "sh -c", err.Error())
		return
	}
	sub := sh.subshell()
	sub.functions = map[string]function{}
	vars := scope{}
	for _, s := range sh.scopes {
		for name, v := range s {
			if v.Exported {
				vars[name] = v
			}
		}
	}
	sub.scopes, sub.file, sub.lines, sub.args = []scope{vars}, file, lines, nil
	if len(args) > 0 {
		sub.name, sub.args = args[0], args[1:]
	}
	sh.nested(func() { sub.stmts(parsed.Stmts) })
	sh.out.WriteString(sub.out.String())
	sh.status, sh.why = sub.status, sub.why
}

// Exec follows a command that c starts in another namespace, such as that of ip netns exec. where is
// its [Command.Where].
func (c Command) Exec(where string, words []string) Result {
	sub := c.shell.subshell()
	sub.where, sub.functions = where, map[string]function{}
	if c.Stdin != "" {
		sub.stdin = &c.Stdin
	}
	if len(words) > 0 {
		c.shell.nested(func() { sub.run(words, c.Negated) })
	}
	return Result{sub.out.String(), sub.status, sub.why}
}

// path returns a file relative to the folder that the script is started in, if below it.
func (sh *Shell) path(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(sh.Get("PWD").String(), name)
	}
	if name = path.Clean(name); name == startDir {
		return "."
	}
	return strings.TrimPrefix(name, startDir+"/")
}

// redirected calls fn with redirected input and output.
func (sh *Shell) redirected(redirs []*syntax.Redirect, fn func()) {
	var files []string
	before := sh.stdin
	for _, r := range redirs {
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			sh.stdin = new(sh.document(r.Hdoc, r.Op == syntax.DashHdoc))
		case syntax.WordHdoc:
			sh.stdin = new(sh.literal(r.Word) + "\n")
		case syntax.RdrIn:
			sh.stdin = new(sh.input(r))
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			if r.N == nil || r.N.Value == "1" {
				files = append(files, sh.literal(r.Word))
			}
		case syntax.DplOut:
			if to := sh.literal(r.Word); to == "2" && (r.N == nil || r.N.Value == "1") {
				files = append(files, "/dev/stderr")
			}
		}
	}
	if len(files) == 0 {
		fn()
	} else {
		sh.capture(fn, files)
	}
	sh.stdin = before
}

// capture calls fn and writes its output to files.
func (sh *Shell) capture(fn func(), files []string) {
	at, outer := sh.at, sh.out
	sh.out = &strings.Builder{}
	fn()
	text := sh.out.String()
	sh.out = outer
	for _, file := range files {
		sh.world.Write(Command{At: at, Where: sh.where, shell: sh}, file, text)
	}
}

// document returns the text of a here-document, with <<- without the tabs at the beginning
// of lines.
func (sh *Shell) document(w *syntax.Word, indented bool) string {
	if w == nil {
		return ""
	}
	if indented {
		w = withoutTabs(w)
	}
	text, err := expand.Document(sh.config(), sh.prepare(w))
	if err != nil {
		sh.world.Note(sh.at, "<<", err.Error())
	}
	return sh.charge(text)
}

func withoutTabs(w *syntax.Word) *syntax.Word {
	parts := slices.Clone(w.Parts)
	for i, p := range parts {
		if lit, ok := p.(*syntax.Lit); ok {
			list := strings.Split(lit.Value, "\n")
			for j, line := range list {
				if i == 0 || j > 0 {
					list[j] = strings.TrimLeft(line, "\t")
				}
			}
			parts[i] = &syntax.Lit{Value: strings.Join(list, "\n")}
		}
	}
	return &syntax.Word{Parts: parts}
}

// input returns the text of a file or of <(commands).
func (sh *Shell) input(r *syntax.Redirect) string {
	if len(r.Word.Parts) == 1 {
		if p, ok := r.Word.Parts[0].(*syntax.ProcSubst); ok && p.Op == syntax.CmdIn {
			sub := sh.subshell()
			sh.nested(func() { sub.stmts(p.Stmts) })
			return sub.out.String()
		}
	}
	return sh.readFile(sh.literal(r.Word))
}

// readFile returns the text of a file, unknown unless the World knows it.
func (sh *Shell) readFile(name string) string {
	if name == "/dev/null" {
		return ""
	}
	if _, ok := Known(name); ok {
		if text, known := sh.world.Read(sh.where, name); known {
			return text
		}
	}
	return unknown("cat " + name)
}
