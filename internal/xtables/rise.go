package xtables

import (
	"fmt"
	"slices"
	"strings"
)

// A Rise says that a rule or policy has counted packets between two reads of a table.
type Rise struct {
	Family  Family
	Table   string
	Chain   string
	Rule    string // its words; "" if it is the chain's policy
	Target  string // of the rule, or the policy
	Packets uint64
}

// harmless are targets after which a packet goes on as it is.
var harmless = []string{
	"", accept, returns, "LOG", "NFLOG", "AUDIT", "TRACE", "CT", "NOTRACK", "CONNMARK", "CHECKSUM", "CLASSIFY", "TEE", "CONNSECMARK",
	"SECMARK", "RATEEST", "IDLETIMER", "LED", "SET",
}

// dropping are targets that drop a packet.
var dropping = []string{drop, "REJECT", "TARPIT"}

// Drops reports whether the packets were dropped.
func (r Rise) Drops() bool { return slices.Contains(dropping, r.Target) }

// String says what was counted, as "FORWARD policy DROP of table filter".
func (r Rise) String() string {
	if r.Rule == "" {
		return fmt.Sprintf("policy %s of %s in table %s", r.Target, r.Chain, r.Table)
	}
	return fmt.Sprintf("rule %q in table %s", Rule{Text: r.Rule}.In(r.Chain), r.Table)
}

// Rises returns the rules and policies that may have dropped or changed packets, and that
// counted some between two reads of the tables of one namespace. Of a table that was
// replaced meanwhile, it has none.
func Rises(before, after []Table) []Rise {
	var list []Rise
	for i := range after {
		at := slices.IndexFunc(before, func(t Table) bool { return t.Family == after[i].Family && t.Name == after[i].Name })
		if at < 0 || !sameRules(&before[at], &after[i]) {
			continue
		}
		for c := range after[i].Chains {
			list = append(list, chainRises(&after[i], &before[at].Chains[c], &after[i].Chains[c])...)
		}
	}
	return list
}

func chainRises(t *Table, before, after *Chain) []Rise {
	var list []Rise
	add := func(rule Rule, was, now Counters) {
		if now.Packets > was.Packets && !rule.jump && !slices.Contains(harmless, rule.Target) {
			list = append(list, Rise{t.Family, t.Name, after.Name, rule.Text, rule.Target, now.Packets - was.Packets})
		}
	}
	for i, r := range after.Rules {
		add(r, before.Rules[i].Counters, r.Counters)
	}
	add(Rule{Target: after.Policy}, before.Counters, after.Counters)
	return list
}

// sameRules reports whether two reads of a table have the same rules.
func sameRules(a, b *Table) bool {
	return slices.EqualFunc(a.Chains, b.Chains, func(x, y Chain) bool {
		return x.Name == y.Name && x.Policy == y.Policy &&
			slices.EqualFunc(x.Rules, y.Rules, func(r, s Rule) bool { return r.Text == s.Text })
	})
}

// Summary says what each table holds, without those that are [Table.Empty]: "filter (2
// rules, FORWARD policy DROP)", "nat (1 rule)".
func Summary(tables []Table) []string {
	var list []string
	for i := range tables {
		if t := &tables[i]; !t.Empty() {
			list = append(list, t.summary())
		}
	}
	return list
}

func (t *Table) summary() string {
	name := t.Name
	if t.Family != IPv4 {
		name = string(t.Family) + " " + name
	}
	if t.Unread != "" {
		return fmt.Sprintf("%s (%s)", name, t.Unread)
	}
	rules, what := 0, []string(nil)
	for _, c := range t.Chains {
		rules += len(c.Rules)
		if c.Policy != "" && c.Policy != accept {
			what = append(what, fmt.Sprintf("%s policy %s", c.Name, c.Policy))
		}
	}
	count := fmt.Sprintf("%d rules", rules)
	if rules == 1 {
		count = "1 rule"
	}
	if rules > 0 {
		what = append([]string{count}, what...)
	}
	return fmt.Sprintf("%s (%s)", name, strings.Join(what, ", "))
}

// Commands returns the commands that make the rules and policies of a table, without
// those of a new table.
func (t *Table) Commands() []string {
	var list []string
	command := func(words string) { list = append(list, fmt.Sprintf("%s-legacy -t %s %s", t.Family, t.Name, words)) }
	for _, c := range t.Chains {
		switch {
		case c.Policy == "":
			command("-N " + c.Name)
		case c.Policy != accept:
			command("-P " + c.Name + " " + c.Policy)
		}
	}
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			command(r.In(c.Name))
		}
	}
	return list
}
