package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// builtin follows what is a part of the shell. It reports false if the command is
// not.
func (sh *Shell) builtin(words []string) (flow, bool) {
	name, args := words[0], words[1:]
	status := 0
	switch name {
	case ":", "true", "wait", "umask", "ulimit", "hash", "shopt", "alias", "unalias", "enable", "jobs", "disown", "bg", "fg", "sync", "kill":
	case "false":
		status = 1
	case "[", "test":
		if name == "[" {
			args = slices.DeleteFunc(slices.Clone(args), func(w string) bool { return w == "]" })
		}
		status = truth(sh.testWords(args))
	case "echo":
		sh.print(echo(args))
	case "printf":
		sh.printf(args)
	case "break", "continue":
		kind := map[string]flowKind{"break": breakLoop, "continue": continueLoop}[name]
		return flow{kind, max(1, number(args, 1))}, true
	case "return", "exit":
		sh.status = number(args, sh.status)
		return flow{kind: map[string]flowKind{"return": returnFunction, "exit": exitShell}[name]}, true
	case "cd", "pushd":
		sh.changeDir(args)
	case "popd":
	case "pwd":
		sh.print(sh.Get("PWD").String() + "\n")
	case "shift":
		sh.args = sh.args[min(max(0, number(args, 1)), len(sh.args)):]
	case "set":
		sh.setOptions(args)
	case "unset":
		for _, n := range args {
			_ = sh.Set(n, expand.Variable{}) // never fails
			delete(sh.functions, n)
		}
	case "trap":
		sh.trap(words)
	case "read":
		status = truth(sh.read(args))
	case "eval":
		return sh.text(sh.file, strings.Join(args, " "), sh.at.Line-1), true
	case ".", "source":
		return sh.sourceFile(args), true
	case "exec", "command", "builtin", "sudo", "doas", "env", "time":
		return sh.wrapped(words), true
	case "type", "which", "whereis":
		for _, a := range args {
			sh.print("/usr/bin/" + a + "\n")
		}
	case "getopts":
		status = 1
	default:
		return flow{}, false
	}
	sh.status = status
	return flow{}, true
}

// wrapped follows a command behind words that only say how it is to run. Such a
// command is no function, but it may be a builtin.
func (sh *Shell) wrapped(words []string) flow {
	if words[0] == "command" && len(words) > 1 && (words[1] == "-v" || words[1] == "-V") {
		sh.print("/usr/bin/" + path.Base(words[len(words)-1]) + "\n")
		sh.status = 0
		return flow{}
	}
	exits := words[0] == "exec"
	words = unwrap(words)
	if len(words) == 0 {
		sh.status = 0
		return flow{}
	}
	f, ok := sh.builtin(words)
	if !ok {
		sh.program(words, false)
	}
	if exits && f.kind == goOn {
		f.kind = exitShell
	}
	return f
}

// number returns the first argument as a number, or the default.
func number(args []string, byDefault int) int {
	if len(args) == 0 {
		return byDefault
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return byDefault
	}
	return n
}

func echo(args []string) string {
	newline, escapes := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && strings.Trim(args[0], "neE") == "-" {
		if strings.Contains(args[0], "n") {
			newline = ""
		}
		escapes = strings.Contains(args[0], "e")
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		text = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`, `\c`, "").Replace(text)
	}
	return text + newline
}

// maxPrintf bounds the width of a field, as in %1000d.
const maxPrintf = 4096

func (sh *Shell) printf(args []string) {
	variable := ""
	if len(args) > 1 && args[0] == "-v" {
		variable, args = args[1], args[2:]
	}
	if len(args) == 0 {
		return
	}
	format, rest := args[0], args[1:]
	if tooWide(format) {
		sh.world.Note(sh.at, "printf "+format, "a field is wider than 4096 characters")
		return
	}
	var text strings.Builder
	for {
		part, used, err := expand.Format(sh.config(), format, rest)
		if err != nil {
			sh.world.Note(sh.at, "printf "+format, err.Error())
			return
		}
		text.WriteString(sh.spend(part))
		if rest = rest[min(used, len(rest)):]; used == 0 || len(rest) == 0 {
			break
		}
	}
	if variable != "" && syntax.ValidName(variable) {
		sh.set(variable, text.String())
		return
	}
	sh.print(text.String())
}

func tooWide(format string) bool {
	for _, digits := range strings.FieldsFunc(format, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(digits); err != nil || n > maxPrintf {
			return true
		}
	}
	return strings.Contains(format, "*")
}

func (sh *Shell) changeDir(args []string) {
	args = skipOptions(args, "")
	dir := sh.Get("HOME").String()
	if len(args) > 0 {
		dir = args[0]
	}
	if what, ok := Known(dir); !ok {
		sh.world.Note(sh.at, "cd "+what, "what it prints is not known")
		return
	}
	if !path.IsAbs(dir) {
		dir = path.Join(sh.Get("PWD").String(), dir)
	}
	sh.set("PWD", path.Clean(dir))
}

// setOptions follows set: options change nothing here, since what fails is noted
// and gone over; arguments are new $1, $2 …
func (sh *Shell) setOptions(args []string) {
	for i, a := range args {
		switch {
		case a == "--":
			sh.args = args[i+1:]
			return
		case a == "-o" || a == "+o" || i > 0 && (args[i-1] == "-o" || args[i-1] == "+o"):
		case !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+"):
			sh.args = args[i:]
			return
		}
	}
}

func (sh *Shell) trap(words []string) {
	if len(words) > 2 && words[1] != "-" && words[1] != "" && words[1] != "-p" {
		sh.world.Remark(sh.at, strings.Join(words, " "), "traps are not followed")
	}
}

// read sets variables from a line of the input. It reports false at the end.
func (sh *Shell) read(args []string) bool {
	args = skipOptions(args, "pdntuNi")
	if sh.stdin == nil || *sh.stdin == "" {
		for _, name := range args {
			sh.set(name, "")
		}
		return false
	}
	line, rest, _ := strings.Cut(*sh.stdin, "\n")
	*sh.stdin = rest
	if len(args) == 0 {
		args = []string{"REPLY"}
	}
	values := expand.ReadFields(sh.config(), line, len(args), true)
	for i, name := range args {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		if syntax.ValidName(name) {
			sh.set(name, value)
		}
	}
	return true
}

// text follows a script in this shell.
func (sh *Shell) text(file, text string, lines int) flow {
	if what, ok := Known(text); !ok {
		sh.world.Note(sh.at, what, "what it prints is not known, and is to be run")
		return flow{}
	}
	parsed, err := parse(file, strings.Repeat("\n", max(0, lines))+text)
	if err != nil {
		sh.world.Note(sh.at, "eval", err.Error())
		return flow{}
	}
	before, at := sh.file, sh.at
	sh.file = file
	var f flow
	sh.nested(func() { f = sh.stmts(parsed.Stmts) })
	sh.file, sh.at = before, at
	return f
}

func (sh *Shell) sourceFile(args []string) flow {
	if len(args) == 0 {
		return flow{}
	}
	name := sh.path(args[0])
	text, err := sh.world.Source(name)
	if err != nil {
		sh.world.Note(sh.at, "source "+args[0], err.Error())
		sh.status = 1
		return flow{}
	}
	before := sh.args
	if len(args) > 1 {
		sh.args = args[1:]
	}
	f := sh.text(name, text, 0)
	sh.args = before
	if f.kind == returnFunction {
		return flow{}
	}
	return f
}
