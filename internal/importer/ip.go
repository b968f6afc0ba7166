package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// ip follows ip(8): a command in a namespace, a query or a change.
func (d *Draft) ip(c shell.Command) shell.Result {
	options, rest := ipOptions(c.Words[1:])
	where := c.Where
	for i, o := range options {
		switch {
		case (o == "-n" || o == "-netns") && i+1 < len(options):
			where = options[i+1]
		case (o == "-b" || o == "-batch") && i+1 < len(options):
			return d.batch(c, where, options[i+1], options)
		}
	}
	if len(rest) == 0 {
		return shell.Unknown(c)
	}
	if isWord(rest[0], "netns") && len(rest) > 1 && isWord(rest[1], "exec") {
		return d.netnsExec(c, options, rest[2:])
	}
	if r, ok := d.query(c, where, rest); ok {
		return r
	}
	c.Where, c.Words = where, ipWords(options, rest)
	return d.apply(c, c.Words)
}

// isWord reports whether word is whole or an abbreviation of it, as ip accepts them.
func isWord(word, whole string) bool { return word != "" && strings.HasPrefix(whole, word) }

// ipOptions separates the options of ip from object and command.
func ipOptions(words []string) (options, rest []string) {
	for i := 0; i < len(words); i++ {
		if !strings.HasPrefix(words[i], "-") {
			return words[:i], words[i:]
		}
		switch words[i] {
		case "-n", "-netns", "-b", "-batch", "-f", "-family", "-l", "-loops", "-rc", "-rcvbuf":
			i++
		}
	}
	return words, nil
}

// ipWords returns an ip command with only the address family of its options.
func ipWords(options, rest []string) []string {
	words := []string{"ip"}
	for i, o := range options {
		switch o {
		case "-4", "-6":
			words = append(words, o)
		case "-f", "-family":
			if i+1 < len(options) && options[i+1] == "inet6" {
				words = append(words, "-6")
			}
		}
	}
	return append(words, rest...)
}

// netnsExec follows ip netns exec, in one namespace or with -all in each.
func (d *Draft) netnsExec(c shell.Command, options, rest []string) shell.Result {
	if slices.Contains(options, "-all") || slices.Contains(options, "-a") {
		var out strings.Builder
		for _, name := range d.state.Names() {
			if name != state.Host {
				out.WriteString(c.Exec(name, rest).Out)
			}
		}
		return shell.Result{Out: out.String()}
	}
	if len(rest) == 0 {
		return shell.Result{Status: 1}
	}
	return c.Exec(rest[0], rest[1:])
}

// batch follows the commands of a batch file or of standard input.
func (d *Draft) batch(c shell.Command, where, file string, options []string) shell.Result {
	text, ok := d.commandsOf(c, file)
	if !ok {
		return shell.Result{}
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			one := c
			one.Words, one.Where, one.Stdin = append([]string{"ip"}, words...), where, ""
			d.ip(one)
		}
	}
	return shell.Result{}
}

// query returns the result of a command that shows something. It reports false for a
// command that changes something.
func (d *Draft) query(c shell.Command, where string, words []string) (shell.Result, bool) {
	object := words[0]
	verb := "show"
	if len(words) > 1 {
		verb = words[1]
	}
	changes := []string{"add", "a", "set", "s", "del", "delete", "d", "replace", "rep", "change", "chg", "append", "flush", "f", "attach", "restore", "alter", "afstats", "prepend"}
	switch {
	case isWord(object, "netns") && (verb == "show" || isWord(verb, "list") || verb == "ls"):
		return d.listNamespaces(), true
	case isWord(object, "netns") && (verb == "identify" || verb == "pids" || verb == "list-id" || verb == "monitor"):
		return shell.Unknown(c), true
	case isWord(object, "monitor"), object == "help", verb == "help", verb == "get" || verb == "save" || isWord(verb, "monitor"):
		return shell.Unknown(c), true
	case slices.Contains(changes, verb):
		return shell.Result{}, false
	case isWord(object, "link") || isWord(object, "address"):
		return d.showLink(c, where, words[1:]), true
	case isWord(object, "route") || isWord(object, "rule") || isWord(object, "neighbour") || isWord(object, "maddress"):
		return shell.Unknown(c), true
	}
	return shell.Result{}, false
}

func (d *Draft) listNamespaces() shell.Result {
	var out strings.Builder
	for _, name := range d.state.Names() {
		if name != state.Host {
			fmt.Fprintln(&out, name)
		}
	}
	return shell.Result{Out: out.String()}
}

// showLink succeeds if the link exists. The list of all links shows their names only;
// the output for one link is unknown.
func (d *Draft) showLink(c shell.Command, where string, words []string) shell.Result {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.Contains([]string{"show", "sh", "s", "list", "lst", "ls", "dev", "up"}, w)
	})
	ns := d.state.Namespace(where)
	switch {
	case ns == nil && where != state.Host:
		return shell.Result{Status: 1}
	case len(words) == 0:
		var out strings.Builder
		if ns != nil {
			for i, name := range ns.LinkNames() {
				fmt.Fprintf(&out, "%d: %s: <BROADCAST,MULTICAST>\n", i+1, name)
			}
		}
		return shell.Result{Out: out.String()}
	case words[0] == "type" || words[0] == "master" || words[0] == "scope" || words[0] == "to":
		return shell.Unknown(c)
	case words[0] == state.Lo || ns != nil && ns.Links[words[0]] != nil:
		return shell.Unknown(c)
	}
	return shell.Result{Status: 1}
}

// sysctl follows sysctl(8).
func (d *Draft) sysctl(c shell.Command) shell.Result {
	sets := slices.ContainsFunc(c.Words[1:], func(w string) bool { return strings.Contains(w, "=") })
	if !sets {
		if slices.ContainsFunc(c.Words, func(w string) bool { return strings.HasPrefix(w, "-p") || w == "--system" }) {
			d.commands++
			d.note(c, "lab files do not support sysctl's configuration files")
		}
		return d.showSysctls(c)
	}
	var last shell.Result
	for _, setting := range settings(c.Words[1:]) {
		d.rememberSysctl(c.Where, setting)
		last = d.apply(c, []string{"sysctl", "-w", setting})
	}
	return last
}

// settings returns the arguments of sysctl as key=value, one word each.
func settings(words []string) []string {
	var list []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case strings.HasPrefix(w, "-"):
		case w == "=" && len(list) > 0 && i+1 < len(words):
			i++
			list[len(list)-1] += "=" + words[i]
		case strings.HasSuffix(w, "=") && i+1 < len(words):
			i++
			list = append(list, w+words[i])
		default:
			list = append(list, w)
		}
	}
	return list
}
