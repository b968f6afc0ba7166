package nft

import (
	"fmt"
	"strconv"
	"strings"
)

// A Statement is one part of a rule. Statements are immutable values.
type Statement interface {
	// String returns the statement as nft writes it.
	String() string
}

// A Match ends the rule unless the packet's key has one of the values.
type Match struct {
	Key    string   // "ip saddr", "tcp dport", "iifname", …
	Op     string   // "": equal, for flags: any of them is set; "==", "!=", "<", ">", "<=", ">="
	Mask   string   // of flags or a mark; "": all bits
	Values []string // each a value, "from-to" or "address/length"
	Set    bool     // Values are an anonymous set; else there is one value
	Named  bool     // the value is the name of a set
}

func (m Match) String() string {
	head := m.Key
	switch {
	case m.Mask == "":
		return join(head, m.Op, m.value())
	case field(m.Key).kind.flags && m.Op == "" && m.value() == "0":
		return join(head, "!", m.Mask)
	case field(m.Key).kind.flags && strings.Contains(m.Mask, ","):
		return join(head, m.Op, m.value(), "/", m.Mask)
	}
	op := m.Op
	if op == "" {
		op = "=="
	}
	return join(head, "&", m.Mask, op, m.value())
}

func (m Match) value() string {
	switch {
	case m.Named:
		return "@" + m.Values[0]
	case m.Set:
		return "{ " + strings.Join(m.Values, ", ") + " }"
	}
	return m.Values[0]
}

// join puts a space between words that are not empty.
func join(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// A VerdictMap looks up the verdict by a key.
type VerdictMap struct {
	Key      string
	Elements []VerdictElement
}

// A VerdictElement is one line of a [VerdictMap].
type VerdictElement struct {
	Value   string
	Verdict Verdict
}

func (m VerdictMap) String() string {
	list := make([]string, len(m.Elements))
	for i, e := range m.Elements {
		list[i] = e.Value + " : " + e.Verdict.String()
	}
	return m.Key + " vmap { " + strings.Join(list, ", ") + " }"
}

// A Verdict is accept, drop, continue, return, or jump or goto to a chain.
type Verdict struct {
	Word  string
	Chain string
}

func (v Verdict) String() string { return join(v.Word, v.Chain) }

// A Counter counts packets.
type Counter struct{ Packets, Bytes uint64 }

func (c Counter) String() string {
	return fmt.Sprintf("counter packets %d bytes %d", c.Packets, c.Bytes)
}

// A Limit passes packets up to a rate, or only those over it.
type Limit struct {
	Over  bool
	Rate  uint64 // packets, or bytes
	Bytes bool
	Per   string // second, minute, hour, day, week
	Burst uint32 // packets, default 5; or bytes, default 0
}

// defaultBurst is the number of packets that pass before the rate applies.
const defaultBurst = 5

func (l Limit) String() string {
	over := ""
	if l.Over {
		over = "over"
	}
	rate, burst := strconv.FormatUint(l.Rate, 10), ""
	switch {
	case l.Bytes:
		rate = size(l.Rate)
		if l.Burst != 0 {
			burst = "burst " + size(uint64(l.Burst))
		}
	case l.Burst != defaultBurst:
		burst = fmt.Sprintf("burst %d packets", l.Burst)
	}
	return join("limit rate", over, rate+"/"+l.Per, burst)
}

// size formats a number of bytes in the largest unit that divides it.
func size(n uint64) string {
	switch {
	case n > 0 && n%(1<<20) == 0:
		return fmt.Sprintf("%d mbytes", n>>20)
	case n > 0 && n%(1<<10) == 0:
		return fmt.Sprintf("%d kbytes", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// A Log writes a line to the kernel's log, or sends packets to an NFLOG group.
type Log struct {
	Prefix string
	Level  string // "": warn
	Group  int    // -1: the kernel's log
}

func (l Log) String() string {
	prefix, level, group := "", "", ""
	if l.Prefix != "" {
		prefix = "prefix " + quoted(l.Prefix)
	}
	if l.Level != "" {
		level = "level " + l.Level
	}
	if l.Group >= 0 {
		group = "group " + strconv.Itoa(l.Group)
	}
	return join("log", prefix, level, group)
}

// quoted puts text in quotes. nft has no escape for a quote.
func quoted(s string) string { return `"` + s + `"` }

// A Reject drops a packet and sends an error to its source.
type Reject struct {
	With string // "": the family's default; icmp, icmpv6, icmpx, "tcp reset"
	Code string // of an ICMP error, such as host-unreachable
}

func (r Reject) String() string {
	if r.With == "" {
		return "reject"
	}
	return join("reject with", r.With, r.Code)
}

// A NAT gives a packet's connection another address or port.
type NAT struct {
	Word    string // snat, dnat, masquerade, redirect
	Family  Family // of the address in a table of inet; else ""
	Address string // or "from-to"; "" for masquerade and redirect
	Port    string // or "from-to"; "": unchanged
	Flags   string // random, fully-random, persistent, separated by commas
}

func (n NAT) String() string {
	to := n.Address
	if n.Port != "" {
		if strings.Contains(to, ":") {
			to = "[" + to + "]"
		}
		to += ":" + n.Port
	}
	if to != "" {
		to = join(string(n.Family), "to", to)
	}
	return join(n.Word, to, n.Flags)
}

// An Assign sets a mark and the like: `meta mark set 0x1`.
type Assign struct {
	Key   string
	Value string // or the key to copy
}

func (a Assign) String() string { return a.Key + " set " + a.Value }

// A Notrack exempts a packet from connection tracking.
type Notrack struct{}

func (Notrack) String() string { return "notrack" }

// Unknown is an unsupported part of a rule. A rule with one can be listed but not
// created.
type Unknown struct{ Text string }

func (u Unknown) String() string { return u.Text }

// String returns the rule as it is written in a command, without counter values.
func (r Rule) String() string { return r.normal().text(false) }

// Known reports whether all statements are supported.
func (r Rule) Known() bool {
	for _, s := range r.Statements {
		if _, ok := s.(Unknown); ok {
			return false
		}
	}
	return true
}

// Links returns the names of the interfaces that must exist to create the rule: those
// that it matches by index.
func (r Rule) Links() []string {
	var names []string
	for _, s := range r.Statements {
		if m, ok := s.(Match); ok && !m.Named && (m.Key == "iif" || m.Key == "oif") {
			for _, v := range m.Values {
				if name, ok := strings.CutPrefix(v, `"`); ok {
					names = append(names, strings.TrimSuffix(name, `"`))
				}
			}
		}
	}
	return names
}

// Unsupported returns an unsupported part of the table, or "".
func (t Table) Unsupported() string {
	for _, u := range t.Unknown {
		return u
	}
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			if !r.Known() {
				return r.String()
			}
		}
	}
	return ""
}

// text formats a rule, for a listing with counter values.
func (r Rule) text(listing bool) string {
	words := make([]string, 0, len(r.Statements)+1)
	for _, s := range r.Statements {
		if _, ok := s.(Counter); ok && !listing {
			words = append(words, "counter")
			continue
		}
		words = append(words, s.String())
	}
	if r.Comment != "" {
		words = append(words, "comment "+quoted(r.Comment))
	}
	return join(words...)
}

// MarshalText returns the rule as it is listed.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.text(true)), nil }

// UnmarshalText parses a rule as it is listed.
func (r *Rule) UnmarshalText(b []byte) error {
	parsed, err := ParseRule("", string(b))
	*r = parsed
	return err
}
