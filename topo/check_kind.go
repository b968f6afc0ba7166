package topo

// misplaced returns why an interface of a node can't be of its kind, or nil.
func misplaced(n *Node, d *Interface) *fault {
	if d.Kind == nil || d.Name == Loopback {
		return nil // loopback reports a kind of lo
	}
	if n.Kind == Switch && d.Name == BridgeName && !d.Kind.answers().forwards {
		return faultf("", "", "%s is the bridge of switch %s and can't be %s", d.Name, n.Name, withArticle(d.Kind))
	}
	if of := d.Kind.answers().misplaced; of != nil {
		return of(n, d)
	}
	return nil
}

// kindOf checks what is said about the kind of an interface.
func (c *checker) kindOf(n *Node, d *Interface) {
	if d.Kind == nil || d.Name == Loopback {
		return
	}
	if f := misplaced(n, d); f != nil {
		c.failKind(n, d, f)
		return
	}
	if check := d.Kind.answers().check; check != nil && !c.partial {
		for _, f := range check(d) {
			c.failKind(n, d, f)
		}
	}
}

func (c *checker) failKind(n *Node, d *Interface, f *fault) {
	path := interfacePath(n, d)
	for _, o := range d.Kind.answers().options {
		if o.key == f.option {
			path = c.optionPath(n, d, d.Kind, o)
		}
	}
	c.fail(d.Pos, path, f.hint, "%s", f.msg)
}

// optionPath returns where an option of a kind stands: under the kind's key, in
// place of all its options, or beside it.
func (c *checker) optionPath(n *Node, d *Interface, k LinkKind, o option) string {
	path := interfacePath(n, d)
	under := path + "." + k.Word() + "." + o.key
	switch {
	case c.places[under].IsValid():
		return under
	case o.beside:
		return path + "." + o.key
	case o.ports:
		return path + "." + k.Word()
	}
	return under
}
