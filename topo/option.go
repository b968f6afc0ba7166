package topo

import (
	"go.yaml.in/yaml/v4"
)

// An option is one setting of a kind.
type option struct {
	key   string // in a file
	read  func(*decoder, value)
	value func() any // nil: not written

	// beside says that the option is written beside the key of its kind, as in older
	// files. It is read beside and under that key.
	beside bool

	// interfaces are names of other interfaces: its lower devices, in other nodes as
	// "node:interface", or, if ports is set, its ports. Ports alone may be the value of the kind's key, as in
	// "bridge: [p1, p2]". If a mapping under that key lacks them, null is read.
	interfaces []string
	ports      bool
}

// optionOf returns the option that reads into a variable.
func optionOf[T comparable](key string, at *T, read func(*decoder, value) T) option {
	return option{
		key:  key,
		read: func(d *decoder, v value) { *at = read(d, v) },
		value: func() any {
			if zero := *new(T); *at == zero {
				return nil
			}
			return *at
		},
	}
}

// portsOption returns the option of a kind's ports. A nil list is not written, an
// empty one is.
func portsOption(at *[]string) option {
	return option{
		key: "ports", interfaces: *at, ports: true,
		read: func(d *decoder, v value) { *at = d.ports(v) },
		value: func() any {
			if *at == nil {
				return nil
			}
			return *at
		},
	}
}

// ports reads the names of ports. An empty list is not nil.
func (d *decoder) ports(v value) []string {
	if names := d.names(v, "an interface or a list of them"); names != nil {
		return names
	}
	return []string{}
}

// kindFields adds the keys of all kinds to those of an interface.
func (d *decoder) kindFields(known fields, i *Interface) {
	for _, row := range linkKinds {
		known[row.Word()] = func(v value) {
			if k := d.kind(v, i, row); k != nil {
				d.options(v, k)
			}
		}
		for n, o := range row.traits().options {
			if o.beside {
				known[o.key] = func(v value) { d.beside(v, i, row, n) }
			}
		}
	}
}

// beside reads an option beside the key of its kind. The option's zero value does not
// set the kind of the interface.
func (d *decoder) beside(v value, i *Interface, row LinkKind, option int) {
	k := i.Kind
	if k == nil {
		k = row.clone()
	} else if k = d.kind(v, i, row); k == nil {
		return
	}
	o := k.traits().options[option]
	if o.read(d, v); o.value() != nil {
		i.Kind = k
	}
}

// kind sets the kind of an interface and returns it; nil if the interface already has
// another kind.
func (d *decoder) kind(v value, i *Interface, row LinkKind) LinkKind {
	switch {
	case i.Kind == nil:
		i.Kind = row.clone()
	case i.Kind.Word() != row.Word():
		d.failAt(v, "", "interface %s is %s and can't be %s too", i.Name, withArticle(i.Kind), withArticle(row))
		return nil
	}
	return i.Kind
}

// options reads the value of a kind's key: a mapping of options, or the ports only.
func (d *decoder) options(v value, k LinkKind) {
	known := make(fields)
	options := k.traits().options
	for _, o := range options {
		known[o.key] = func(v value) { o.read(d, v) }
		switch {
		case !o.ports:
		case v.node.Kind != yaml.MappingNode:
			o.read(d, v)
			return
		default:
			o.read(d, value{&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, v.path})
		}
	}
	d.object(v, withArticle(k), known)
}

// A setting is a key of a file and its value.
type setting struct {
	key   string
	value any
}

// A settingList is a mapping in the order in which it is written.
type settingList []setting

// kindSettings returns the settings of a kind: its key with the options under it, and
// the options beside it. A kind that can have ports has no key if it has no options
// under it.
func kindSettings(k LinkKind) (own, beside settingList) {
	if k == nil {
		return nil, nil
	}
	var under settingList
	var ports any
	hasPorts := false
	for _, o := range k.traits().options {
		v := o.value()
		if o.ports {
			hasPorts, ports = true, v
		}
		switch {
		case v == nil:
		case o.beside:
			beside = append(beside, setting{o.key, v})
		default:
			under = append(under, setting{o.key, v})
		}
	}
	switch {
	case ports != nil && len(under) == 1:
		own = settingList{{k.Word(), ports}}
	case len(under) > 0 || !hasPorts:
		own = settingList{{k.Word(), under}}
	}
	return own, beside
}
