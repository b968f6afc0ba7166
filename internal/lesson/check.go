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

// A Check is a sentence about the kernel that is to be true.
type Check struct {
	Text string // as it is written
	Not  bool   // it is to be false
	At   state.Endpoint
	Pos  topo.Pos

	claim claim
}

// A World is what checks are about.
type World struct {
	State *state.State
	Reach func(Reach) bool // asks with packets; by several goroutines
}

// A Reach is a question that only packets answer.
type Reach struct {
	From string // name of the namespace
	To   netip.Addr
	Via  string // "icmp", "tcp", "udp" or "http"
	Port uint16
}

// Holds reports whether the check is fulfilled.
func (c Check) Holds(w World) bool { return c.claim.holds(w, c) != c.Not }

// Missing says what is not as it should be, for a check that does not hold.
func (c Check) Missing() words.Text {
	if c.Not {
		return c.claim.still(c.At)
	}
	return c.claim.missing(c.At)
}

// Sysctl returns the setting that the check looks at, which others have to read;
// "" if there is none.
func (c Check) Sysctl() string {
	s, _ := c.claim.(setting)
	return s.key
}

// A claim is what a check says of a namespace or link.
type claim interface {
	holds(w World, c Check) bool
	missing(at state.Endpoint) words.Text // said if it is to hold and does not
	still(at state.Endpoint) words.Text   // said if it is not to hold and does
}

// A mistake is what is wrong in a line.
type mistake struct {
	col  int // in bytes, from 1
	text string
	hint string
}

// A sentence is a line cut into words.
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

// skip goes over words if they are the next ones.
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

// wrong makes a mistake of the last word, or with back 0 of what should follow.
func (s *sentence) wrong(back int, hint, format string, args ...any) *mistake {
	return &mistake{s.cols[max(0, min(s.at, len(s.words))-back)], fmt.Sprintf(format, args...), hint}
}

// parseCheck reads a line.
func parseCheck(line string) (Check, *mistake) {
	s := newSentence(line)
	c := Check{Text: strings.Join(s.words, " ")}
	c.Not = s.skip("not")
	subject := s.next()
	if subject == "" {
		return c, s.wrong(0, "", "what is it about? a namespace, such as ns1, or a link, such as ns1:veth0")
	}
	at, ok := endpoint(subject)
	if !ok {
		return c, s.wrong(1, "", "%q is no namespace and no link: they are written ns1, host, ns1:veth0 or host:veth0", subject)
	}
	c.At = at
	m := parseClaim(s, &c)
	if m == nil && s.more() {
		s.next()
		m = s.wrong(1, "", "nothing more stands here")
	}
	return c, m
}

// endpoint reads "ns1", "ns1:veth0", and "host" for the machine's own.
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

// A verb is a way to begin a claim.
type verb struct {
	phrase string
	usage  string // of what follows, for messages
	link   need   // whether it is said of a link
	not    bool
	read   func(*sentence) (claim, *mistake)
}

// need says of what a verb is said.
type need int

const (
	ofLink need = iota
	ofNamespace
	ofEither
)

// verbs are all there are. Where one is the beginning of another it stands behind
// that.
func verbs() []verb {
	plain := func(c claim) func(*sentence) (claim, *mistake) {
		return func(*sentence) (claim, *mistake) { return c, nil }
	}
	return []verb{
		{"exists", "", ofEither, false, plain(exists{})},
		{"is gone", "", ofEither, true, plain(exists{})},
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

func parseClaim(s *sentence, c *Check) *mistake {
	for _, v := range verbs() {
		start := s.at
		if !s.skip(v.phrase) {
			continue
		}
		if isLink := c.At.Link != ""; v.link == ofLink && !isLink || v.link == ofNamespace && isLink {
			s.at = start
			return s.wrong(1, "", "%q is said of a %s", v.phrase, map[need]string{ofLink: "link, such as ns1:veth0", ofNamespace: "namespace, such as ns1"}[v.link])
		}
		c.Not = c.Not != v.not
		claim, m := v.read(s)
		c.claim = claim
		return m
	}
	return s.unknownVerb()
}

// unknownVerb says which verbs there are.
func (s *sentence) unknownVerb() *mistake {
	var known []string
	for _, v := range verbs() {
		known = append(known, strings.TrimSpace(v.phrase+" "+v.usage))
	}
	rest := strings.Join(s.words[s.at:], " ")
	hint := "there are: " + strings.Join(known, "; ")
	for _, v := range verbs() {
		typed := s.words[s.at:min(len(s.words), s.at+len(strings.Fields(v.phrase)))]
		if near := words.DidYouMean(strings.Join(typed, " "), []string{v.phrase}); near != "" {
			hint = strings.TrimPrefix(near, ": ")
		}
	}
	if rest == "" {
		return s.wrong(0, hint, "what about it?")
	}
	return s.wrong(0, hint, "%q is not understood", rest)
}

func (s *sentence) prefix() (netip.Prefix, *mistake) {
	word := s.next()
	p, err := netip.ParsePrefix(word)
	if err != nil {
		return p, s.wrong(1, "", "%q is no address with a length, such as 10.0.0.2/24", word)
	}
	return p, nil
}

func (s *sentence) addr() (netip.Addr, *mistake) {
	word := s.next()
	a, err := netip.ParseAddr(word)
	if err != nil {
		return a, s.wrong(1, "", "%q is no address, such as 10.0.0.2", word)
	}
	return a, nil
}

func (s *sentence) number(most int) (int, *mistake) {
	word := s.next()
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > most {
		return 0, s.wrong(1, "", "%q is no number from 1 to %d", word, most)
	}
	return n, nil
}
