package shell

import (
	"slices"
	"strconv"
	"strings"
)

// An xargsCall is a command of xargs(1).
type xargsCall struct {
	command   []string
	most      int    // arguments of one command; 0: all
	lines     int    // lines of one command; 0: all
	replace   string // -I: this is replaced by a line; "": the arguments follow the command
	delimiter string // "": blanks and newlines, with quotes
	file      string // "": the input
	none      bool   // -r: without arguments no command runs
}

// xargs follows xargs: it runs a command with words of the input.
func (sh *Shell) xargs(args []string) {
	x, ok := readXargs(args)
	if !ok {
		sh.world.Note(sh.at, "xargs "+strings.Join(args, " "), "an option of xargs is not followed")
		return
	}
	text := ""
	if x.file == "" {
		text = sh.readAll()
	} else {
		text = sh.readFile(x.file)
	}
	failed := false
	for _, words := range x.commands(text) {
		sh.step()
		sh.prefixed(words)
		failed = failed || sh.status != 0 && sh.why == ""
	}
	sh.setStatus(0)
	if failed {
		const oneFailed = 123 // see xargs(1)
		sh.setStatus(oneFailed)
	}
}

// readXargs reads the arguments of xargs. False: one is unknown.
func readXargs(args []string) (x xargsCall, ok bool) {
	const values, flags = "nLIdaPsE", "0rtpxo"
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		letter, value, isLong := args[0][1:2], args[0][2:], false
		if name, long := strings.CutPrefix(args[0], "--"); long {
			name, value, _ = strings.Cut(name, "=")
			letter, isLong = map[string]string{
				"max-args": "n", "max-lines": "L", "replace": "I", "delimiter": "d", "arg-file": "a", "max-procs": "P", "max-chars": "s", "null": "0",
				"no-run-if-empty": "r", "verbose": "t", "exit": "x", "": "--",
			}[name], true
		}
		args = args[1:]
		switch {
		case letter == "--":
			x.command = args
			return x, true
		case letter == "":
			return x, false
		case strings.Contains(values, letter):
			if value == "" && len(args) > 0 && !isLong {
				value, args = args[0], args[1:]
			}
			if !x.set(letter, value) {
				return x, false
			}
		case strings.Contains(flags, letter) && (value == "" || strings.Trim(value, flags) == ""):
			x.flags(letter + value)
		default:
			return x, false
		}
	}
	x.command = args
	return x, true
}

func (x *xargsCall) flags(letters string) {
	if strings.Contains(letters, "0") {
		x.delimiter = "\x00"
	}
	x.none = x.none || strings.Contains(letters, "r")
}

// set sets an option with a value. Those of processes and sizes have no effect here.
func (x *xargsCall) set(letter, value string) bool {
	var err error
	switch letter {
	case "n":
		x.most, err = strconv.Atoi(value)
	case "L":
		x.lines, err = strconv.Atoi(value)
	case "I":
		x.replace = value
		if value == "" {
			x.replace = "{}"
		}
	case "d":
		x.delimiter = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(value)
	case "a":
		x.file = value
	}
	return err == nil
}

// commands returns the commands that run with a text as the input.
func (x xargsCall) commands(text string) [][]string {
	command := x.command
	if len(command) == 0 {
		command = []string{"echo"}
	}
	if what, ok := Known(text); !ok {
		text, x.delimiter = unknown(what), "\n"
	}
	items := x.items(text)
	if x.replace != "" {
		return x.replaced(command, items)
	}
	if len(items) == 0 {
		if x.none {
			return nil
		}
		return [][]string{command}
	}
	most := len(items)
	switch {
	case x.most > 0:
		most = x.most
	case x.lines > 0:
		most = x.lines
	}
	var list [][]string
	for part := range slices.Chunk(items, most) {
		if x.lines > 0 {
			part = strings.Fields(strings.Join(part, " "))
		}
		list = append(list, slices.Concat(command, part))
	}
	return list
}

// replaced returns a command for each item.
func (x xargsCall) replaced(command, items []string) [][]string {
	var list [][]string
	for _, item := range items {
		words := slices.Clone(command)
		for i, w := range words[1:] {
			words[i+1] = strings.ReplaceAll(w, x.replace, item)
		}
		list = append(list, words)
	}
	return list
}

// items returns the arguments in a text or, with -I and -L, its lines that are not empty.
func (x xargsCall) items(text string) []string {
	switch {
	case x.delimiter != "":
		if text = strings.TrimSuffix(text, x.delimiter); text == "" {
			return nil
		}
		return strings.Split(text, x.delimiter)
	case x.replace != "" || x.lines > 0:
		list := lines(text)
		for i, line := range list {
			list[i] = strings.TrimLeft(line, " \t")
		}
		return slices.DeleteFunc(list, func(line string) bool { return line == "" })
	}
	return QuotedFields(text)
}

// QuotedFields splits a text at blanks; quotes and backslashes protect them.
func QuotedFields(text string) []string {
	var list []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case quote == 0 && r == '\\':
			inWord, escaped = true, true
		case quote == 0 && (r == '"' || r == '\''):
			inWord, quote = true, r
		case r == quote:
			quote = 0
		case quote == 0 && strings.ContainsRune(" \t\n", r):
			if inWord {
				list = append(list, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		list = append(list, word.String())
	}
	return list
}
