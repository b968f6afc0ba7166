package topo

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// UnmarshalJSON reads a lab as [Parse] does.
func (t *Topology) UnmarshalJSON(data []byte) error {
	parsed, err := Parse("-", data)
	if err != nil {
		return err
	}
	*t = *parsed
	return nil
}

// MarshalJSON returns an object with a key for each node, in their order.
func (ns Nodes) MarshalJSON() ([]byte, error) {
	return object(ns, func(n Node) string { return n.Name })
}

// MarshalJSON returns an object with a key for each interface, in their order.
func (is Interfaces) MarshalJSON() ([]byte, error) {
	return object(is, func(i Interface) string { return i.Name })
}

// MarshalJSON returns an object with the settings of the interface.
func (i Interface) MarshalJSON() ([]byte, error) { return json.Marshal(i.settings()) }

// MarshalJSON returns an object with the keys in their order.
func (l settingList) MarshalJSON() ([]byte, error) {
	return object(l, func(s setting) string { return s.key })
}

// MarshalJSON returns the value alone.
func (s setting) MarshalJSON() ([]byte, error) { return json.Marshal(s.value) }

// object returns a JSON object that keeps the order of things.
func object[T any](things []T, name func(T) string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range things {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name(x))
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		b.Write(append(append(key, ':'), val...))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalText returns the endpoint as it is written in a file.
func (e Endpoint) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads "node" or "node:interface".
func (e *Endpoint) UnmarshalText(b []byte) error {
	parsed, ok := parseEndpoint(string(b))
	if !ok {
		return fmt.Errorf(`%q is not an endpoint such as "node" or "node:interface"`, b)
	}
	*e = parsed
	return nil
}

// String returns the pool as it is written in a file: a prefix, "none", or ""
// for the default.
func (p Pool) String() string {
	switch {
	case p.None:
		return "none"
	case p.Prefix.IsValid():
		return p.Prefix.String()
	}
	return ""
}

// MarshalText returns the pool as it is written in a file.
func (p Pool) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a prefix, "none" or "".
func (p *Pool) UnmarshalText(b []byte) error {
	*p = Pool{}
	switch s := string(b); s {
	case "":
		return nil
	case "none":
		p.None = true
		return nil
	default:
		prefix, _, err := parseSubnet(s)
		p.Prefix = prefix
		return err
	}
}
