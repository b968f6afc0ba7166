package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// cat prints its input, or files; unknown ones are unknown text.
func cat(sh *Shell, args []string, stdin string) Result {
	var b strings.Builder
	files := skipOptions(args, "")
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, file := range files {
		if file == "-" {
			b.WriteString(stdin)
		} else {
			b.WriteString(sh.readFile(file))
		}
	}
	return Result{Out: b.String()}
}

// A grepper is a command of grep(1) with its options.
type grepper struct {
	patterns []string
	files    []string

	quiet, invert, word, fixed, extended, insensitive, count, only, whole bool
}

func grep(sh *Shell, args []string, stdin string) Result {
	what := "grep " + strings.Join(args, " ")
	g, ok := readGrep(args)
	if !ok {
		return Result{Out: unknown(what), Status: 1, Guess: fmt.Sprintf("the result of %q is unknown", what)}
	}
	if len(g.files) > 0 {
		stdin = cat(sh, g.files, stdin).Out
	}
	re := g.regexp()
	if in := unknownIn(g.patterns...); re == nil || in != "" {
		v := guessed(false, in)
		return Result{Out: unknown(what), Status: truth(v.ok), Guess: v.why}
	}
	return g.result(stdin, re)
}

func readGrep(args []string) (g grepper, ok bool) {
	var rest []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case (a == "-e" || a == "--regexp") && i+1 < len(args):
			i++
			g.patterns = append(g.patterns, args[i])
		case len(a) < 2 || a[0] != '-':
			rest = append(rest, a)
		case !g.option(a):
			return g, false
		}
	}
	if len(g.patterns) == 0 && len(rest) > 0 {
		g.patterns, rest = rest[:1], rest[1:]
	}
	g.files = rest
	return g, len(g.patterns) > 0
}

// option sets an option, or several letters. It reports false for an unknown one.
func (g *grepper) option(a string) bool {
	letters := a[1:]
	if name, ok := strings.CutPrefix(a, "--"); ok {
		letters = map[string]string{
			"quiet": "q", "silent": "q", "invert-match": "v", "word-regexp": "w", "fixed-strings": "F", "ignore-case": "i",
			"count": "c", "only-matching": "o", "line-regexp": "x", "extended-regexp": "E", "no-messages": "s", "perl-regexp": "P",
		}[name]
	}
	set := map[rune]*bool{
		'q': &g.quiet, 'v': &g.invert, 'w': &g.word, 'F': &g.fixed, 'i': &g.insensitive, 'c': &g.count, 'o': &g.only,
		'x': &g.whole, 'E': &g.extended, 'P': &g.extended, 's': new(bool), 'h': new(bool), 'a': new(bool),
	}
	for _, o := range letters {
		if set[o] == nil {
			return false
		}
		*set[o] = true
	}
	return letters != ""
}

// result returns the matching lines of a text. An unknown line is taken as no match.
func (g *grepper) result(text string, re *regexp.Regexp) Result {
	var found []string
	in := ""
	for _, line := range lines(text) {
		if what := unknownIn(line); what != "" {
			in = what
			continue
		}
		switch {
		case re.MatchString(line) == g.invert:
		case g.only:
			found = append(found, re.FindAllString(line, -1)...)
		default:
			found = append(found, line)
		}
	}
	v := certain(len(found) > 0)
	if in != "" && len(found) == 0 {
		v = guessed(false, in)
	}
	r := Result{Status: truth(v.ok), Guess: v.why}
	switch {
	case g.quiet:
	case in != "" && (g.count || len(found) == 0):
		r.Out = unknown(in + " | grep " + g.patterns[0])
	case g.count:
		r.Out = strconv.Itoa(len(found)) + "\n"
	default:
		r.Out = unlines(found)
	}
	return r
}

// regexp returns the regular expression of the patterns, nil if invalid.
func (g *grepper) regexp() *regexp.Regexp {
	list := make([]string, len(g.patterns))
	for i, p := range g.patterns {
		switch {
		case g.fixed:
			p = regexp.QuoteMeta(p)
		case !g.extended:
			p = basicToExtended(p)
		}
		list[i] = p
	}
	p := strings.NewReplacer(`\<`, `\b`, `\>`, `\b`).Replace(strings.Join(list, "|"))
	if g.word {
		p = `\b(?:` + p + `)\b`
	}
	if g.whole {
		p = `^(?:` + p + `)$`
	}
	if g.insensitive {
		p = "(?i)" + p
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil
	}
	return re
}

// basicToExtended turns a basic regular expression of POSIX into an extended one,
// where the backslash before operators means the opposite.
func basicToExtended(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p) && strings.IndexByte("|(){}+?", p[i+1]) >= 0:
			i++
			b.WriteByte(p[i])
		case c == '\\' && i+1 < len(p):
			b.WriteString(p[i : i+2])
			i++
		case strings.IndexByte("|(){}+?", c) >= 0, c == '*' && i == 0:
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
