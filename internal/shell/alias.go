package shell

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// expandsAliases reports whether a script begins with the name of a POSIX shell. bash
// expands no aliases in scripts unless shopt -s expand_aliases is set.
func expandsAliases(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(strings.TrimPrefix(first, "#!"))
	return strings.HasPrefix(first, "#!") && len(fields) > 0 && slices.Contains([]string{"/bin/sh", "/bin/dash", "/usr/bin/sh"}, fields[0])
}

// shellOptions follows shopt -s and -u. Of its options only expand_aliases has an effect here.
func (sh *Shell) shellOptions(args []string) {
	if slices.Contains(args, "expand_aliases") {
		sh.options.aliases = args[0] == "-s"
	}
}

func (sh *Shell) alias(args []string) {
	for _, a := range args {
		if name, text, ok := strings.Cut(a, "="); ok {
			sh.aliases[name] = text
		}
	}
}

func (sh *Shell) unalias(names []string) {
	for _, n := range names {
		if n == "-a" {
			clear(sh.aliases)
		}
		delete(sh.aliases, n)
	}
}

// expandAlias returns a command with the alias that it begins with replaced.
func (sh *Shell) expandAlias(c *syntax.CallExpr) (text string, ok bool) {
	text, ok = sh.aliases[c.Args[0].Lit()]
	if !ok || !sh.options.aliases {
		return "", false
	}
	for _, a := range c.Assigns {
		text = source(a) + " " + text
	}
	return text + " " + wordsSource(c.Args[1:], " "), true
}

// aliased follows the text of an alias, in which the same alias is not replaced.
func (sh *Shell) aliased(name, text string) flow {
	before := sh.aliases
	sh.aliases = maps.Clone(before)
	delete(sh.aliases, name)
	f := sh.eval(text)
	sh.aliases = before
	return f
}
