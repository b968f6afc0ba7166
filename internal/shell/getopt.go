package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// getopt follows getopt(1) of util-linux: it prints the options of a script, one by one and
// each with its value, before its other arguments. Values and arguments are quoted.
func getopt(args []string) Result {
	g, args := readGetopt(args)
	for ; len(args) > 0; args = args[1:] {
		a := args[0]
		switch {
		case a == "--":
			g.others = append(g.others, args[1:]...)
			args = args[:1]
		case len(a) < 2 || a[0] != '-':
			if g.others = append(g.others, a); strings.HasPrefix(g.short, "+") { // as POSIX has it
				g.others = append(g.others, args[1:]...)
				args = args[:1]
			}
		case a[1] == '-':
			args = g.longOption(a[2:], args)
		default:
			args = g.cluster(a[1:], args)
		}
	}
	words := append(g.options, "--")
	for _, o := range g.others {
		words = append(words, g.quote(o))
	}
	return Result{Out: " " + strings.Join(words, " ") + "\n", Status: g.status}
}

// A getopter is a command of getopt(1).
type getopter struct {
	short    string   // letters, with a colon after those with a value, two if it is optional
	long     []string // in the same form
	unquoted bool

	options, others []string
	status          int // 1: the arguments have a mistake
}

// readGetopt reads the options of getopt itself. It returns the arguments that it parses.
func readGetopt(args []string) (*getopter, []string) {
	g := &getopter{}
	set := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		name, value, inline := strings.Cut(args[0], "=")
		if !inline && len(name) > 2 && name[1] != '-' {
			name, value, inline = name[:2], name[2:], true
		}
		args = args[1:]
		switch name {
		case "--":
			return g.withSpec(set, args)
		case "-u", "--unquoted":
			g.unquoted = true
			continue
		case "-q", "--quiet", "-Q", "--quiet-output", "-T", "--test", "-a", "--alternative":
			continue
		}
		if !inline && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		switch name {
		case "-o", "--options":
			g.short, set = value, true
		case "-l", "--long", "--longoptions":
			g.long = append(g.long, strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(", \t\n", r) })...)
		}
	}
	return g.withSpec(set, args)
}

// withSpec takes the first argument for the letters if no option gave them.
func (g *getopter) withSpec(set bool, args []string) (*getopter, []string) {
	if !set && len(args) > 0 {
		g.short, g.unquoted, args = args[0], true, args[1:]
		if len(args) > 0 && args[0] == "--" {
			args = args[1:]
		}
	}
	return g, args
}

// longOption reads name or name=value, in which the name may be abbreviated. It returns the
// arguments from the last one that it used.
func (g *getopter) longOption(option string, args []string) []string {
	name, value, inline := strings.Cut(option, "=")
	spec, ok := g.find(name)
	if !ok {
		g.status = 1
		return args
	}
	full := strings.TrimRight(spec, ":")
	switch colons := len(spec) - len(full); {
	case colons == 0 && inline, colons == 1 && !inline && len(args) < 2:
		g.status = 1
		return args
	case colons == 0:
		g.options = append(g.options, "--"+full)
		return args
	case colons == 1 && !inline:
		value, args = args[1], args[1:]
	}
	g.options = append(g.options, "--"+full, g.quote(value))
	return args
}

// find returns the long option of a name or of an abbreviation of only one.
func (g *getopter) find(name string) (spec string, ok bool) {
	for _, l := range g.long {
		switch full := strings.TrimRight(l, ":"); {
		case full == name:
			return l, true
		case strings.HasPrefix(full, name) && spec != "":
			return "", false
		case strings.HasPrefix(full, name):
			spec = l
		}
	}
	return spec, spec != ""
}

// cluster reads letters such as abc or n3. It returns the arguments from the last one that
// it used.
func (g *getopter) cluster(letters string, args []string) []string {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		i := strings.Index(g.short, letter)
		if i < 0 || letter == ":" || letter == "+" {
			g.status = 1
			continue
		}
		g.options = append(g.options, "-"+letter)
		switch rest := g.short[i+1:]; {
		case !strings.HasPrefix(rest, ":"):
			continue
		case letters != "" || strings.HasPrefix(rest, "::"):
			g.options = append(g.options, g.quote(letters))
		case len(args) > 1:
			args = args[1:]
			g.options = append(g.options, g.quote(args[0]))
		default:
			g.options = g.options[:len(g.options)-1]
			g.status = 1
		}
		break
	}
	return args
}

// quote quotes a word as getopt does for a POSIX shell.
func (g *getopter) quote(word string) string {
	if g.unquoted {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// getopts follows the builtin: it sets a variable to the next option, and OPTARG to its
// value. It is false after the last.
func (sh *Shell) getopts(args []string) bool {
	if len(args) < 2 || !syntax.ValidName(args[1]) {
		return false
	}
	spec, list := strings.TrimPrefix(args[0], ":"), sh.args
	if len(args) > 2 {
		list = args[2:]
	}
	next := max(1, number([]string{sh.Get("OPTIND").String()}, 1))
	letter, ok := "?", false
	if next <= len(list) && len(list[next-1]) > 1 && list[next-1][0] == '-' {
		word := list[next-1]
		if word == "--" {
			next++
		} else {
			letter, ok = word[max(1, min(sh.cluster, len(word)-1)):], true
		}
	}
	if !ok {
		sh.cluster = 0
		sh.set(args[1], letter)
		sh.set("OPTIND", strconv.Itoa(next))
		return false
	}
	option, rest := letter[:1], letter[1:]
	used := sh.option(args[1], spec, option, rest, list[next:], strings.HasPrefix(args[0], ":"))
	sh.cluster = max(1, sh.cluster) + 1
	if used > 0 {
		sh.cluster = 0
	}
	sh.set("OPTIND", strconv.Itoa(next+used))
	return true
}

// option sets the variables for one option and returns the number of words used.
func (sh *Shell) option(variable, spec, option, rest string, list []string, silent bool) int {
	used := 0
	if rest == "" {
		used = 1
	}
	i := strings.Index(spec, option)
	switch {
	case i < 0 || option == ":":
		sh.set("OPTARG", option)
		option = "?"
	case !strings.HasPrefix(spec[i+1:], ":"):
		sh.set("OPTARG", "")
	case rest != "":
		sh.set("OPTARG", rest)
		used = 1
	case len(list) > 0:
		sh.set("OPTARG", list[0])
		used = 2
	default:
		sh.set("OPTARG", option)
		if option = "?"; silent {
			option = ":"
		}
	}
	sh.set(variable, option)
	return used
}
