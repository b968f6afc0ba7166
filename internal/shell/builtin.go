package shell

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// builtin follows a builtin of the shell. It reports false for another command.
func (sh *Shell) builtin(words []string) (flow, bool) {
	name, args := words[0], words[1:]
	status := 0
	switch name {
	case "wait":
		sh.runCoprocess(-1)
	case ":", "true", "umask", "ulimit", "enable", "jobs", "disown", "bg", "fg", "sync", "kill":
	case "false":
		status = 1
	case "[", "test":
		if name == "[" {
			args = slices.DeleteFunc(slices.Clone(args), func(w string) bool { return w == "]" })
		}
		sh.setVerdict(sh.testWords(args))
		return flow{}, true
	case "echo":
		sh.print(echo(args))
	case "printf":
		sh.printf(args)
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
		sh.unset(args)
	case "trap":
		sh.trap(words)
	case "read":
		sh.setVerdict(sh.read(args))
		return flow{}, true
	case "mapfile", "readarray":
		sh.mapfile(args)
	case "type", "which", "whereis", "hash":
		sh.setVerdict(sh.findCommands(name, args))
		return flow{}, true
	case "shopt":
		sh.shellOptions(args)
	case "alias":
		sh.alias(args)
	case "unalias":
		sh.unalias(args)
	case "getopts":
		status = truth(sh.getopts(args))
	default:
		return sh.control(words)
	}
	sh.setStatus(status)
	return flow{}, true
}

// control follows a builtin that changes where the script goes on, or that runs a command.
// It reports false for another command.
func (sh *Shell) control(words []string) (flow, bool) {
	name, args := words[0], words[1:]
	switch name {
	case "break", "continue":
		kind := map[string]flowKind{"break": breakLoop, "continue": continueLoop}[name]
		sh.setStatus(0)
		return flow{kind, max(1, number(args, 1))}, true
	case "return", "exit":
		if len(args) > 0 {
			sh.setStatus(number(args, sh.status))
		}
		return flow{kind: map[string]flowKind{"return": returnFunction, "exit": exitShell}[name]}, true
	case "eval":
		return sh.eval(strings.Join(args, " ")), true
	case ".", "source":
		return sh.sourceFile(args), true
	case "exec", "command", "builtin", "sudo", "doas", "env", "time":
		return sh.prefixed(words), true
	default:
		return flow{}, false
	}
}

func (sh *Shell) unset(args []string) {
	names := skipOptions(args, "")
	references := slices.Contains(args[:len(args)-len(names)], "-n")
	for _, n := range names {
		if references {
			maps.DeleteFunc(sh.scopes[len(sh.scopes)-1], func(name string, v expand.Variable) bool { return name == n && v.Kind == expand.NameRef })
			continue
		}
		if name, key, ok := strings.Cut(strings.TrimSuffix(n, "]"), "["); ok {
			sh.unsetElement(name, key)
			continue
		}
		_ = sh.Set(n, expand.Variable{}) // never fails
		delete(sh.functions, n)
	}
}

// unsetElement follows unset 'name[key]'. Of an array without gaps only the last element can
// be unset.
func (sh *Shell) unsetElement(name, key string) {
	v := sh.Get(name)
	switch i, err := strconv.Atoi(key); {
	case v.Kind == expand.Associative:
		v.Map = maps.Clone(v.Map)
		delete(v.Map, key)
	case v.Kind == expand.Indexed && err == nil && (i == len(v.List)-1 || i == -1 && len(v.List) > 0):
		v.List = v.List[: len(v.List)-1 : len(v.List)-1]
	case v.Kind == expand.Indexed && err == nil && i >= len(v.List):
		return
	default:
		sh.world.Note(sh.at, fmt.Sprintf("unset %s[%s]", name, readable(key)), "arrays with gaps are not followed")
		return
	}
	_ = sh.Set(name, v) // never fails
}

// prefixed follows a command after a prefix such as sudo or exec. It is a builtin or a
// program, never a function.
func (sh *Shell) prefixed(words []string) flow {
	if words[0] == "command" && len(words) > 1 && (words[1] == "-v" || words[1] == "-V") {
		sh.setVerdict(sh.findCommands(words[0], words[2:]))
		return flow{}
	}
	exits := words[0] == "exec"
	words, variables := withoutPrefix(words)
	defer sh.withVariables(variables)()
	if len(words) == 0 {
		sh.keeps = exits
		sh.setStatus(0)
		return flow{}
	}
	f, ok := sh.builtin(words)
	if !ok {
		sh.program(words, false)
	}
	if exits && f.kind == proceed {
		f.kind, sh.exitTrap = exitShell, nil
	}
	return f
}

// number returns the first argument as a number, or the default.
func number(args []string, defaultValue int) int {
	if len(args) == 0 {
		return defaultValue
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return defaultValue
	}
	return n
}

// octal is an escape sequence of echo, which needs a 0 before the digits.
var octal = regexp.MustCompile(`\\0([0-7]{1,3})`)

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
		before, _, ends := strings.Cut(text, `\c`)
		if ends {
			newline = ""
		}
		text = octal.ReplaceAllString(before, `\$1`)
		if s, _, err := expand.Format(&expand.Config{}, strings.ReplaceAll(text, "%", "%%"), nil); err == nil {
			text = s
		}
	}
	return text + newline
}

// maxPrintf bounds the width of a field of printf, as in %1000d.
const maxPrintf = 4096

func (sh *Shell) printf(args []string) {
	variable := ""
	if len(args) > 1 && args[0] == "-v" {
		variable, args = args[1], args[2:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return
	}
	format, rest := args[0], args[1:]
	if what := unknownIn(args...); what != "" && computesFields(format) {
		sh.assignOrPrint(variable, unknown(what))
		return
	}
	text, err := sh.format(format, rest)
	if err != nil {
		sh.world.Note(sh.at, "printf "+format, err.Error())
		return
	}
	sh.assignOrPrint(variable, text)
}

// assignOrPrint sets a variable, for printf -v, or prints.
func (sh *Shell) assignOrPrint(variable, text string) {
	if syntax.ValidName(variable) {
		sh.set(variable, text)
		return
	}
	sh.print(text)
}

// computesFields reports whether a format of printf has fields other than %s.
func computesFields(format string) bool {
	return strings.Contains(strings.NewReplacer("%%", "", "%s", "").Replace(format), "%") || unknownIn(format) != ""
}

func (sh *Shell) changeDir(args []string) {
	args = skipOptions(args, "")
	dir := sh.Get("HOME").String()
	if len(args) > 0 {
		dir = args[0]
	}
	if what, ok := Known(dir); !ok {
		sh.world.Note(sh.at, "cd "+what, "its output is unknown")
		return
	}
	if !path.IsAbs(dir) {
		dir = path.Join(sh.Get("PWD").String(), dir)
	}
	sh.set("PWD", path.Clean(dir))
}

// setOptions follows set: the options -e and -u, and arguments as new $1, $2 …
func (sh *Shell) setOptions(args []string) {
	for len(args) > 0 {
		a := args[0]
		if a == "--" {
			sh.args = args[1:]
			return
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			sh.args = args
			return
		}
		args = args[1:]
		for _, letter := range a[1:] {
			name := map[rune]string{'e': "errexit", 'u': "nounset", 'a': "allexport"}[letter]
			if letter == 'o' && len(args) > 0 {
				name, args = args[0], args[1:]
			}
			sh.setOption(name, a[0] == '-')
		}
	}
}

func (sh *Shell) setOption(name string, on bool) {
	switch name {
	case "errexit":
		sh.options.errexit = on
	case "nounset":
		sh.options.nounset = on
	case "allexport":
		sh.options.allexport = on
	case "pipefail":
		sh.options.pipefail = on
	}
}

// read sets variables from a line of the input. It is false at the end. Without an input,
// the line is unknown: a user would type it.
func (sh *Shell) read(args []string) verdict {
	names := skipOptions(args, "pdntuNi")
	options := strings.Join(args[:len(args)-len(names)], " ")
	raw, array := strings.Contains(options, "r"), ""
	if strings.HasSuffix(options, "a") && len(names) > 0 { // -a NAME, perhaps with other letters
		array = names[0]
	}
	if len(names) == 0 {
		names = []string{"REPLY"}
	}
	what := "read " + strings.Join(names, " ")
	from, open := sh.readFrom(args)
	switch {
	case !open:
		return certain(false)
	case from == nil:
		sh.readInto(names, unknown(what), true)
		return guessed(true, what)
	case *from == "":
		sh.readInto(names, "", true)
		return certain(false)
	}
	line, rest, _ := strings.Cut(*from, "\n")
	*from = rest
	if array != "" && syntax.ValidName(array) && unknownIn(line) == "" {
		list := expand.ReadFields(sh.config(), line, -1, raw)
		_ = sh.Set(array, expand.Variable{Set: true, Kind: expand.Indexed, List: list}) // never fails
		return certain(true)
	}
	sh.readInto(names, line, raw)
	return certain(true)
}

// readFrom returns the rest of the input of read or mapfile, of the descriptor of -u if
// there is one. nil: it is unknown, or the descriptor is not open.
func (sh *Shell) readFrom(args []string) (text *string, open bool) {
	for i, a := range args {
		option, number, ok := strings.Cut(a, "u")
		if !ok || !strings.HasPrefix(option, "-") || strings.ContainsAny(option, "pdntNiOsCc") {
			continue
		}
		if number == "" && i+1 < len(args) {
			number = args[i+1]
		}
		n, err := strconv.Atoi(number)
		d, open := sh.descriptor(n)
		return d.in, open && err == nil
	}
	return sh.stdin, true
}

// readInto splits a line into variables. If any part is unknown, all of them are.
func (sh *Shell) readInto(names []string, line string, raw bool) {
	values := expand.ReadFields(sh.config(), line, len(names), raw)
	what := unknownIn(line)
	for i, name := range names {
		value := ""
		switch {
		case what != "":
			value = unknown(what)
		case i < len(values):
			value = values[i]
		}
		if syntax.ValidName(name) {
			sh.set(name, value)
		}
	}
}

// mapfile sets an array to the lines of the input.
func (sh *Shell) mapfile(args []string) {
	name := "MAPFILE"
	if names := skipOptions(args, "dnOsuCc"); len(names) > 0 {
		name = names[0]
	}
	text := ""
	if from, _ := sh.readFrom(args); from != nil {
		text, *from = *from, ""
	}
	list := lines(text)
	if len(list) > maxElements {
		sh.world.Note(sh.at, "mapfile "+name, fmt.Sprintf("more than %d lines", maxElements))
		return
	}
	if !slices.Contains(args, "-t") {
		for i := range list {
			list[i] += "\n"
		}
	}
	if syntax.ValidName(name) {
		_ = sh.Set(name, expand.Variable{Set: true, Kind: expand.Indexed, List: list}) // never fails
	}
}

func (sh *Shell) eval(text string) flow {
	if what := unknownIn(text); what != "" {
		sh.world.Note(sh.at, "eval "+readable(text), fmt.Sprintf("cannot run the output of %q, which is unknown", what))
		sh.setStatus(0)
		return flow{}
	}
	return sh.text(sh.file, text, sh.at.Line-1)
}

// text follows a script in this shell. It begins after that number of lines of file.
func (sh *Shell) text(file, text string, lines int) flow {
	parsed, err := parse(file, text, lines)
	if err != nil {
		sh.world.Note(sh.at, "eval", err.Error())
	}
	if err != nil || len(parsed.Stmts) == 0 {
		sh.setStatus(0)
		return flow{}
	}
	before, at, linesBefore := sh.file, sh.at, sh.lines
	sh.file, sh.lines = file, lines
	var f flow
	sh.nested(func() { f = sh.stmts(parsed.Stmts) })
	sh.file, sh.at, sh.lines = before, at, linesBefore
	return f
}

// sourceFile follows a file in this shell. After one that can't be read, unset variables
// are unknown.
func (sh *Shell) sourceFile(args []string) flow {
	sh.setStatus(0)
	if len(args) == 0 {
		return flow{}
	}
	name := sh.path(args[0])
	text, err := sh.world.Source(name)
	if err != nil {
		sh.world.Note(sh.at, "source "+readable(args[0]), err.Error())
		sh.unreadFile = path.Base(readable(name))
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
