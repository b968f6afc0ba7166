package live

import (
	"cmp"
	"net/netip"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Rule selects the routing table for matching packets (ip-rule(8)).
type Rule struct {
	Family   string        `json:"family"` // inet, inet6
	Priority uint32        `json:"priority"`
	Not      bool          `json:"not,omitempty"`
	From     *netip.Prefix `json:"from,omitempty"`
	To       *netip.Prefix `json:"to,omitempty"`
	In       string        `json:"iif,omitempty"`
	Out      string        `json:"oif,omitempty"`
	Mark     uint32        `json:"fwmark,omitempty"`
	Table    uint32        `json:"table,omitempty"`
}

// SetRule returns the update that adds a rule.
func SetRule(netns int32, r dump.Rule) Update {
	return setEntry[dump.Rule, dump.Rule]{rules(), netns, r}
}

// DelRule returns the update that deletes a rule.
func DelRule(netns int32, r dump.Rule) Update {
	return delEntry[dump.Rule, dump.Rule]{rules(), netns, r}
}

func rules() table[dump.Rule, dump.Rule] {
	return table[dump.Rule, dump.Rule]{
		entries: func(t *tables) map[dump.Rule]dump.Rule { return t.rules },
		key:     func(r dump.Rule) dump.Rule { return r },
		shown:   func(dump.Rule) bool { return true },
		order: func(a, b dump.Rule) int {
			return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Table, b.Table))
		},
		added: RuleAdded, deleted: RuleDeleted, changed: unchanged[dump.Rule],
		event: func(v *View, netns int32, r dump.Rule, e *Event) bool {
			if !v.allInScope(netns) {
				return false
			}
			e.Node, _ = v.node(netns)
			e.Rule = describeRule(r)
			return true
		},
	}
}

func describeRule(r dump.Rule) *Rule {
	d := &Rule{Family: "inet", Priority: r.Priority, Not: r.Not, In: r.In, Out: r.Out, Mark: r.Mark, Table: r.Table}
	const inet6 = 10 // AF_INET6
	if r.Family == inet6 {
		d.Family = "inet6"
	}
	if r.From.IsValid() {
		d.From = &r.From
	}
	if r.To.IsValid() {
		d.To = &r.To
	}
	return d
}
