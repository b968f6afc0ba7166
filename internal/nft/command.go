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
	if errs := c.apply(rs, false); len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// apply is Apply with all errors of the command. Owned says that no other ruleset shares
// the rules.
func (c Command) apply(rs *Ruleset, owned bool) []error {
	if c.Verb == List {
		return nil
	}
	switch c.Object {
	case WholeRuleset:
		*rs = slices.DeleteFunc(slices.Clone(*rs), func(t Table) bool { return c.Table.Family == "" || t.Family == c.Table.Family })
		return nil
	case ATable:
		return orNone(c.applyTable(rs))
	}
	t := rs.Table(c.Table)
	if t == nil {
		return orNone(nameErrorf(c.Table.Name, "table %s not found", c.Table))
	}
	switch c.Object {
	case AChain:
		return orNone(c.applyChain(t))
	case ARule:
		return c.applyRule(t, owned)
	}
	return orNone(c.applySet(t))
}

// orNone returns a list of an error, which is empty for nil.
func orNone(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}

// A nameError says what is wrong with a name in a command.
type nameError struct {
	name, msg string
	isLink    bool // not one that the text declares
}

func (e *nameError) Error() string { return e.msg }

func nameErrorf(name, format string, args ...any) error {
	return &nameError{name: name, msg: fmt.Sprintf(format, args...)}
}

func (c Command) applyTable(rs *Ruleset) error {
	t := rs.Table(c.Table)
	switch {
	case c.Verb == Add && t == nil:
		*rs = append(*rs, Table{TableID: c.Table})
	case c.Verb == Add:
	case t == nil:
		return nameErrorf(c.Table.Name, "table %s not found", c.Table)
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
		return nameErrorf(c.Name, "chain %s not found in table %s", c.Name, c.Table)
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

func (c Command) applyRule(t *Table, owned bool) []error {
	chain := t.Chain(c.Name)
	if chain == nil {
		return orNone(nameErrorf(c.Name, "chain %s not found in table %s", c.Name, c.Table))
	}
	at := -1
	if c.Handle != 0 || c.Verb == Delete {
		at = slices.IndexFunc(chain.Rules, func(r Rule) bool {
			return c.Handle != 0 && r.Handle == c.Handle || c.Handle == 0 && r.String() == c.Rule.String()
		})
	}
	rules := chain.Rules
	if !owned {
		rules = slices.Clone(rules)
	}
	switch {
	case at < 0 && c.Handle != 0:
		return orNone(fmt.Errorf("rule with handle %d not found in chain %s", c.Handle, c.Name))
	case at < 0 && c.Verb == Delete:
		return orNone(fmt.Errorf("rule not found in chain %s", c.Name))
	case c.Verb == Delete:
		chain.Rules = slices.Delete(rules, at, at+1)
		return nil
	}
	if errs := t.ruleErrors(chain, c.Rule); len(errs) > 0 {
		return errs
	}
	switch {
	case at < 0 && c.Verb == Add:
		at = len(rules)
	case at < 0:
		at = 0
	case c.Verb == Add:
		at++
	}
	chain.Rules = slices.Insert(rules, at, c.Rule)
	return nil
}

// namedSetError returns an error if the set of a match does not exist or has another type.
func (t *Table) namedSetError(m Match) error {
	s := t.Set(m.Values[0])
	if s == nil {
		return nameErrorf(m.Values[0], "set %s not found in table %s", m.Values[0], t.TableID)
	}
	if want := field(m.Key).kind.name; s.Type != want {
		return nameErrorf(s.Name, "%s: the set %s has values of type %s (want %s)", m.Key, s.Name, s.Type, want)
	}
	return nil
}

// ruleErrors returns why the kernel would not take the rule in the chain.
func (t *Table) ruleErrors(c *Chain, r Rule) []error {
	var errs []error
	for _, s := range r.Statements {
		switch s := s.(type) {
		case Unknown:
			errs = append(errs, fmt.Errorf("%s: unsupported", s))
		case NAT:
			if c.Base != nil && c.Base.Type != "nat" {
				errs = append(errs, fmt.Errorf("%s: only in a chain of type nat", s.Word))
			}
		case Match:
			if s.Named {
				errs = append(errs, orNone(t.namedSetError(s))...)
			}
		}
	}
	for _, name := range r.chains() {
		if t.Chain(name) == nil {
			errs = append(errs, nameErrorf(name, "target chain %s not found in table %s", name, t.TableID))
		}
	}
	return errs
}
