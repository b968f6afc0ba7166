// Package argv reads the words of a command line from left to right, and reports an
// unexpected word with its number and the words that are possible instead. It knows no
// command.
package argv

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// Words are the words of a command, of which those before Pos are read.
type Words struct {
	List []string
	Pos  int
}

// More reports whether there is a next word.
func (w *Words) More() bool { return w.Pos < len(w.List) }

// Peek returns the next word, or "".
func (w *Words) Peek() string {
	if !w.More() {
		return ""
	}
	return w.List[w.Pos]
}

// Next takes the next word, or "".
func (w *Words) Next() string {
	word := w.Peek()
	if w.More() {
		w.Pos++
	}
	return word
}

// Back gives the last word back.
func (w *Words) Back() *Words {
	w.Pos--
	return w
}

// Skip takes the next word if it is one of these.
func (w *Words) Skip(any ...string) bool {
	if !w.More() || !slices.Contains(any, w.Peek()) {
		return false
	}
	w.Pos++
	return true
}

// A Verb is a word that a command must have at some place and that may be
// shortened: its name, and its shortest spelling.
type Verb [2]string

// Name returns the word in full.
func (v Verb) Name() string { return v[0] }

// Is reports whether a word is a spelling of the verb.
func (v Verb) Is(word string) bool {
	return strings.HasPrefix(v[0], word) && strings.HasPrefix(word, v[1])
}

// Verb takes the next word, which must be one of these, and returns its name.
func (w *Words) Verb(verbs ...Verb) (string, error) {
	var names []string
	for _, v := range verbs {
		if v.Is(w.Peek()) {
			w.Next()
			return v.Name(), nil
		}
		names = append(names, v.Name())
	}
	return "", w.Unexpected(names...)
}

// Value takes the next word, which must be there and not be empty.
func (w *Words) Value(what string) (string, error) {
	if w.Peek() == "" {
		return "", w.Missing(what)
	}
	return w.Next(), nil
}

// Number takes a number from 0 to most.
func (w *Words) Number(what string, most uint32) (int, error) {
	n, err := strconv.ParseUint(w.Peek(), 10, 32)
	if err != nil || n > uint64(most) {
		return 0, w.Missing(fmt.Sprintf("%s, 0 to %d", what, most))
	}
	w.Next()
	return int(n), nil
}

// MAC takes a MAC address that is not zero.
func (w *Words) MAC() (topo.MAC, error) {
	m, err := topo.ParseMAC(w.Peek())
	if err != nil || m.IsZero() {
		return topo.MAC{}, w.Missing("a MAC address such as 02:00:00:00:00:01")
	}
	w.Next()
	return m, nil
}

// Prefix takes an address with the length of its subnet; without a length it
// stands alone.
func (w *Words) Prefix() (netip.Prefix, error) {
	word := inFull(w.Peek())
	p, err := netip.ParsePrefix(word)
	if err != nil {
		addr, addrErr := netip.ParseAddr(word)
		if addrErr != nil || addr.Zone() != "" {
			return netip.Prefix{}, w.Missing("an address such as 10.0.0.1/24")
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	w.Next()
	return p, nil
}

// Addr takes an address without a zone.
func (w *Words) Addr() (netip.Addr, error) {
	a, err := netip.ParseAddr(inFull(w.Peek()))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, w.Missing("an address such as 10.0.0.1")
	}
	w.Next()
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

// Place says which word is the next.
func (w *Words) Place() string { return fmt.Sprintf("word %d, %q", w.Pos+1, w.Peek()) }

// Missing says that the next word is not what should stand here.
func (w *Words) Missing(what string) error {
	if !w.More() {
		return fmt.Errorf("the command ends where %s should be", what)
	}
	return fmt.Errorf("%s: expected %s", w.Place(), what)
}

// Unexpected says that the next word is none of those that may stand here.
func (w *Words) Unexpected(known ...string) error {
	what := known[0]
	if last := len(known) - 1; last > 0 {
		what = strings.Join(known[:last], ", ") + " or " + known[last]
	}
	if near := nearest(w.Peek(), known); near != "" {
		return fmt.Errorf("%w; did you mean %q?", w.Missing(what), near)
	}
	return w.Missing(what)
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
