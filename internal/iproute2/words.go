package iproute2

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// words are the words of a command, read from the front, and what those
// already read say about the rest.
type words struct {
	list []string
	pos  int

	namespace string      // that the command is run in
	family    plan.Family // -4, -6
	skipped   []string    // options that no Op holds, with their values
}

// at returns the place of a link in the namespace of the command.
func (w *words) at(link string) state.Endpoint {
	return state.Endpoint{Namespace: w.namespace, Link: link}
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
	if w.more() {
		w.pos++
	}
	return word
}

// back gives the last word back.
func (w *words) back() *words {
	w.pos--
	return w
}

// skip takes the next word if it is one of these.
func (w *words) skip(any ...string) bool {
	if !w.more() || !slices.Contains(any, w.peek()) {
		return false
	}
	w.pos++
	return true
}

// A verb is a word that a command must have at some place and that may be
// shortened, down to some length.
type verb struct{ name, shortest string }

// verb takes the next word, which must be one of these, and returns its name.
func (w *words) verb(verbs ...verb) (string, error) {
	var names []string
	for _, v := range verbs {
		if strings.HasPrefix(v.name, w.peek()) && strings.HasPrefix(w.peek(), v.shortest) {
			w.next()
			return v.name, nil
		}
		names = append(names, v.name)
	}
	return "", w.unexpected(names...)
}

// value takes the next word, which must be there and not be empty.
func (w *words) value(what string) (string, error) {
	if w.peek() == "" {
		return "", w.missing(what)
	}
	return w.next(), nil
}

// number takes a number from 0 to most.
func (w *words) number(what string, most uint32) (int, error) {
	n, err := strconv.ParseUint(w.peek(), 10, 32)
	if err != nil || n > uint64(most) {
		return 0, w.missing(fmt.Sprintf("%s, 0 to %d", what, most))
	}
	w.next()
	return int(n), nil
}

func (w *words) mac() (topo.MAC, error) {
	m, err := topo.ParseMAC(w.peek())
	if err != nil || m.IsZero() {
		return topo.MAC{}, w.missing("a MAC address such as 02:00:00:00:00:01")
	}
	w.next()
	return m, nil
}

// prefix takes an address with the length of its subnet; without a length it
// stands alone.
func (w *words) prefix() (netip.Prefix, error) {
	word := inFull(w.peek())
	p, err := netip.ParsePrefix(word)
	if err != nil {
		addr, addrErr := netip.ParseAddr(word)
		if addrErr != nil || addr.Zone() != "" {
			return netip.Prefix{}, w.missing("an address such as 10.0.0.1/24")
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	w.next()
	return p, nil
}

func (w *words) addr() (netip.Addr, error) {
	a, err := netip.ParseAddr(inFull(w.peek()))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, w.missing("an address such as 10.0.0.1")
	}
	w.next()
	return a, nil
}

// inFull writes out an IPv4 address of which the last parts are missing: to ip, 10/8
// is 10.0.0.0/8.
func inFull(word string) string {
	addr, _, _ := strings.Cut(word, "/")
	if addr == "" || strings.Trim(addr, "0123456789.") != "" {
		return word
	}
	full := addr + strings.Repeat(".0", max(0, 3-strings.Count(addr, ".")))
	return full + strings.TrimPrefix(word, addr)
}

// place says which word is the next.
func (w *words) place() string { return fmt.Sprintf("word %d, %q", w.pos+1, w.peek()) }

// missing says that the next word is not what should stand here.
func (w *words) missing(what string) error {
	if !w.more() {
		return fmt.Errorf("the command ends where %s should be", what)
	}
	return fmt.Errorf("%s: expected %s", w.place(), what)
}

// unexpected says that the next word is none of those that may stand here.
func (w *words) unexpected(known ...string) error {
	what := known[0]
	if last := len(known) - 1; last > 0 {
		what = strings.Join(known[:last], ", ") + " or " + known[last]
	}
	if near := nearest(w.peek(), known); near != "" {
		return fmt.Errorf("%w; did you mean %q?", w.missing(what), near)
	}
	return w.missing(what)
}

// nearest returns the one of the known words that is most like word, or "" if
// none is alike.
func nearest(word string, known []string) string {
	best, fewest := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(word, k); d < fewest && d < len(word) {
			best, fewest = k, d
		}
	}
	return best
}

// distance counts the bytes to insert, delete, replace or swap with the next to
// make one word of the other.
func distance(a, b string) int {
	d := make([][]int, len(a)+1) // d[i][j] is that of a[:i] and b[:j]
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], 1+d[i-2][j-2])
			}
		}
	}
	return d[len(a)][len(b)]
}
