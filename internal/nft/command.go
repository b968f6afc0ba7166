package nft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Verb is what a command does.
type Verb string

// The verbs.
const (
	Add    Verb = "add"    // create it unless it exists; a rule is appended
	Insert Verb = "insert" // a rule is prepended
	Delete Verb = "delete"
	Flush  Verb = "flush" // delete its contents
	List   Verb = "list"  // changes nothing
)

// An Object is the kind of object that a command changes or lists.
type Object string

// The objects.
const (
	WholeRuleset Object = "ruleset"
	ATable       Object = "table"
	AChain       Object = "chain"
	ARule        Object = "rule"
	ASet         Object = "set"
	AnElement    Object = "element" // of a set
)

// A Command changes a ruleset or lists it.
type Command struct {
	Verb   Verb
	Object Object
	Table  TableID // of a ruleset only the family; "": all families
	Name   string  // of a chain or set, and of the chain of a rule or the set of elements
	Base   *Base   // of a new chain; for an existing one only the policy is changed, unless ""
	Rule   Rule    // the new rule; without Handle, the rule to delete, by its text

	// Handle identifies the rule to delete, or the one after which Add and before which
	// Insert puts the new rule. 0: none.
	Handle uint64

	Set     Set  // the new set; for AnElement only Elements is used
	Handles bool // a listing shows the handles of rules
}

// String returns the command in the syntax of nft.
func (c Command) String() string { return join(c.Head(), c.Body()) }

// Head returns the verb, the object and its name.
func (c Command) Head() string {
	head := join(string(c.Verb), string(c.Object))
	switch c.Object {
	case WholeRuleset:
		return join(head, string(c.Table.Family))
	case ATable:
		return join(head, c.Table.String())
	}
	return join(head, c.Table.String(), c.Name)
}

// Body returns the rest of the command: a rule, or the text in braces.
func (c Command) Body() string {
	if c.Object == WholeRuleset || c.Object == ATable {
		return ""
	}
	if c.Verb != Add && c.Verb != Insert && c.Object != ARule && c.Object != AnElement {
		return ""
	}
	return c.body()
}

func (c Command) body() string {
	handle := ""
	if c.Handle != 0 {
		handle = fmt.Sprintf("handle %d", c.Handle)
	}
	switch c.Object {
	case AChain:
		if c.Base == nil {
			return ""
		}
		return "{ " + c.Base.text(c.Table.Family) + "; }"
	case ARule:
		return join(handle, c.Rule.String())
	case AnElement:
		return "{ " + strings.Join(c.Set.Elements, ", ") + " }"
	}
	s := "{ type " + c.Set.Type + ";"
	if c.Set.Interval {
		s += " flags interval;"
	}
	if len(c.Set.Elements) > 0 {
		s += " elements = { " + strings.Join(c.Set.Elements, ", ") + " };"
	}
	return s + " }"
}

// Commands returns the commands that create the table.
func (t Table) Commands() []Command {
	list := []Command{{Verb: Add, Object: ATable, Table: t.TableID}}
	for _, s := range t.Sets {
		list = append(list, Command{Verb: Add, Object: ASet, Table: t.TableID, Name: s.Name, Set: s})
	}
	for _, c := range t.Chains {
		list = append(list, Command{Verb: Add, Object: AChain, Table: t.TableID, Name: c.Name, Base: c.Base})
	}
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			list = append(list, Command{Verb: Add, Object: ARule, Table: t.TableID, Name: c.Name, Rule: r.normal()})
		}
	}
	return list
}

// Apply changes a ruleset as the command does. If the kernel would refuse the command
// it returns an error and changes nothing.
func (c Command) Apply(rs *Ruleset) error {
	if c.Verb == List {
		return nil
	}
	switch c.Object {
	case WholeRuleset:
		*rs = slices.DeleteFunc(slices.Clone(*rs), func(t Table) bool { return c.Table.Family == "" || t.Family == c.Table.Family })
		return nil
	case ATable:
		return c.applyTable(rs)
	}
	t := rs.Table(c.Table)
	if t == nil {
		return fmt.Errorf("table %s not found", c.Table)
	}
	switch c.Object {
	case AChain:
		return c.applyChain(t)
	case ARule:
		return c.applyRule(t)
	}
	return c.applySet(t)
}

func (c Command) applyTable(rs *Ruleset) error {
	t := rs.Table(c.Table)
	switch {
	case c.Verb == Add && t == nil:
		*rs = append(*rs, Table{TableID: c.Table})
	case c.Verb == Add:
	case t == nil:
		return fmt.Errorf("table %s not found", c.Table)
	case c.Verb == Delete:
		*rs = slices.DeleteFunc(slices.Clone(*rs), func(t Table) bool { return t.TableID == c.Table })
	case c.Verb == Flush:
		for i := range t.Chains {
			t.Chains[i].Rules = nil
		}
	}
	return nil
}

func (c Command) applyChain(t *Table) error {
	chain := t.Chain(c.Name)
	switch {
	case chain == nil && c.Verb == Add && (c.Base == nil || c.Base.Type != ""):
		made := Chain{Name: c.Name}
		if c.Base != nil {
			made.Base = new(*c.Base)
			made.Base.Policy = cmp.Or(made.Base.Policy, "accept")
		}
		t.Chains = append(t.Chains, made)
		return nil
	case chain == nil:
		return fmt.Errorf("chain %s not found in table %s", c.Name, c.Table)
	case c.Verb == Add:
		return chain.setPolicy(c.Base)
	case c.Verb == Flush:
		chain.Rules = nil
	case c.Verb == Delete:
		if from := t.jumpSource(c.Name); from != "" {
			return fmt.Errorf("chain %s is in use: chain %s jumps to it", c.Name, from)
		}
		t.Chains = slices.DeleteFunc(slices.Clone(t.Chains), func(ch Chain) bool { return ch.Name == c.Name })
	}
	return nil
}

// setPolicy changes the policy of an existing chain. It returns an error if b has
// another type, hook or priority.
func (c *Chain) setPolicy(b *Base) error {
	if b == nil {
		return nil
	}
	if c.Base == nil {
		return fmt.Errorf("chain %s exists and has no hook", c.Name)
	}
	same := *b
	same.Policy = c.Base.Policy
	if b.Type != "" && same != *c.Base {
		return fmt.Errorf("chain %s exists with another hook", c.Name)
	}
	c.Base = new(*c.Base)
	c.Base.Policy = cmp.Or(b.Policy, c.Base.Policy)
	return nil
}

// jumpSource returns a chain with a rule that jumps to the named one, or "".
func (t *Table) jumpSource(name string) string {
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			if c.Name != name && slices.Contains(r.chains(), name) {
				return c.Name
			}
		}
	}
	return ""
}

// chains returns the targets of the rule's jumps and gotos.
func (r Rule) chains() []string {
	var list []string
	for _, s := range r.Statements {
		switch s := s.(type) {
		case Verdict:
			list = append(list, s.Chain)
		case VerdictMap:
			for _, e := range s.Elements {
				list = append(list, e.Verdict.Chain)
			}
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

func (c Command) applyRule(t *Table) error {
	chain := t.Chain(c.Name)
	if chain == nil {
		return fmt.Errorf("chain %s not found in table %s", c.Name, c.Table)
	}
	at := slices.IndexFunc(chain.Rules, func(r Rule) bool {
		return c.Handle != 0 && r.Handle == c.Handle || c.Handle == 0 && c.Verb == Delete && r.String() == c.Rule.String()
	})
	switch {
	case at < 0 && c.Handle != 0:
		return fmt.Errorf("rule with handle %d not found in chain %s", c.Handle, c.Name)
	case at < 0 && c.Verb == Delete:
		return fmt.Errorf("rule not found in chain %s", c.Name)
	case c.Verb == Delete:
		chain.Rules = slices.Delete(slices.Clone(chain.Rules), at, at+1)
		return nil
	}
	if err := t.checkRule(chain, c.Rule); err != nil {
		return err
	}
	switch {
	case at < 0 && c.Verb == Add:
		at = len(chain.Rules)
	case at < 0:
		at = 0
	case c.Verb == Add:
		at++
	}
	chain.Rules = slices.Insert(slices.Clone(chain.Rules), at, c.Rule)
	return nil
}

// checkNamedSet returns an error if the set of a match does not exist or has another type.
func (t *Table) checkNamedSet(m Match) error {
	s := t.Set(m.Values[0])
	if s == nil {
		return fmt.Errorf("set %s not found in table %s", m.Values[0], t.TableID)
	}
	if want := field(m.Key).kind.name; s.Type != want {
		return fmt.Errorf("%s: the set %s has values of type %s (want %s)", m.Key, s.Name, s.Type, want)
	}
	return nil
}

// checkRule returns an error if the kernel would not take the rule in the chain.
func (t *Table) checkRule(c *Chain, r Rule) error {
	for _, s := range r.Statements {
		switch s := s.(type) {
		case Unknown:
			return fmt.Errorf("%s: unsupported", s)
		case NAT:
			if c.Base != nil && c.Base.Type != "nat" {
				return fmt.Errorf("%s: only in a chain of type nat", s.Word)
			}
		case Match:
			if err := t.checkNamedSet(s); s.Named && err != nil {
				return err
			}
		}
	}
	for _, name := range r.chains() {
		if t.Chain(name) == nil {
			return fmt.Errorf("target chain %s not found in table %s", name, t.TableID)
		}
	}
	return nil
}
