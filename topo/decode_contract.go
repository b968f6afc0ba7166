package topo

import (
	"strconv"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) tests(v value) []Test {
	var ts []Test
	if d.tooMany(v, len(v.node.Content), MaxTests, "tests") {
		return nil
	}
	for _, item := range d.list(v, "a list of tests") {
		ts = append(ts, d.test(item))
	}
	return ts
}

func (d *decoder) test(v value) Test {
	t := Test{Pos: d.pos(v.node)}
	d.object(v, "a test", fields{
		"name":       func(v value) { t.Name, _ = d.text(v, "a name") },
		"from":       func(v value) { t.From = d.names(v, "a node, a group or a list of them") },
		"to":         func(v value) { t.To = d.names(v, "a node, a group, an address or a list of them") },
		"matrix":     func(v value) { t.Matrix = d.boolean(v) },
		"via":        func(v value) { t.Via = parsed(d, v, "a protocol such as tcp/80", parseVia) },
		"expect":     func(v value) { t.Expect = Expect(d.word(v, "reachable, unreachable or refused")) },
		"within":     func(v value) { t.Within = d.duration(v) },
		"loss":       func(v value) { t.Loss = parsed(d, v, "a share such as <1%", parseBound[Percent]) },
		"mtu":        func(v value) { t.MTU = d.integer(v) },
		"throughput": func(v value) { t.Throughput = parsed(d, v, "a rate such as 100mbit", parseBound[Rate]) },
		"path":       func(v value) { t.Path = d.path(v) },
		"count":      func(v value) { t.Count = d.integer(v) },
		"timeout":    func(v value) { t.Timeout = d.duration(v) },
		"retry_for":  func(v value) { t.RetryFor = d.duration(v) },
		"serve":      func(v value) { serve := d.boolean(v); t.Serve = &serve },
		"run":        func(v value) { t.Run = d.names(v, "a command") },
		"on":         func(v value) { t.On = d.names(v, "a node, a group or a list of them") },
		"exit":       func(v value) { t.Exit = d.exit(v) },
		"stdout":     func(v value) { t.Stdout, _ = d.text(v, "a text") },
	})
	return t
}

// names reads a word or a list of words. Null is an empty list.
func (d *decoder) names(v value, want string) []string {
	if isNull(v.node) {
		return nil
	}
	items := []value{v}
	if v.node.Kind != yaml.ScalarNode {
		items = d.list(v, want)
	}
	names := make([]string, 0, len(items))
	for _, item := range items {
		s, _ := d.text(item, want)
		names = append(names, s) // an unreadable item keeps its index
	}
	return names
}

// path reads the hops of a test. An empty list is not nil.
func (d *decoder) path(v value) []string { return d.names(v, "the nodes on the way, a list") }

// parsed reads a scalar by a function.
func parsed[T any](d *decoder, v value, want string, parse func(string) (T, string, error)) T {
	var zero T
	s, ok := d.text(v, want)
	if !ok {
		return zero
	}
	x, hint, err := parse(s)
	if err != nil {
		d.failAt(v, hint, "%s", err)
		return zero
	}
	return x
}

func (d *decoder) duration(v value) Duration {
	return parsed(d, v, "a time such as 20ms", parseDuration)
}

// boolean reads true or false, as YAML and JSON spell them.
func (d *decoder) boolean(v value) bool {
	s, ok := d.text(v, "true or false")
	if ok && v.node.Tag != "!!bool" {
		d.failAt(v, "", "%s: want true or false, found %q", v.path, s)
	}
	return s == "true" || s == "True" || s == "TRUE"
}

// exit reads the exit code of a command, which may be zero.
func (d *decoder) exit(v value) int {
	s, ok := d.text(v, "an exit code")
	code, err := strconv.Atoi(s)
	if ok && err != nil {
		d.failAt(v, "", "%s: %q is not an exit code", v.path, s)
	}
	return code
}
