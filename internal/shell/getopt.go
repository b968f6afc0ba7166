package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// getopt follows getopt(1) of util-linux: it prints the options of a script before its other
// arguments, quoted.
func getopt(args []string) Result {
	var short, long string
	for len(args) > 0 && args[0] != "--" {
		option := args[0]
		args = args[1:]
		name, value, inline := strings.Cut(option, "=")
		if !inline && len(args) > 0 && option != "-T" && option != "-u" && option != "-q" {
			value, args = args[0], args[1:]
		}
		switch name {
		case "-o", "--options":
			short = value
		case "-l", "--long", "--longoptions":
			long += "," + value
		}
	}
	var options, others []string
	for args = args[min(1, len(args)):]; len(args) > 0; args = args[1:] {
		a := args[0]
		switch {
		case a == "--":
			others = append(others, args[1:]...)
			args = args[:1]
		case !strings.HasPrefix(a, "-") || a == "-":
			others = append(others, a)
		default:
			options = append(options, a)
			if takesValue(a, short, long) && len(args) > 1 {
				options = append(options, args[1])
				args = args[1:]
			}
		}
	}
	return Result{Out: " " + quoted(append(append(options, "--"), others...)) + "\n"}
}

func takesValue(option, short, long string) bool {
	if name, ok := strings.CutPrefix(option, "--"); ok {
		return strings.Contains(long+",", ","+name+":,")
	}
	return len(option) == 2 && strings.Contains(short, option[1:]+":")
}

func quoted(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(list, " ")
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
