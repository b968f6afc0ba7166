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
	if keyword := takenFor(rest); keyword != "" {
		d.commands++
		d.note(c, fmt.Sprintf("ip takes %q for the keyword %s (want dev or name before it)", rest[2], keyword))
		return shell.Result{Status: 1}
	}
	return d.apply(c, ipWords(options, d.byProcess(plainVerb(rest))))
}

// takenFor returns the keyword for which ip takes the name behind ip link add, set or delete
// that it begins with, or "".
func takenFor(rest []string) string {
	if len(rest) < 3 || !isWord(rest[0], "link") || isWord(rest[1], "property") || rest[2] == "addr" {
		return ""
	}
	for _, keyword := range []string{"index", "link", "address", "broadcast", "txqueuelen", "type", "numtxqueues", "dev", "help"} {
		if isWord(rest[2], keyword) && rest[2] != keyword {
			return keyword
		}
	}
	return ""
}

// plainVerb returns a command with add instead of append and prepend, which differ only if
// there is a route of the same metric to the destination: then add fails, and says so.
func plainVerb(rest []string) []string {
	if len(rest) < 3 || !isWord(rest[0], "route") || rest[1] != "append" && rest[1] != "prepend" {
		return rest
	}
	return append([]string{rest[0], "add"}, rest[2:]...)
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
			if strings.HasPrefix(words[0], "-") {
				one.Words = append([]string{"ip"}, words...)
				d.commands++
				d.note(one, "a command in a batch cannot begin with options")
				continue
			}
			one.Words, one.Where, one.Stdin = append([]string{"ip"}, words...), where, ""
			d.ip(one)
		}
	}
	return shell.Result{}
}

// query returns the result of a command that shows something. It reports false for a
// command that changes something.
func (d *Draft) query(c shell.Command, where string, words []string) (shell.Result, bool) {
	object, verb := words[0], "show"
	if len(words) > 1 {
		verb = words[1]
	}
	switch {
	case isWord(object, "netns") && !showsNetns(verb):
		return shell.Result{}, false
	case isWord(object, "netns") && (isWord(verb, "show") || isWord(verb, "list") || verb == "ls"):
		return d.listNamespaces(), true
	case isWord(object, "monitor"), object == "help", isWord(object, "netns"):
		return shell.Unknown(c), true
	case !shows(object, verb):
		return shell.Result{}, false
	case (isWord(object, "link") || isWord(object, "address")) && !inList(" help save showdump xstats afstats ", verb):
		return d.showLink(c, where, words[1:]), true
	}
	return shell.Unknown(c), true
}

func showsNetns(verb string) bool {
	return isWord(verb, "show") || isWord(verb, "list") || inList(" ls list-id identify pids monitor help ", verb)
}

// shows reports whether a verb of ip only shows: of what an abbreviation may stand for, ip
// takes the first in its own order. "ip link s" sets, "ip addr s" shows.
func shows(object, verb string) bool {
	changes := []string{"add", "append", "change", "chg", "replace", "delete", "flush", "restore", "prepend", "property", "attach"}
	if isWord(object, "link") {
		changes = append(changes, "set")
	}
	for _, word := range changes {
		if isWord(verb, word) {
			return false
		}
	}
	return isWord(verb, "show") || isWord(verb, "list") || inList(" lst ls get save showdump monitor help xstats afstats dump count ", verb)
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
			brief := slices.ContainsFunc(c.Words, func(w string) bool { return len(w) > 2 && isWord(w, "-brief") })
			for i, name := range ns.LinkNames() {
				if brief {
					fmt.Fprintf(&out, "%-16s UNKNOWN\n", name)
				} else {
					fmt.Fprintf(&out, "%d: %s: <BROADCAST,MULTICAST>\n", i+1, name)
				}
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
