package topo

import (
	"fmt"
	"strings"
	"testing"
)

// inMapping has files with a key in each mapping of which otherKeys speaks.
var inMapping = map[string]string{
	"a lab":             "%s: 1\nlinks: [[a, b]]",
	"a node":            "nodes: {a: {%s: 1}}\nlinks: [[a, b]]",
	"an interface":      "nodes: {a: {interfaces: {eth0: {%s: 1}}}}\nlinks: [[a, b]]",
	"a macvlan":         "nodes: {a: {interfaces: {m0: {macvlan: {%s: 1}}}}}\nlinks: [[a, b]]",
	"a link":            "links: [{endpoints: [a, b], %s: 1}]",
	"a link's settings": "links: [[a, b, {%s: 1}]]",
	"a route":           "nodes: {a: {routes: [{to: default, %s: 1}]}}\nlinks: [[a, b]]",
	"a test":            "links: [[a, b]]\ntests: [{from: a, to: b, %s: 1}]",
}

// TestOtherKeys gives each key of other tools to the parser: it is unknown, its hint is that
// of the table, and a key that the hint names is known.
func TestOtherKeys(t *testing.T) {
	seen := make(map[string]bool)
	for _, o := range otherKeys {
		for key := range strings.FieldsSeq(o.keys) {
			if seen[o.in+key] {
				t.Errorf("%s in %s stands twice in the table", key, o.in)
			}
			seen[o.in+key] = true
			_, err := Parse("lab.yaml", fmt.Appendf(nil, inMapping[o.in], key))
			want := o.hint
			if o.here != "" {
				want = "write " + o.here
			}
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("unknown key %q in %s", key, o.in)) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s in %s: %v", key, o.in, err)
			}
		}
		if o.here == "" {
			continue
		}
		if _, err := Parse("lab.yaml", fmt.Appendf(nil, inMapping[o.in], o.here)); err != nil && strings.Contains(err.Error(), "unknown key") {
			t.Errorf("the hint for %s in %s: %v", o.keys, o.in, err)
		}
	}
}

func TestPortHint(t *testing.T) {
	for target, want := range map[string]string{
		"b:80":              "write to: b, via: tcp/80 or udp/80",
		"tcp://b:80":        "write to: b, via: tcp/80",
		"udp://b:53":        "write to: b, via: udp/53",
		"http://b:8080/x?y": "write via: http://b:8080/x?y",
		"http://b":          "write via: http://b",
		"tcp://b":           "",
		"ftp://b:21":        "",
		"b:eth0":            "",
		"b:70000":           "",
		"b":                 "",
		"":                  "",
	} {
		if got := portHint(target); got != want {
			t.Errorf("portHint(%q) = %q, want %q", target, got, want)
		}
	}
}

// TestTargetsWithPorts writes targets as other tools do.
func TestTargetsWithPorts(t *testing.T) {
	for target, want := range map[string]string{
		"b:80":       "write to: b, via: tcp/80 or udp/80",
		"tcp://b:80": "write to: b, via: tcp/80",
		"b:eht0":     `did you mean "eth0"?`,
	} {
		_, err := Parse("lab.yaml", fmt.Appendf(nil, "links: [[a, b]]\ntests: [{from: a, to: %q}]", target))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("to: %s: %v, want %q", target, err, want)
		}
	}
}

// A kind of link of ip-link(8) that lab files do not have is named as such.
func TestMissingKinds(t *testing.T) {
	for kind := range strings.FieldsSeq(missingKinds) {
		_, err := Parse("lab.yaml", fmt.Appendf(nil, inMapping["an interface"], kind))
		if err == nil || !strings.Contains(err.Error(), "lab files have no links of kind "+kind+" yet") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A shell script is known as one, whether or not it is YAML; a lab file with such lines is not.
func TestShellScriptAsLab(t *testing.T) {
	for text, want := range map[string]bool{
		"#!/bin/sh\nset -e\n":                      true,
		"#!/usr/bin/env bash\nA: b\n":              true,
		"# lab\nip netns add a\nip link add \"x\n": true,
		"sudo ip -n a link set lo up\n":            true,
		"- a\n- b\n":                               false,
		"links: [[a, b]]\ntests:\n- run: |\n    ip netns add x\n  want: 1\n": false,
	} {
		_, err := Parse("lab.yaml", []byte(text))
		if got := err != nil && strings.Contains(err.Error(), "vethlab import reads shell scripts"); got != want {
			t.Errorf("%q: got %v, want a hint: %t", text, err, want)
		}
	}
	if _, err := Parse("lab.yaml", []byte("#!/bin/sh\nlinks: [[a, b]]\n")); err != nil {
		t.Error(err)
	}
}
