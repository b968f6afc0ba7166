// Package xtables decodes the rules of legacy iptables, ip6tables and arptables from the
// structures that the kernel's ip_tables, ip6_tables and arp_tables return
// (linux/netfilter/x_tables.h). Rules have the words of iptables-save.
//
// What iptables writes with its default back end on today's systems (iptables-nft) is
// nftables and not here.
package xtables

import (
	"fmt"
	"strings"
)

// A Family is a set of tables, by the program that writes them.
type Family string

// The families.
const (
	IPv4 Family = "iptables"
	IPv6 Family = "ip6tables"
	ARP  Family = "arptables"
)

// Families returns all families.
func Families() []Family { return []Family{IPv4, IPv6, ARP} }

// A Table is a table of one namespace.
type Table struct {
	Family Family  `json:"family"`
	Name   string  `json:"table"` // filter, nat, mangle, raw, security
	Chains []Chain `json:"chains"`

	// Unread says why Chains is empty though the table exists.
	Unread string `json:"unread,omitempty"`
}

// Counters count the packets that a rule has matched, or that a policy has decided.
type Counters struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// A Chain is a list of rules.
type Chain struct {
	Name     string `json:"chain"`
	Policy   string `json:"policy,omitempty"` // of a built-in chain: ACCEPT or DROP
	Counters        // of the policy
	Rules    []Rule `json:"rules"`
}

// A Rule is a rule of a chain.
type Rule struct {
	Text     string `json:"rule"`             // "-p tcp -m tcp --dport 80 -j ACCEPT"
	Target   string `json:"target,omitempty"` // the word after -j or -g; "" if there is none
	Counters        // of the rule

	jump bool // the target is a chain
}

// Empty reports whether a table changes nothing: it has no rules, and each policy is
// ACCEPT. The kernel creates such a table when somebody lists its rules.
func (t *Table) Empty() bool {
	if t.Unread != "" {
		return false
	}
	for _, c := range t.Chains {
		if len(c.Rules) > 0 || c.Policy != accept && c.Policy != "" {
			return false
		}
	}
	return true
}

// String writes a table as `iptables-save -c` does, without its comments.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s\n", t.Name)
	if t.Unread != "" {
		fmt.Fprintf(&b, "# %s\n", t.Unread)
	}
	for _, c := range t.Chains {
		policy := c.Policy
		if policy == "" {
			policy = "-"
		}
		fmt.Fprintf(&b, ":%s %s %s\n", c.Name, policy, c.Counters)
	}
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			fmt.Fprintf(&b, "%s %s\n", r.Counters, r.In(c.Name))
		}
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// String writes counters as iptables-save does: "[3:252]".
func (c Counters) String() string { return fmt.Sprintf("[%d:%d]", c.Packets, c.Bytes) }

// In writes a rule as the command that appends it to a chain.
func (r Rule) In(chain string) string { return strings.TrimRight("-A "+chain+" "+r.Text, " ") }
