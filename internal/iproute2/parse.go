package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Parse reads a command as [Print] writes it, and in the other spellings that
// ip(8) takes for the same: shortened objects and verbs, the optional "dev",
// options in any order, "sudo" in front, "ip netns exec NS ip …".
func Parse(line string) (plan.Op, error) {
	list, err := split(line)
	if err != nil {
		return nil, err
	}
	w := &words{list: list}
	op, err := parseCommand(w, state.Host)
	if err != nil {
		return nil, err
	}
	if w.more() {
		return nil, w.unexpected("the end")
	}
	return op, nil
}

// parseCommand reads a command that is run in a namespace.
func parseCommand(w *words, namespace string) (plan.Op, error) {
	switch {
	case w.skip("sudo"):
		return parseCommand(w, namespace)
	case w.skip("sysctl"):
		return parseSysctl(w, namespace)
	case w.skip("ip"):
		return parseIP(w, namespace)
	}
	return nil, w.unexpected("ip or sysctl")
}

func parseIP(w *words, namespace string) (plan.Op, error) {
	for strings.HasPrefix(w.peek(), "-") {
		switch option := w.next(); option {
		case "-n", "-netns":
			namespace = w.next()
		case "-4", "-6": // the addresses say it too
		default:
			return nil, fmt.Errorf("ip: option %q is not known", option)
		}
	}
	switch object := w.next(); {
	case object == "netns":
		return parseNetns(w)
	case abbreviates(object, "address", "a"):
		return parseAddress(w, namespace)
	case abbreviates(object, "link", "l"):
		return parseLink(w, namespace)
	case abbreviates(object, "route", "r"):
		return parseRoute(w, namespace)
	}
	return nil, w.back().unexpected("netns, link, address or route")
}

// abbreviates reports whether word is name or a beginning of it that is not
// shorter than shortest.
func abbreviates(word, name, shortest string) bool {
	return strings.HasPrefix(name, word) && strings.HasPrefix(word, shortest)
}

func parseNetns(w *words) (plan.Op, error) {
	switch verb := w.next(); {
	case abbreviates(verb, "add", "a"):
		name, err := w.value("the name of a namespace")
		return plan.AddNamespace{Name: name}, err
	case abbreviates(verb, "delete", "d"):
		name, err := w.value("the name of a namespace")
		return plan.DelNamespace{Name: name}, err
	case abbreviates(verb, "exec", "e"):
		name, err := w.value("the name of a namespace")
		if err != nil {
			return nil, err
		}
		return parseCommand(w, name)
	}
	return nil, w.back().unexpected("add, del or exec")
}

// words are the words of a command, read from the front.
type words struct {
	list []string
	pos  int
}

func (w *words) more() bool { return w.pos < len(w.list) }

// peek returns the next word, or "".
func (w *words) peek() string {
	if !w.more() {
		return ""
	}
	return w.list[w.pos]
}

// next takes the next word, or "".
func (w *words) next() string {
	word := w.peek()
	w.pos++
	return word
}

// back gives the last word back.
func (w *words) back() *words {
	w.pos--
	return w
}

// skip takes the next word if it is this one.
func (w *words) skip(word string) bool {
	if !w.more() || w.peek() != word {
		return false
	}
	w.pos++
	return true
}

// value takes the next word, which must be there.
func (w *words) value(what string) (string, error) {
	if !w.more() || w.peek() == "" {
		return "", w.unexpected(what)
	}
	return w.next(), nil
}

// unexpected says that the next word is not what should stand here.
func (w *words) unexpected(want string) error {
	if !w.more() {
		return fmt.Errorf("the command ends where %s should be", want)
	}
	return fmt.Errorf("word %d, %q: expected %s", w.pos+1, w.peek(), want)
}
