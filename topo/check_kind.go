package topo

// misplaced returns why an interface of a node can't be of its kind, or nil.
func misplaced(n *Node, d *Interface) *fault {
	if d.Kind == nil || d.Name == Loopback {
		return nil // loopback reports a kind of lo
	}
	if n.Kind == Switch && d.Name == BridgeName && !d.Kind.traits().forwards {
		return faultf("", "", "%s is the bridge of switch %s and can't be %s", d.Name, n.Name, withArticle(d.Kind))
	}
	if of := d.Kind.traits().misplaced; of != nil {
		return of(n, d)
	}
	return nil
}

// checkKind checks the kind of an interface and its options.
func (c *checker) checkKind(n *Node, d *Interface) {
	if d.Kind == nil || d.Name == Loopback {
		return
	}
	if f := misplaced(n, d); f != nil {
		c.failKind(n, d, f)
		return
	}
	if check := d.Kind.traits().check; check != nil && !c.unread.partly(interfacePath(n, d)) {
		for _, f := range check(d) {
			c.failKind(n, d, f)
		}
	}
}

func (c *checker) failKind(n *Node, d *Interface, f *fault) {
	path := interfacePath(n, d)
	for _, o := range d.Kind.traits().options {
		if o.key == f.option {
			path = c.optionPath(n, d, d.Kind, o)
		}
	}
	c.fail(d.Pos, path, f.hint, "%s", f.msg)
}

// optionPath returns the path of an option: under the key of its kind, beside that
// key, or, for ports, the key itself.
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
