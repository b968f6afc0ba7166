package topo

import (
	"go.yaml.in/yaml/v4"
)

// An option is one setting of a kind.
type option struct {
	key   string // in a file
	read  func(*decoder, value)
	value func() any // nil where there is nothing to write

	// beside says that the option is written beside the key of its kind, where
	// files had it before kinds had options of their own. It is read in both
	// places.
	beside bool

	// interfaces names other interfaces of the node; ports: they are its ports.
	// Ports may stand for the whole kind, as in "bridge: [p1, p2]". Under the
	// kind's key they are read as null where they are left out.
	interfaces []string
	ports      bool
}

// optionOf returns the option whose value is at a place.
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

// portsOption returns the option that names the ports of a kind. Nil ports are not
// written, empty ones are.
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
		for n, o := range row.answers().options {
			if o.beside {
				known[o.key] = func(v value) { d.beside(v, i, row, n) }
			}
		}
	}
}

// beside reads an option that stands beside the key of its kind. Its default makes
// an interface nothing that it is not without.
func (d *decoder) beside(v value, i *Interface, row LinkKind, option int) {
	k := i.Kind
	if k == nil {
		k = row.clone()
	} else if k = d.kind(v, i, row); k == nil {
		return
	}
	o := k.answers().options[option]
	if o.read(d, v); o.value() != nil {
		i.Kind = k
	}
}

// kind makes an interface one of a kind, or returns nil if it is another one.
func (d *decoder) kind(v value, i *Interface, row LinkKind) LinkKind {
	switch {
	case i.Kind == nil:
		i.Kind = row.clone()
	case i.Kind.Word() != row.Word():
		d.fail(d.pos(v.node), "", "interface %s is %s and can't be %s too", i.Name, withArticle(i.Kind), withArticle(row))
		return nil
	}
	return i.Kind
}

// options reads what stands under the key of a kind: a mapping of options, or the
// ports alone.
func (d *decoder) options(v value, k LinkKind) {
	known := make(fields)
	options := k.answers().options
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

// kindSettings returns what a file says of a kind: its key, and what stands beside
// it. Without ports only the latter is said of a kind that can have some.
func kindSettings(k LinkKind) (own, beside settingList) {
	if k == nil {
		return nil, nil
	}
	var under settingList
	var ports any
	hasPorts := false
	for _, o := range k.answers().options {
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
