package nft

// addChain reads the rest of "add chain ip nat postrouting { … }".
func (p *parser) addChain() (c Command, err error) {
	c = Command{Verb: Add, Object: AChain}
	if c.Table, err = p.table(); err != nil {
		return c, err
	}
	if c.Name, err = p.name("the name of a chain"); err != nil || !p.skip("{") {
		return c, err
	}
	for err == nil {
		p.skipSeparators()
		switch {
		case p.skip("}"):
			return c, nil
		case p.is("type"):
			c.Base, err = p.base(c.Table.Family)
		case p.is("policy"):
			if c.Base == nil {
				c.Base = &Base{} // to change the policy of an existing chain
			}
			err = p.policy(c.Base)
		default:
			err = p.unexpected("type, policy or the end of the chain; rules are added by add rule")
		}
	}
	return c, err
}

func (p *parser) addSet() (c Command, err error) {
	c = Command{Verb: Add, Object: ASet}
	if c.Table, err = p.table(); err != nil {
		return c, err
	}
	if c.Name, err = p.name("the name of a set"); err != nil {
		return c, err
	}
	c.Set.Name = c.Name
	if err = p.want("{"); err != nil {
		return c, err
	}
	return c, p.setBody(&c.Set)
}

// elementsOf reads the rest of "add element ip filter blocked { … }".
func (p *parser) elementsOf(verb Verb) (c Command, err error) {
	c = Command{Verb: verb, Object: AnElement}
	if c.Table, err = p.table(); err != nil {
		return c, err
	}
	if c.Name, err = p.name("the name of a set"); err != nil {
		return c, err
	}
	if err = p.want("{"); err != nil {
		return c, err
	}
	c.Set.Elements, err = p.elements() // unparsed, since the set has the type
	return c, err
}

// newRule reads the rest of "add rule ip filter forward accept".
func (p *parser) newRule(verb Verb) (c Command, err error) {
	c = Command{Verb: verb, Object: ARule}
	if err = p.want("rule"); err != nil {
		return c, err
	}
	if c.Table, err = p.table(); err != nil {
		return c, err
	}
	if c.Name, err = p.name("the name of a chain"); err != nil {
		return c, err
	}
	if p.skip("handle", "position") {
		if c.Handle, err = p.number("the handle of a rule", 64); err != nil {
			return c, err
		}
	}
	if p.is("index") {
		return c, p.errorAt(p.peek(), "index is not supported (want handle)")
	}
	c.Rule, err = p.rule()
	return c, err
}

// delete reads the rest of "delete table ip nat". A rule is identified by its handle or
// its text.
func (p *parser) delete() (c Command, err error) {
	object, err := p.choice("table", "chain", "rule", "set", "element")
	if err != nil {
		return c, err
	}
	if object == "element" {
		return p.elementsOf(Delete)
	}
	c = Command{Verb: Delete, Object: Object(object)}
	if c.Table, err = p.table(); err != nil || c.Object == ATable {
		return c, err
	}
	if c.Name, err = p.name("the name of a " + ternary(c.Object == ASet, "set", "chain")); err != nil || c.Object != ARule {
		return c, err
	}
	if p.skip("handle") {
		c.Handle, err = p.number("the handle of a rule", 64)
		return c, err
	}
	c.Rule, err = p.rule()
	return c, err
}

// flushOrList reads the rest of "flush …" and "list …".
func (p *parser) flushOrList(verb Verb) (c Command, err error) {
	known := []string{"ruleset", "table", "chain", "set"}
	if verb == List {
		known = append(known, "tables", "chains")
	}
	object, err := p.choice(known...)
	c = Command{Verb: verb, Object: Object(object)}
	switch {
	case err != nil:
		return c, err
	case object == "ruleset" || object == "tables" || object == "chains":
		if !p.atEnd() {
			var family string
			family, err = p.choice(families()...)
			c.Table.Family = Family(family)
		}
		return c, err
	}
	if c.Table, err = p.table(); err != nil || c.Object == ATable {
		return c, err
	}
	c.Name, err = p.name("the name of a " + object)
	return c, err
}
