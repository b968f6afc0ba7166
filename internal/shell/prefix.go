package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A prefix is a program that runs the command in its arguments, perhaps in another way.
type prefix struct {
	name      string
	values    string   // letters of the options with a value
	long      []string // names of the long options with a value
	arguments int      // before the command
	assigns   bool     // NAME=VALUE may stand before the command
}

// prefixes are those that change nothing of what the command does to a network. Of each the
// manual page has the options.
var prefixes = []prefix{
	{name: "sudo", values: "ugpCDhRTUrt", long: []string{"user", "group", "prompt", "chdir", "host", "chroot"}, assigns: true},
	{name: "doas", values: "uC", assigns: true},
	{name: "env", values: "uC", long: []string{"unset", "chdir"}, assigns: true},
	{name: "nohup"},
	{name: "setsid"},
	{name: "time", values: "fo", long: []string{"format", "output"}},
	{name: "exec", values: "a"},
	{name: "command"},
	{name: "builtin"},
	{name: "stdbuf", values: "ioe", long: []string{"input", "output", "error"}},
	{name: "nice", values: "n", long: []string{"adjustment"}},
	{name: "ionice", values: "cnpPu", long: []string{"class", "classdata"}},
	{name: "chrt", values: "TPD", arguments: 1},
	{name: "taskset", arguments: 1},
	{name: "timeout", values: "ks", long: []string{"kill-after", "signal"}, arguments: 1},
	{name: "flock", values: "wE", long: []string{"timeout", "wait", "conflict-exit-code"}, arguments: 1},
	{name: "strace", values: "aeEIoOPpsSuUXb"},
	{name: "runuser", values: "ugG", long: []string{"user", "group"}},
	{name: "setarch", arguments: 1},
	{name: "busybox"},
	{name: "toybox"},
	{name: "chronic"},
	{name: "unbuffer"},
	{name: "eatmydata"},
	{name: "faketime", arguments: 1},
}

func prefixOf(word string) (prefix, bool) {
	i := slices.IndexFunc(prefixes, func(p prefix) bool { return p.name == path.Base(word) })
	if i < 0 {
		return prefix{}, false
	}
	return prefixes[i], true
}

// withoutPrefix removes prefixes such as sudo and timeout 5. variables are those that they
// set, as NAME=VALUE.
func withoutPrefix(words []string) (rest, variables []string) {
	for len(words) > 0 {
		p, ok := prefixOf(words[0])
		if !ok {
			break
		}
		rest = p.skipOptions(words[1:])
		rest = rest[min(p.arguments, len(rest)):]
		for p.assigns && len(rest) > 0 && strings.Contains(rest[0], "=") {
			variables, rest = append(variables, rest[0]), rest[1:]
		}
		if len(rest) == 0 && isShellOption(words[1:]) || p.name == "flock" && len(rest) > 1 && rest[0] == "-c" {
			rest = append([]string{"sh"}, rest...)
		}
		words = rest
	}
	return words, variables
}

// isShellOption reports whether options of sudo are -s or -i, which start a shell.
func isShellOption(options []string) bool {
	return slices.Contains(options, "-s") || slices.Contains(options, "-i")
}

func (p prefix) skipOptions(words []string) []string {
	for len(words) > 0 && len(words[0]) > 1 && words[0][0] == '-' {
		option := words[0]
		words = words[1:]
		if option == "--" {
			break
		}
		name, isLong := strings.CutPrefix(option, "--")
		takesValue := isLong && slices.Contains(p.long, name) || !isLong && strings.IndexAny(option[1:], p.values) == len(option)-2
		if takesValue && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
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
	return prefix{values: withValue}.skipOptions(words)
}

// su follows su and runuser with -c COMMAND, or a shell that reads its input. It reports
// false for other forms.
func (sh *Shell) su(words []string) bool {
	if i := slices.IndexFunc(words, func(w string) bool { return w == "-c" || w == "--command" }); i > 0 && i+1 < len(words) {
		sh.shellProgram([]string{"sh", "-c", words[i+1]})
		return true
	}
	if path.Base(words[0]) == "su" && sh.stdin != nil {
		sh.shellProgram([]string{"sh"})
		return true
	}
	return false
}
