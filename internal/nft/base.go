package nft

import (
	"slices"
	"strconv"
	"strings"
)

// base reads "type filter hook input priority filter" and an optional policy.
func (p *parser) base(f Family) (*Base, error) {
	b := &Base{}
	p.next()
	var err error
	if b.Type, err = p.choice("filter", "nat", "route"); err != nil {
		return nil, err
	}
	if err = p.want("hook"); err != nil {
		return nil, err
	}
	if b.Hook, err = p.choice(hooks(f, b.Type)...); err != nil {
		return nil, err
	}
	if p.skip("device") {
		if b.Device, err = p.word("the name of an interface"); err != nil {
			return nil, err
		}
	}
	if err = p.want("priority"); err != nil {
		return nil, err
	}
	if b.Priority, err = p.priority(f); err != nil {
		return nil, err
	}
	for p.peek().kind == separator && p.tokens[p.pos+1].text == "policy" {
		p.pos++
	}
	if p.is("policy") {
		err = p.policy(b)
	}
	return b, err
}

// hooks returns the hooks of a chain type in a family.
func hooks(f Family, typ string) []string {
	switch {
	case f == Netdev:
		return []string{"ingress", "egress"}
	case f == ARP:
		return []string{"input", "output"}
	case typ == "nat":
		return []string{"prerouting", "input", "output", "postrouting"}
	case typ == "route":
		return []string{"output"}
	}
	return []string{"prerouting", "input", "forward", "output", "postrouting", "ingress"}[:ternary(f == Inet, 6, 5)]
}

// priority reads a number, a name, or a name and an offset.
func (p *parser) priority(f Family) (int, error) {
	t := p.next()
	if n, err := strconv.Atoi(t.text); err == nil && t.kind == bareword {
		return n, nil
	}
	name, rest := t.text, ""
	if i := strings.IndexAny(name, "+-"); i > 0 {
		name, rest = name[:i], name[i:]
	}
	i := slices.IndexFunc(namedPriorities(f), func(s namedPriority) bool { return s.name == name })
	if i < 0 {
		return 0, p.errorAt(t, "expected a priority: a number, or a name such as filter, srcnat or dstnat, found %s", t)
	}
	if p.is("+") || p.is("-") {
		rest = p.next().text + p.next().text
	}
	if rest == "" {
		return namedPriorities(f)[i].priority, nil
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return 0, p.errorAt(t, "expected a number to add to %s", name)
	}
	return namedPriorities(f)[i].priority + n, nil
}

func (p *parser) policy(b *Base) error {
	t := p.next()
	policy, err := p.choice("accept", "drop")
	if err != nil {
		return err
	}
	if b == nil {
		return p.errorAt(t, "only a chain with a hook has a policy: write type … hook … priority … first")
	}
	b.Policy = policy
	return nil
}
