package topo

import "slices"

// A part is something that an interface can have whatever its kind. It answers for
// itself: how it is read, written, checked and copied.
type part struct {
	key   string
	read  func(*decoder, *Interface, value)
	value func(*Interface) any // nil: there is nothing to write

	// check says what is wrong with it. Nil: nothing can be.
	check func(c *checker, n *Node, i *Interface, path string)

	// clone makes it a copy that shares nothing. Nil: it shares nothing anyway.
	clone func(*Interface)

	// onLoopback says that lo can have it too.
	onLoopback bool

	// last says that it is written behind what is special to a kind.
	last bool
}

// addressesKey is the key of the addresses, which may stand for a whole interface.
const addressesKey = "addresses"

// parts has one row per sort of what an interface can have, in the order in which
// they are written.
func parts() []part {
	return []part{
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
			check: func(c *checker, _ *Node, i *Interface, path string) { c.mtu(i.MTU, i.Pos, path) },
		},
		{
			key:   "down",
			read:  func(d *decoder, i *Interface, v value) { i.Down = d.truth(v) },
			value: func(i *Interface) any { return unlessZero(i.Down) },
			last:  true,
		},
		neighbourPart,
	}
}

func unlessZero[T comparable](v T) any {
	if zero := *new(T); v == zero {
		return nil
	}
	return v
}

// checkParts checks all parts of an interface.
func (c *checker) checkParts(n *Node, i *Interface, path string) {
	for _, p := range parts() {
		if p.check != nil {
			p.check(c, n, i, path+"."+p.key)
		}
	}
}

// settings returns what a file says of an interface.
func (i *Interface) settings() settingList {
	l, beside := kindSettings(i.Kind)
	var last settingList
	for _, p := range parts() {
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

// SaysNothing reports whether the interface has its name only.
func (i Interface) SaysNothing() bool { return len(i.settings()) == 0 }

// beyondLoopback reports whether anything is said that lo can't have.
func (i *Interface) beyondLoopback() bool {
	return i.Kind != nil || slices.ContainsFunc(parts(), func(p part) bool { return !p.onLoopback && p.value(i) != nil })
}
