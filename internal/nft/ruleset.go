// Package nft is nftables as a language: rulesets, their text as nft(8) reads and
// writes it, and the expressions that the kernel runs for a rule.
//
// A [Rule] is a list of [Statement]s. [Parse] reads text into [Command]s, which are
// applied to a [Ruleset]; [Ruleset.String] writes one as `nft list ruleset` does.
// [Compile] turns a rule into the kernel's [Expr]s, and [Decompile] turns them back. Rules
// are kept in the form in which nft lists them, so that wanted and seen ones compare.
//
// The package is pure.
package nft

import (
	"cmp"
	"slices"
	"strings"
)

// A Family is the address family of a table.
type Family string

// The families of tables, in the order in which they are sorted.
const (
	IP     Family = "ip"
	IP6    Family = "ip6"
	Inet   Family = "inet" // IPv4 and IPv6
	ARP    Family = "arp"
	Bridge Family = "bridge"
	Netdev Family = "netdev"
)

func families() []string {
	return []string{string(IP), string(IP6), string(Inet), string(ARP), string(Bridge), string(Netdev)}
}

// A TableID identifies a table in a namespace.
type TableID struct {
	Family Family `json:"family"`
	Name   string `json:"name"`
}

// String returns the family and the name.
func (id TableID) String() string { return string(id.Family) + " " + id.Name }

// A Ruleset is all tables of a namespace. The zero value has none.
type Ruleset []Table

// A Table holds chains and sets.
type Table struct {
	TableID
	Sets   []Set   `json:"sets,omitempty"`
	Chains []Chain `json:"chains,omitempty"`

	// Unknown are unsupported objects in the table, such as "map m". A table with
	// any can't be created.
	Unknown []string `json:"unknown,omitempty"`
}

// A Chain is a list of rules.
type Chain struct {
	Name  string `json:"name"`
	Base  *Base  `json:"base,omitempty"` // nil: reached by jump and goto only
	Rules []Rule `json:"rules,omitempty"`
}

// A Base attaches a chain to a netfilter hook.
type Base struct {
	Type     string `json:"type"` // filter, nat or route
	Hook     string `json:"hook"` // prerouting, input, forward, output, postrouting, ingress
	Device   string `json:"device,omitempty"`
	Priority int    `json:"priority"` // lower numbers come first
	Policy   string `json:"policy"`   // accept or drop: the verdict at the end of the chain
}

// A Rule is a list of statements, evaluated until a match fails or a verdict is
// reached.
type Rule struct {
	Statements []Statement
	Comment    string

	// Handle identifies the rule in its table; 0 before the kernel assigns one.
	// Comparisons ignore it.
	Handle uint64
}

// A Set is a named set of values that rules refer to as @name.
type Set struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // such as ipv4_addr
	Interval bool     `json:"interval,omitempty"`
	Elements []string `json:"elements,omitempty"`
}

// Table returns the table, or nil.
func (rs Ruleset) Table(id TableID) *Table {
	i := slices.IndexFunc(rs, func(t Table) bool { return t.TableID == id })
	if i < 0 {
		return nil
	}
	return &rs[i]
}

// Chain returns the chain of that name, or nil.
func (t *Table) Chain(name string) *Chain {
	i := slices.IndexFunc(t.Chains, func(c Chain) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Chains[i]
}

// Set returns the set of that name, or nil.
func (t *Table) Set(name string) *Set {
	i := slices.IndexFunc(t.Sets, func(s Set) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Sets[i]
}

// Clone returns a deep copy, except for statements, which are immutable.
func (rs Ruleset) Clone() Ruleset {
	c := slices.Clone(rs)
	for i := range c {
		c[i] = c[i].clone()
	}
	return c
}

func (t Table) clone() Table {
	t.Sets, t.Chains, t.Unknown = slices.Clone(t.Sets), slices.Clone(t.Chains), slices.Clone(t.Unknown)
	for i := range t.Sets {
		t.Sets[i].Elements = slices.Clone(t.Sets[i].Elements)
	}
	for i := range t.Chains {
		ch := &t.Chains[i]
		ch.Rules = slices.Clone(ch.Rules)
		if ch.Base != nil {
			ch.Base = new(*ch.Base)
		}
	}
	return t
}

// Normal returns a copy for comparison: sorted, without handles and counter values.
func (rs Ruleset) Normal() Ruleset {
	c := rs.Clone()
	slices.SortStableFunc(c, func(a, b Table) int {
		return cmp.Or(
			cmp.Compare(slices.Index(families(), string(a.Family)), slices.Index(families(), string(b.Family))),
			strings.Compare(a.Name, b.Name))
	})
	for i := range c {
		t := &c[i]
		slices.SortFunc(t.Sets, func(a, b Set) int { return strings.Compare(a.Name, b.Name) })
		t.Sets, t.Chains, t.Unknown = orNil(t.Sets), orNil(t.Chains), orNil(t.Unknown)
		for j := range t.Sets {
			t.Sets[j].Elements = orNil(t.Sets[j].Elements)
		}
		for j := range t.Chains {
			t.Chains[j].Rules = orNil(t.Chains[j].Rules)
			for k := range t.Chains[j].Rules {
				t.Chains[j].Rules[k] = t.Chains[j].Rules[k].normal()
			}
		}
	}
	return orNil(c)
}

func orNil[S ~[]E, E any](s S) S {
	if len(s) == 0 {
		return nil
	}
	return s
}

func (r Rule) normal() Rule {
	r.Handle = 0
	r.Statements = slices.Clone(r.Statements)
	for i, s := range r.Statements {
		switch s := s.(type) {
		case Counter:
			r.Statements[i] = Counter{}
		case Match:
			if s.Set && field(s.Key).kind == ifIndex { // nft sorts them by index, which names do not show
				s.Values = slices.Sorted(slices.Values(s.Values))
				r.Statements[i] = s
			}
		}
	}
	return r
}

// Equal reports whether two tables mean the same.
func (t Table) Equal(u Table) bool {
	return Ruleset{t}.Normal().String() == Ruleset{u}.Normal().String()
}

// Links returns the sorted names of the interfaces that rules match by index.
func (rs Ruleset) Links() []string {
	var names []string
	for _, t := range rs {
		for _, c := range t.Chains {
			for _, r := range c.Rules {
				names = append(names, r.Links()...)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// RenameLink renames an interface in rules that match its index (iif, oif). If the
// interface was deleted, to is its index.
func (rs Ruleset) RenameLink(from, to string) {
	for _, t := range rs {
		for _, c := range t.Chains {
			for i, r := range c.Rules {
				c.Rules[i].Statements = r.renameLink(from, to)
			}
		}
	}
}

func (r Rule) renameLink(from, to string) []Statement {
	list := slices.Clone(r.Statements)
	for i, s := range list {
		if m, ok := s.(Match); ok && (m.Key == "iif" || m.Key == "oif") {
			m.Values = slices.Clone(m.Values)
			for j, v := range m.Values {
				if v == quoted(from) {
					m.Values[j] = to
				}
			}
			list[i] = m
		}
	}
	return list
}
