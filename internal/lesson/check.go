package lesson

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A Check is a sentence about the kernel that must be true.
type Check struct {
	Text string // as written
	Not  bool   // the predicate must be false
	At   state.Endpoint
	Pos  topo.Pos

	predicate predicate
}

// A Network is what checks look at.
type Network struct {
	State   *state.State
	Reaches func(Probe) bool // sends packets; called from several goroutines
}

// A Probe asks whether a namespace reaches an address.
type Probe struct {
	From string // name of the namespace
	To   netip.Addr
	Via  string // "icmp", "tcp", "udp" or "http"
	Port uint16
}

// Holds reports whether the check is true.
func (c Check) Holds(w Network) bool { return c.predicate.holds(w, c) != c.Not }

// Missing describes why a check does not hold.
func (c Check) Missing() words.Text {
	if c.Not {
		return c.predicate.unmetNot(c.At)
	}
	return c.predicate.unmet(c.At)
}

// Sysctl returns the key of the sysctl that the check needs in the State, "" if none.
func (c Check) Sysctl() string {
	s, _ := c.predicate.(setting)
	return s.key
}

// A predicate is what a check says of a namespace or link.
type predicate interface {
	holds(w Network, c Check) bool
	unmet(at state.Endpoint) words.Text    // it must be true and is false
	unmetNot(at state.Endpoint) words.Text // it must be false and is true
}

// A mistake is a mistake in a line.
type mistake struct {
	col  int // in bytes, from 1
	text string
	hint string
}

// A sentence is a line split into words.
type sentence struct {
	words []string
	cols  []int
	at    int
}

func newSentence(line string) *sentence {
	s := &sentence{}
	for col := 0; col < len(line); {
		if line[col] == ' ' || line[col] == '\t' {
			col++
			continue
		}
		end := col
		for end < len(line) && line[end] != ' ' && line[end] != '\t' {
			end++
		}
		s.words, s.cols = append(s.words, line[col:end]), append(s.cols, col+1)
		col = end
	}
	s.cols = append(s.cols, len(line)+1)
	return s
}

// skip skips the words of phrase if they are next, and reports whether they were.
func (s *sentence) skip(phrase string) bool {
	list := strings.Fields(phrase)
	if s.at+len(list) > len(s.words) || !slices.Equal(s.words[s.at:s.at+len(list)], list) {
		return false
	}
	s.at += len(list)
	return true
}

// next returns the next word; "" at the end.
func (s *sentence) next() string {
	if s.at == len(s.words) {
		return ""
	}
	s.at++
	return s.words[s.at-1]
}

func (s *sentence) more() bool { return s.at < len(s.words) }

// mistake returns a mistake at the last word or, with back 0, at the next.
func (s *sentence) mistake(back int, hint, format string, args ...any) *mistake {
	return &mistake{s.cols[max(0, min(s.at, len(s.words))-back)], fmt.Sprintf(format, args...), hint}
}

// parseCheck parses a line.
func parseCheck(line string) (Check, *mistake) {
	s := newSentence(line)
	c := Check{Text: strings.Join(s.words, " ")}
	c.Not = s.skip("not")
	word := s.next()
	if word == "" {
		return c, s.mistake(0, "", "missing namespace or link, such as ns1 or ns1:veth0")
	}
	at, ok := endpoint(word)
	if !ok {
		return c, s.mistake(1, "", "invalid namespace or link %q (want ns1, host, ns1:veth0 or host:veth0)", word)
	}
	c.At = at
	m := parsePredicate(s, &c)
	if m == nil && s.more() {
		word := s.next()
		m = s.mistake(1, "", "unexpected word %q", word)
	}
	return c, m
}

// endpoint parses "ns1", "ns1:veth0", "host" and "host:veth0"; host is the host namespace.
func endpoint(word string) (state.Endpoint, bool) {
	ns, link, hasLink := strings.Cut(word, ":")
	if ns == "" || hasLink && link == "" || strings.ContainsAny(word, "/\"'") || strings.Contains(link, ":") {
		return state.Endpoint{}, false
	}
	if ns == topo.HostNode {
		ns = state.Host
	}
	return state.Endpoint{Namespace: ns, Link: link}, true
}

// A verb is the beginning of a predicate.
type verb struct {
	phrase  string
	usage   string // of the words after it, for messages
	subject subject
	not     bool // it negates the predicate
	read    func(*sentence) (predicate, *mistake)
}

// A subject is what a verb applies to.
type subject int

const (
	ofLink subject = iota
	ofNamespace
	ofEither
)

// verbs are all verbs. A verb that is a prefix of another comes after it.
func verbs() []verb {
	plain := func(p predicate) func(*sentence) (predicate, *mistake) {
		return func(*sentence) (predicate, *mistake) { return p, nil }
	}
	return []verb{
		{"exists", "", ofEither, false, plain(exists{})},
		{"does not exist", "", ofEither, true, plain(exists{})},
		{"is up", "", ofLink, false, plain(up{})},
		{"is down", "", ofLink, true, plain(up{})},
		{"is a bridge", "", ofLink, false, plain(bridge{})},
		{"is a port of", "BRIDGE", ofLink, false, readPort},
		{"peers with", "NAMESPACE:LINK", ofLink, false, readPeer},
		{"has default route", "via ADDRESS", ofNamespace, false, readDefault},
		{"has route to", "PREFIX [via ADDRESS]", ofNamespace, false, readRoute},
		{"has mtu", "BYTES", ofLink, false, readMTU},
		{"has address", "ADDRESS/LENGTH", ofLink, false, readAddress},
		{"has sysctl", "KEY = VALUE", ofNamespace, false, readSetting},
		{"reaches", "ADDRESS [tcp PORT]", ofNamespace, false, readReach},
		{"does not reach", "ADDRESS [tcp PORT]", ofNamespace, true, readReach},
	}
}

func parsePredicate(s *sentence, c *Check) *mistake {
	for _, v := range verbs() {
		start := s.at
		if !s.skip(v.phrase) {
			continue
		}
		if isLink := c.At.Link != ""; v.subject == ofLink && !isLink || v.subject == ofNamespace && isLink {
			s.at = start
			return s.mistake(1, "", "%q applies to a %s", v.phrase, map[subject]string{ofLink: "link, such as ns1:veth0", ofNamespace: "namespace, such as ns1"}[v.subject])
		}
		c.Not = c.Not != v.not
		predicate, m := v.read(s)
		c.predicate = predicate
		return m
	}
	return s.unknownVerb()
}

// unknownVerb returns the mistake for a missing or unknown verb.
func (s *sentence) unknownVerb() *mistake {
	var known []string
	for _, v := range verbs() {
		known = append(known, strings.TrimSpace(v.phrase+" "+v.usage))
	}
	rest := strings.Join(s.words[s.at:], " ")
	hint := "known: " + strings.Join(known, "; ")
	for _, v := range verbs() {
		typed := s.words[s.at:min(len(s.words), s.at+len(strings.Fields(v.phrase)))]
		if near := words.DidYouMean(strings.Join(typed, " "), []string{v.phrase}); near != "" {
			hint = strings.TrimPrefix(near, ": ")
		}
	}
	if rest == "" {
		return s.mistake(0, hint, "missing verb")
	}
	return s.mistake(0, hint, "unknown verb %q", rest)
}

func (s *sentence) prefix() (netip.Prefix, *mistake) {
	word := s.next()
	p, err := netip.ParsePrefix(word)
	if err != nil {
		return p, s.mistake(1, "", "invalid prefix %q (want an address with a length, such as 10.0.0.2/24)", word)
	}
	return p, nil
}

func (s *sentence) addr() (netip.Addr, *mistake) {
	word := s.next()
	a, err := netip.ParseAddr(word)
	if err != nil {
		return a, s.mistake(1, "", "invalid address %q (want one such as 10.0.0.2)", word)
	}
	return a, nil
}

func (s *sentence) number(most int) (int, *mistake) {
	word := s.next()
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > most {
		return 0, s.mistake(1, "", "invalid number %q (want 1 to %d)", word, most)
	}
	return n, nil
}
