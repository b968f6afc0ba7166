package nft

import (
	"fmt"
	"slices"
)

// kind returns the type of a set's values, or nil.
func (s Set) kind() *datatype {
	i := slices.IndexFunc(setTypes(), func(t *datatype) bool { return t.name == s.Type })
	if i < 0 {
		return nil
	}
	return setTypes()[i]
}

func (c Command) applySet(t *Table) error {
	s := t.Set(c.Name)
	switch {
	case c.Object == ASet && c.Verb == Add && s == nil:
		made := c.Set
		made.Elements = slices.Clone(made.Elements)
		t.Sets = append(t.Sets, made)
		return nil
	case s == nil:
		return nameErrorf(c.Name, "set %s not found in table %s", c.Name, c.Table)
	case c.Object == AnElement:
		return s.change(c.Verb, c.Set.Elements)
	case c.Verb == Add && (s.Type != c.Set.Type || s.Interval != c.Set.Interval):
		return fmt.Errorf("set %s exists with another type", c.Name)
	case c.Verb == Add:
		return s.change(Add, c.Set.Elements)
	case c.Verb == Flush:
		s.Elements = nil
	case c.Verb == Delete:
		if in := t.uses(c.Name); in != "" {
			return fmt.Errorf("set %s is in use in chain %s", c.Name, in)
		}
		t.Sets = slices.DeleteFunc(slices.Clone(t.Sets), func(s Set) bool { return s.Name == c.Name })
	}
	return nil
}

// uses returns a chain with a rule that matches against the set, or "".
func (t *Table) uses(set string) string {
	for _, c := range t.Chains {
		for _, r := range c.Rules {
			for _, s := range r.Statements {
				if m, ok := s.(Match); ok && m.Named && m.Values[0] == set {
					return c.Name
				}
			}
		}
	}
	return ""
}

// change adds or deletes elements.
func (s *Set) change(verb Verb, elements []string) error {
	elements, err := s.kind().canonical(elements, false)
	if err != nil {
		return err
	}
	for _, e := range elements {
		if one, err := s.kind().span(e, nil); err != nil {
			return err
		} else if !s.Interval && !one.single() {
			return fmt.Errorf("%s: the set %s takes single values", e, s.Name)
		}
	}
	list := slices.Clone(s.Elements)
	for _, e := range elements {
		i := slices.Index(list, e)
		switch {
		case verb == Add && i < 0:
			list = append(list, e)
		case verb == Delete && i < 0:
			return fmt.Errorf("%s is not in set %s", e, s.Name)
		case verb == Delete:
			list = slices.Delete(list, i, i+1)
		}
	}
	if len(list) == 0 {
		s.Elements = nil
		return nil
	}
	sorted, err := s.kind().canonical(list, false)
	if err != nil {
		return err
	}
	s.Elements = sorted
	return nil
}

// setBody reads the text between the braces of a set.
func (p *parser) setBody(s *Set) (err error) {
	for err == nil {
		p.skipSeparators()
		switch t := p.peek(); {
		case p.skip("}"):
			return p.checkSet(s, t)
		case p.skip("type"):
			names := make([]string, len(setTypes()))
			for i, k := range setTypes() {
				names[i] = k.name
			}
			s.Type, err = p.choice(names...)
		case p.skip("flags"):
			_, err = p.choice("interval")
			s.Interval = true
		case p.skip("auto-merge"):
		case p.skip("elements"):
			if err = p.want("="); err == nil {
				if err = p.want("{"); err == nil {
					s.Elements, err = p.elements()
				}
			}
		default:
			err = p.unexpected("type, flags, elements or the end of the set")
		}
	}
	return err
}

func (p *parser) checkSet(s *Set, t token) error {
	if s.kind() == nil {
		return p.errorAt(t, "the set %s has no type", s.Name)
	}
	return p.checkElements(s, t)
}

func (p *parser) checkElements(s *Set, t token) error {
	sorted, err := s.kind().canonical(s.Elements, false)
	if err != nil {
		return p.errorAt(t, "%v", err)
	}
	for _, e := range sorted {
		if span, _ := s.kind().span(e, nil); !s.Interval && !span.single() {
			return p.errorAt(t, "%s: the set %s takes single values (want flags interval)", e, s.Name)
		}
	}
	s.Elements = orNil(sorted)
	return nil
}

// elementType returns the first type that all elements are valid for, or nil.
func elementType(elements []string) *datatype {
	for _, k := range setTypes() {
		if _, err := k.canonical(elements, false); err == nil && k != ifIndex {
			return k
		}
	}
	return nil
}
