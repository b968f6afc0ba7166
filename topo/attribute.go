package topo

import "slices"

// An attribute is a setting of interfaces of every kind.
type attribute struct {
	key   string
	read  func(*decoder, *Interface, value)
	value func(*Interface) any // nil: not written

	// check reports mistakes; nil if every value is valid.
	check func(c *checker, n *Node, i *Interface, path string)

	// clone replaces the value by a deep copy; nil for values without pointers.
	clone func(*Interface)

	// onLoopback says that lo can have it too.
	onLoopback bool

	// last says that it is written after the options of the kind.
	last bool
}

// addressesKey is the key of the addresses. They alone may be the value of an
// interface.
const addressesKey = "addresses"

// attributes has one row for each attribute, in the order in which they are written.
func attributes() []attribute {
	return []attribute{
		{
			key:  addressesKey,
			read: func(d *decoder, i *Interface, v value) { i.Addresses = d.addresses(v) },
			value: func(i *Interface) any {
				if i.Addresses == nil {
					return nil
				}
				return i.Addresses
			},
			check: func(c *checker, _ *Node, i *Interface, path string) {
				for a := range i.Addresses {
					c.address(i, a, c.itemPath(path, a))
				}
			},
			clone:      func(i *Interface) { i.Addresses = slices.Clone(i.Addresses) },
			onLoopback: true,
		},
		{
			key:   "mac",
			read:  func(d *decoder, i *Interface, v value) { i.MAC = d.mac(v) },
			value: func(i *Interface) any { return unlessZero(i.MAC) },
			check: (*checker).mac,
		},
		{
			key:   "mtu",
			read:  func(d *decoder, i *Interface, v value) { i.MTU = d.integer(v) },
			value: func(i *Interface) any { return unlessZero(i.MTU) },
			check: (*checker).interfaceMTU,
		},
		{
			key:   "down",
			read:  func(d *decoder, i *Interface, v value) { i.Down = d.boolean(v) },
			value: func(i *Interface) any { return unlessZero(i.Down) },
			last:  true,
		},
		neighbourAttribute,
	}
}

func unlessZero[T comparable](v T) any {
	if zero := *new(T); v == zero {
		return nil
	}
	return v
}

// checkAttributes checks all attributes of an interface.
func (c *checker) checkAttributes(n *Node, i *Interface, path string) {
	for _, p := range attributes() {
		if p.check != nil {
			p.check(c, n, i, path+"."+p.key)
		}
	}
}

// settings returns the settings of an interface in the order in which they are written.
func (i *Interface) settings() settingList {
	l, beside := kindSettings(i.Kind)
	var last settingList
	for _, p := range attributes() {
		switch v := p.value(i); {
		case v == nil:
		case p.last:
			last = append(last, setting{p.key, v})
		default:
			l = append(l, setting{p.key, v})
		}
	}
	return append(append(l, beside...), last...)
}

// IsEmpty reports whether the interface has nothing but its name.
func (i Interface) IsEmpty() bool { return len(i.settings()) == 0 }

// beyondLoopback reports whether the interface has settings that lo can't have.
func (i *Interface) beyondLoopback() bool {
	return i.Kind != nil || slices.ContainsFunc(attributes(), func(p attribute) bool { return !p.onLoopback && p.value(i) != nil })
}
