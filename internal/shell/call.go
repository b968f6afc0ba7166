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
	if text, ok := sh.expandAlias(c); ok {
		return sh.aliased(c.Args[0].Lit(), text)
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
	calls, caller := sh.calls, sh.caller
	sh.caller = at
	sh.calls = append([]string{name}, calls...)
	sh.scopes = append(sh.scopes, scope{})
	var result flow
	sh.nested(func() { result = sh.stmt(f.body) })
	sh.scopes = sh.scopes[:len(sh.scopes)-1]
	sh.file, sh.lines, sh.at, sh.args, sh.calls, sh.caller = file, lines, at, old, calls, caller
	if result.kind == returnFunction {
		return flow{}
	}
	return result
}

// program follows a command that is neither function nor builtin.
func (sh *Shell) program(words []string, negated bool) {
	all := words
	words, variables := withoutPrefix(words)
	defer sh.withVariables(variables)()
	sh.setStatus(0)
	if len(words) == 0 {
		return
	}
	if len(words) < len(all) { // most builtins are programs, too
		if _, ok := sh.builtin(words); ok {
			return
		}
	}
	switch path.Base(words[0]) {
	case "sh", "bash", "dash", "ash":
		sh.shellProgram(words)
		return
	case "xargs":
		sh.xargs(words[1:])
		return
	case "su", "runuser":
		if sh.su(words) {
			return
		}
	}
	c := Command{Words: words, At: sh.at, Where: sh.where, Negated: negated, Process: sh.process, shell: sh}
	if compute := tool(words[0]); compute != nil {
		sh.finish(compute(sh, words[1:], sh.readAll()))
		return
	}
	if slices.Contains(readers, path.Base(words[0])) && sh.stdin != nil {
		c.Stdin = sh.readAll()
	}
	sh.finish(sh.world.Run(c))
}

// programsToo are builtins that are programs, too.
var programsToo = []string{"echo", "printf", "test", "[", "true", "false", "pwd", "which", "kill", "sync"}

// prefixBuiltins are builtins that run a command and are no programs.
var prefixBuiltins = []string{"exec", "command", "builtin"}

// words follows a command that no shell starts: of the builtins it finds only those that are
// programs, too.
func (sh *Shell) words(words []string) {
	sh.step()
	for _, w := range words {
		sh.step()
		sh.charge(w)
	}
	switch {
	case slices.Contains(programsToo, words[0]):
		sh.builtin(words)
	case slices.Contains(prefixBuiltins, words[0]):
		sh.finish(sh.world.Run(Command{Words: words, At: sh.at, Where: sh.where, shell: sh}))
	default:
		sh.program(words, false)
	}
}

// finish takes over the output and status of a program.
func (sh *Shell) finish(r Result) {
	sh.print(r.Out)
	sh.status, sh.why, sh.handled = r.Status, r.Guess, r.Handled
}

// readers are the programs whose input a World gets.
var readers = []string{"ip", "bridge", "nft", "tee", "sysctl", "tc", "dd", "cp", "sed", "iptables-restore", "ip6tables-restore"}

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
	sub.out = sh.out
	sh.nested(func() { sub.all(parsed.Stmts) })
	sh.takeStatus(sub)
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
	return Result{sub.out.text.String(), sub.status, sub.why, sub.handled}
}

// Path returns a file of the arguments relative to the folder that the script is started
// in, if it is below it.
func (c Command) Path(name string) string {
	if c.shell == nil {
		return path.Clean(name)
	}
	return c.shell.path(name)
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
