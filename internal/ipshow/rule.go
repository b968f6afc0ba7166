package ipshow

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
)

const familyIPv6 = 10 // AF_INET6

func (q *Query) rules(ns *dump.Namespace) []fields {
	var list []fields
	for _, r := range ns.Rules {
		if (r.Family == familyIPv6) == (q.family == plan.IPv6Only) {
			list = append(list, rule(r))
		}
	}
	return list
}

func rule(r dump.Rule) fields {
	var fs fields
	fs.add("priority", r.Priority, fmt.Sprintf("%d:\t", r.Priority))
	if r.Not {
		fs.add("not", nil, "not ")
	}
	fs.say("from ")
	fs = append(fs, ruleEnd("src", r.From)...)
	if r.To.IsValid() {
		fs.say("to ")
		fs = append(fs, ruleEnd("dst", r.To)...)
	}
	if r.TOS != 0 {
		fs.word("tos", "tos", fmt.Sprintf("%#x", r.TOS))
	}
	if r.Mark != 0 || r.Mask != 0 {
		mark := hexadecimal(r.Mark)
		fs.add("fwmark", mark, "fwmark "+mark)
		if r.Mask != 0 && r.Mask != 1<<32-1 {
			fs.add("fwmask", fmt.Sprintf("%#x", r.Mask), fmt.Sprintf("/%#x", r.Mask))
		}
		fs.say(" ")
	}
	if r.In != "" {
		fs.word("iif", "iif", r.In)
	}
	if r.Out != "" {
		fs.word("oif", "oif", r.Out)
	}
	fs.others(r.Other)
	fs = append(fs, ruleAction(r)...)
	fs.say("\n")
	return fs
}

// ruleAction prints what a rule does. The attribute of a rule that jumps to another one
// has the word for it.
func ruleAction(r dump.Rule) fields {
	const goTo = 2 // FR_ACT_GOTO
	var fs fields
	switch action := map[uint8]string{3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}[r.Action]; {
	case action != "":
		fs.add("action", action, action)
	case r.Action != goTo:
		fs.add("table", tableName(r.Table), "lookup "+tableName(r.Table))
	}
	return fs
}

// ruleEnd prints a source or destination prefix.
func ruleEnd(key string, p netip.Prefix) fields {
	var fs fields
	if !p.IsValid() {
		fs.add(key, "all", "all ")
		return fs
	}
	fs.add(key, p.Addr().String(), p.Addr().String())
	if !p.IsSingleIP() {
		fs.add(key+"len", p.Bits(), fmt.Sprintf("/%d", p.Bits()))
	}
	fs.say(" ")
	return fs
}

// RuleLines returns the rules without those of a new namespace.
func RuleLines(ns *dump.Namespace) []string {
	var lines []string
	for _, r := range ns.Rules {
		if !defaultRule(r) {
			lines = append(lines, RuleLine(r))
		}
	}
	return lines
}

// RuleLine returns a rule as ip prints it.
func RuleLine(r dump.Rule) string { return oneLine(rule(r)) }

// RuleText returns a rule in one line, as `ip rule` prints it. It says of which family it is
// if that is IPv6.
func RuleText(r dump.Rule) string {
	text := strings.Join(strings.Fields(oneLine(rule(r))), " ")
	if r.Family == familyIPv6 {
		text += " (IPv6)"
	}
	return text
}

// IsDefaultRule reports whether a new namespace has a rule.
func IsDefaultRule(r dump.Rule) bool { return defaultRule(r) }

// defaultRule reports whether a rule is one of a new namespace: lookup local, main or
// default at their priorities.
func defaultRule(r dump.Rule) bool {
	bare := cmp.Or(r.In, r.Out) == "" && !r.From.IsValid() && !r.To.IsValid() && r.Mark == 0 && r.Mask == 0 && !r.Not && r.Action == 1 && r.Other == "" && r.TOS == 0
	usual := map[uint32]uint32{0: tableLocal, 32766: tableMain, 32767: tableDefault}
	table, ok := usual[r.Priority]
	return bare && ok && table == r.Table
}
