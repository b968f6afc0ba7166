package topo

import (
	"strings"
	"testing"
)

// Values of another type than is wanted get the right spelling, with their own words.
func TestRespelt(t *testing.T) {
	for text, want := range map[string]string{
		"nodes: [a, b]\nlinks: [[a, b]]":                                              "write nodes: {a: {}, b: {}}",
		"nodes: {a: {interfaces: [eth0, eth1]}}\nlinks: [[a, b]]":                     "write interfaces: {eth0: {}, eth1: {}}",
		"links: {a: b, c: d}":                                                         "write links: [[a, b], [c, d]]",
		"nodes: {a: {routes: {default: 10.0.0.1}}}\nlinks: [[a, b]]":                  `write routes: ["default via 10.0.0.1"]`,
		"nodes: {a: {interfaces: {d0: {dummy: true}}}}\nlinks: [[a, b]]":              "write dummy: {}",
		"nodes: {a: {interfaces: {mv0: {macvlan: eth0}}}}\nlinks: [[a, b]]":           "write macvlan: {link: eth0}",
		"nodes: {a: {interfaces: {mv0: {macvlan: {parent: eth0}}}}}\nlinks: [[a, b]]": "write link",
		"nodes: {a: {routes: {to: default, via: 10.0.0.1}}}\nlinks: [[a, b]]":         "write routes: [{to: default, via: 10.0.0.1}]",
		"links:\n  - [a, b]\n  tests:\n  - {from: a, to: b}\n":                        "line 3 is indented by 2, like the list above it, whose key in line 1 is indented by 0",
		"nodes:\n  a:\n    kind: host\n\n    # more\n     group: x\nlinks: [[a, b]]":  "line 6 is indented by 5, line 3 by 4",
		"nodes:\n  a:\n    kind: router\n   b:\n    kind: host\nlinks: [[a, b]]":      "line 4 is indented by 3, line 3 by 4",
		"nodes: [a, {b: c}]\nlinks: [[a, b]]":                                         "",
		"nodes: {a: {interfaces: {mv0: {macvlan: true}}}}\nlinks: [[a, b]]":           "",
		"nodes: {a: {interfaces: {mv0: {macvlan: \"x\\ny\"}}}}\nlinks: [[a, b]]":      "",
		"nodes: {a: {routes: {default: [10.0.0.1]}}}\nlinks: [[a, b]]":                "",
	} {
		_, err := Parse("lab.yaml", []byte(text))
		if err == nil {
			t.Errorf("no mistake in %q", text)
		} else if got := err.Error(); !strings.Contains(got, want) || want == "" && strings.Contains(got, "write ") {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
